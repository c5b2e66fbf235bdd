/// One step of Adam (Kingma and Ba 2015, arXiv:1412.6980) with weight decay added to the gradient, as `torch.optim.Adam`:
///
///     g' = g + λ p;   m = β₁ m + (1 − β₁) g';   v = β₂ v + (1 − β₂) g'²;   p −= α m / (√v / √(1 − β₂ᵗ) + ε)
///
/// with α = rate / (1 − β₁ᵗ).
public struct AdamStep<Scalar> {
    /// The number of parameters.
    public var count: Int
    /// p.
    public var parameters: UnsafeMutablePointer<Scalar>
    /// g.
    public var gradient: UnsafePointer<Scalar>
    /// m.
    public var firstMoment: UnsafeMutablePointer<Scalar>
    /// v.
    public var secondMoment: UnsafeMutablePointer<Scalar>
    /// λ.
    public var weightDecay: Scalar
    /// 1 − β₁.
    public var firstShare: Scalar
    /// 1 − β₂.
    public var secondShare: Scalar
    /// α = rate / (1 − β₁ᵗ).
    public var stepSize: Scalar
    /// 1 / √(1 − β₂ᵗ).
    public var rootScale: Scalar
    /// ε.
    public var epsilon: Scalar

    /// Describes a step.
    public init(
        count: Int, parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
        firstMoment: UnsafeMutablePointer<Scalar>, secondMoment: UnsafeMutablePointer<Scalar>, weightDecay: Scalar,
        firstShare: Scalar, secondShare: Scalar, stepSize: Scalar, rootScale: Scalar, epsilon: Scalar
    ) {
        self.count = count
        self.parameters = parameters
        self.gradient = gradient
        self.firstMoment = firstMoment
        self.secondMoment = secondMoment
        self.weightDecay = weightDecay
        self.firstShare = firstShare
        self.secondShare = secondShare
        self.stepSize = stepSize
        self.rootScale = rootScale
        self.epsilon = epsilon
    }
}
