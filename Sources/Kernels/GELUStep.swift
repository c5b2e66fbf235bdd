/// The Gaussian error linear unit (Hendrycks and Gimpel 2016, arXiv:1606.08415) in its exact form, as `torch.nn.GELU`,
/// with dropout behind it:
///
///     y = f x Φ(x);   y' = f (Φ(x) + x φ(x))
///
/// where Φ and φ are distribution and density of the standard normal distribution.
public struct GELUStep<Scalar> {
    /// The number of elements.
    public var count: Int
    /// x.
    public var input: UnsafePointer<Scalar>
    /// f, or nil for ones.
    public var factors: UnsafePointer<Scalar>?
    /// y; x itself is allowed.
    public var output: UnsafeMutablePointer<Scalar>
    /// Where to save y' for the way back, or nil; x itself is allowed.
    public var derivative: UnsafeMutablePointer<Scalar>?

    /// Describes a step.
    public init(
        count: Int, input: UnsafePointer<Scalar>, factors: UnsafePointer<Scalar>? = nil,
        output: UnsafeMutablePointer<Scalar>, derivative: UnsafeMutablePointer<Scalar>? = nil
    ) {
        self.count = count
        self.input = input
        self.factors = factors
        self.output = output
        self.derivative = derivative
    }
}
