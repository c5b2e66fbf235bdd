#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Kernels
import VectorMath

/// The optimiser `torch.optim.Adam` with weight decay added to the gradient; see `AdamStep`.
public final class Adam<Scalar: NetworkScalar> {
    /// The constants of Adam.
    public struct Settings: Sendable, Equatable {
        /// How fast the mean of the gradient forgets.
        public var beta1: Double
        /// How fast the mean of its square forgets.
        public var beta2: Double
        /// What is added to the root.
        public var epsilon: Double
        /// The share of the parameters added to the gradient.
        public var weightDecay: Double

        /// PyTorch's constants unless told otherwise.
        public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }
    }

    /// The constants.
    public let settings: Settings
    /// The number of steps taken.
    public var steps = 0
    /// The means of the gradient.
    public let firstMoment: AlignedBuffer<Scalar>
    /// The means of its square.
    public let secondMoment: AlignedBuffer<Scalar>

    /// An optimiser for `count` parameters that has seen nothing; its moments are cut from `arena`.
    public init(count: Int, settings: Settings = Settings(), in arena: Arena? = nil) {
        self.settings = settings
        firstMoment = AlignedBuffer(count, in: arena)
        secondMoment = AlignedBuffer(count, in: arena)
    }

    /// Takes one step with learning rate `rate`; shapes (count).
    public func step(
        _ parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>, rate: Double
    ) {
        beginStep()
        update(0..<firstMoment.count, of: parameters, gradient: gradient, rate: rate)
    }

    /// Begins a step that `update` then takes for every part of the parameters.
    public func beginStep() {
        steps += 1
    }

    /// Takes the step that has begun for the parameters in `range`, with learning rate `rate`.
    public func update(
        _ range: Range<Int>, of parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>, rate: Double
    ) {
        let first = range.lowerBound
        Scalar.networkKernels.adam(
            AdamStep(
                count: range.count, parameters: parameters + first, gradient: gradient + first,
                firstMoment: firstMoment.pointer + first, secondMoment: secondMoment.pointer + first,
                weightDecay: Scalar(settings.weightDecay),
                firstShare: Scalar(1 - settings.beta1), secondShare: Scalar(1 - settings.beta2),
                stepSize: Scalar(rate / (1 - pow(settings.beta1, Double(steps)))),
                rootScale: Scalar(1 / (1 - pow(settings.beta2, Double(steps))).squareRoot()),
                epsilon: Scalar(settings.epsilon)))
    }
}
