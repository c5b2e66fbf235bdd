/// Random factors for dropout (Srivastava et al. 2014): 0 with probability p, else 1 / (1 − p).
///
/// Element e is dropped when its half word of Philox4x32-10 lies below the threshold. The elements come in groups of 128:
/// the word of element e is component (e mod 128) / 32 of the block at counter 16 · (e / 128) + e mod 16, and its half the
/// lower one where e mod 32 is below 16.
public struct DropoutMask<Scalar> {
    /// The number of elements.
    public var count: Int
    /// Where the factors go.
    public var factors: UnsafeMutablePointer<Scalar>
    /// p · 2¹⁶.
    public var threshold: UInt16
    /// 1 / (1 − p).
    public var factor: Scalar
    /// The seed of the random numbers.
    public var seed: UInt64
    /// Their stream.
    public var stream: UInt64

    /// Describes a mask.
    public init(
        count: Int, factors: UnsafeMutablePointer<Scalar>, threshold: UInt16, factor: Scalar, seed: UInt64,
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
