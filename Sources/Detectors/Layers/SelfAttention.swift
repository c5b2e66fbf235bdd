import Kernels
import VectorMath

/// Multi-head self-attention within sequences, as `torch.nn.MultiheadAttention` without a mask; see `AttentionStep`.
///
/// Shapes: x and y (sequences, tokens, width). Rows in memory are padded to `stride`.
public struct SelfAttention<Scalar: NetworkScalar>: Sendable {
    /// The tokens of a sequence.
    public let tokens: Int
    /// The number of heads.
    public let heads: Int
    /// The size of a token.
    public let width: Int

    let project: Linear<Scalar>
    let output: Linear<Scalar>

    /// The distance between rows of x and y.
    public var stride: Int { output.paddedOutputs }

    /// What `forward` computes and `backward` needs.
    public struct State {
        let projections: AlignedBuffer<Scalar>
        let probabilities: AlignedBuffer<Scalar>
        let attended: AlignedBuffer<Scalar>

        /// Makes room for up to `sequences` sequences.
        public init(_ layer: SelfAttention, sequences: Int) {
            let rows = sequences * layer.tokens
            projections = AlignedBuffer(rows * layer.project.paddedOutputs)
            probabilities = AlignedBuffer(rows * layer.tokens * layer.heads)
            attended = AlignedBuffer(rows * layer.stride)
        }
    }

    /// The gradients of what `State` holds.
    public struct Work {
        let projections: AlignedBuffer<Scalar>
        let attended: AlignedBuffer<Scalar>

        /// Makes room for up to `sequences` sequences.
        public init(_ layer: SelfAttention, sequences: Int) {
            let rows = sequences * layer.tokens
            projections = AlignedBuffer(rows * layer.project.paddedOutputs)
            attended = AlignedBuffer(rows * layer.stride)
        }
    }

    /// Reserves room for `NAME.in_proj_weight`, `NAME.in_proj_bias` (q, k, v one after the other) and `NAME.out_proj`.
    ///
    /// - Precondition: `heads` divides `width`.
    public init(name: String, tokens: Int, width: Int, heads: Int, layout: inout NetworkLayout) {
        precondition(width % heads == 0, "\(heads) heads do not share \(width) numbers")
        self.tokens = tokens
        self.width = width
        self.heads = heads
        project = Linear(
            weight: "\(name).in_proj_weight", bias: "\(name).in_proj_bias", inputs: width, outputs: 3 * width,
            layout: &layout)
        output = Linear(name: "\(name).out_proj", inputs: width, outputs: width, layout: &layout)
    }

    /// Where the parameters stand.
    public var parameterRange: Range<Int> { project.parameterRange.lowerBound..<output.parameterRange.upperBound }

    /// Draws the projections from U(−√(6 / 4 width), …), by Glorot's rule as PyTorch does, and sets the shifts to 0.
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>, _ random: inout CounterRandom) {
        project.initialise(parameters, &random, bound: (1.5 / Double(width)).squareRoot(), biasBound: 0)
        output.initialise(parameters, &random, bound: 1 / Double(width).squareRoot(), biasBound: 0)
    }

    /// Copies the parameters into the layout that `forward` and `backward` read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        project.pack(parameters, into: packed)
        output.pack(parameters, into: packed)
    }

    /// y = out_proj(attention(in_proj(x))).
    public func forward(
        sequences: Int, _ x: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>, state: State,
        into y: UnsafeMutablePointer<Scalar>
    ) {
        let rows = sequences * tokens
        project.forward(rows: rows, x, stride: stride, packed: packed, into: state.projections.pointer)
        Scalar.transformerKernels.attend(step(sequences, state))
        output.forward(rows: rows, state.attended.pointer, stride: stride, packed: packed, into: y)
    }

    /// Assigns dx, which may be dy, and adds to the gradients of the parameters.
    public func backward(
        sequences: Int, _ x: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>,
        state: State, work: Work, dx: UnsafeMutablePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>
    ) {
        let rows = sequences * tokens
        output.backward(
            rows: rows, state.attended.pointer, stride: stride, dy: dy, packed: packed, dx: work.attended.pointer,
            gradient: gradient)
        Scalar.transformerKernels.attendGradient(
            AttentionGradient(
                step: step(sequences, state), outputGradient: work.attended.pointer,
                projectionGradient: work.projections.pointer))
        project.backward(
            rows: rows, x, stride: stride, dy: work.projections.pointer, packed: packed, dx: dx, gradient: gradient)
    }

    /// Adds a padded gradient to the flat one.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        project.collect(gradient, into: flat)
        output.collect(gradient, into: flat)
    }

    private func step(_ sequences: Int, _ state: State) -> AttentionStep<Scalar> {
        AttentionStep(
            sequences: sequences, tokens: tokens, heads: heads, headSize: width / heads,
            projections: state.projections.pointer, projectionStride: project.paddedOutputs,
            output: state.attended.pointer, outputStride: stride, probabilities: state.probabilities.pointer)
    }
}
