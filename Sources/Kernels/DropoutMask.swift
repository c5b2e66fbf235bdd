/// Random factors for dropout (Srivastava et al. 2014): 0 with probability p, else 1 / (1 − p).
///
/// Element e is dropped when its word of Philox4x32-10 lies below the threshold. The elements come in groups of 64: the
/// word of element e is component (e mod 64) / 16 of the block at counter 16 · (e / 64) + e mod 16.
public struct DropoutMask<Scalar> {
    /// The number of elements.
    public var count: Int
    /// Where the factors go.
    public var factors: UnsafeMutablePointer<Scalar>
    /// p · 2³².
    public var threshold: UInt32
    /// 1 / (1 − p).
    public var factor: Scalar
    /// The seed of the random numbers.
    public var seed: UInt64
    /// Their stream.
    public var stream: UInt64

    /// Describes a mask.
    public init(
        count: Int, factors: UnsafeMutablePointer<Scalar>, threshold: UInt32, factor: Scalar, seed: UInt64,
        stream: UInt64
    ) {
        self.count = count
        self.factors = factors
        self.threshold = threshold
        self.factor = factor
        self.seed = seed
        self.stream = stream
    }
}
