/// Multi-head self-attention within short sequences (Vaswani et al. 2017, arXiv:1706.03762), without a mask:
///
///     s = q kᵀ / √headSize;   p = softmax(s) over the keys;   y = p v
///
/// for each sequence and head. A row of the projections is q, k, v of one token, each with its heads one after the other.
public struct AttentionStep<Scalar> {
    /// The number of sequences.
    public var sequences: Int
    /// The tokens of a sequence; rows of a sequence follow each other.
    public var tokens: Int
    /// The number of heads.
    public var heads: Int
    /// The size of a head.
    public var headSize: Int
    /// q, k, v (sequences, tokens, 3 · heads · headSize).
    public var projections: UnsafePointer<Scalar>
    /// The distance between rows of the projections.
    public var projectionStride: Int
    /// y (sequences, tokens, heads · headSize).
    public var output: UnsafeMutablePointer<Scalar>
    /// The distance between rows of y.
    public var outputStride: Int
    /// Where to save p (sequences, heads, tokens, tokens) for the way back; as scratch it is needed in any case.
    public var probabilities: UnsafeMutablePointer<Scalar>

    /// Describes an attention.
    public init(
        sequences: Int, tokens: Int, heads: Int, headSize: Int, projections: UnsafePointer<Scalar>,
        projectionStride: Int, output: UnsafeMutablePointer<Scalar>, outputStride: Int,
        probabilities: UnsafeMutablePointer<Scalar>
    ) {
        self.sequences = sequences
        self.tokens = tokens
        self.heads = heads
        self.headSize = headSize
        self.projections = projections
        self.projectionStride = projectionStride
        self.output = output
        self.outputStride = outputStride
        self.probabilities = probabilities
    }
}

/// Attention backwards:
///
///     dv = pᵀ dy;   dp = dy vᵀ;   ds = p (dp − Σ p dp) / √headSize;   dq = ds k;   dk = dsᵀ q
public struct AttentionGradient<Scalar> {
    /// The sizes, the projections and the probabilities of the way forward; its output is not read.
    public var step: AttentionStep<Scalar>
    /// dy (sequences, tokens, heads · headSize), with y's distance between rows.
    public var outputGradient: UnsafePointer<Scalar>
    /// dq, dk, dv (sequences, tokens, 3 · heads · headSize), with the projections' distance between rows.
    public var projectionGradient: UnsafeMutablePointer<Scalar>

    /// Describes an attention backwards.
    public init(
        step: AttentionStep<Scalar>, outputGradient: UnsafePointer<Scalar>,
        projectionGradient: UnsafeMutablePointer<Scalar>
    ) {
        self.step = step
        self.outputGradient = outputGradient
        self.projectionGradient = projectionGradient
    }
}
