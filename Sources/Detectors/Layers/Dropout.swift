import Kernels
import VectorMath

/// Dropout as `torch.nn.Dropout`: in training each element is 0 with probability p, else divided by 1 − p.
public struct Dropout<Scalar: NetworkScalar>: Sendable {
    /// p.
    public let probability: Double

    /// Drops with `probability`, from [0, 1).
    public init(_ probability: Double) {
        self.probability = probability
    }

    /// y = x · factors, with factors drawn from the numbers of (seed, stream); shapes (count).
    public func forward(
        _ x: UnsafePointer<Scalar>, count: Int, factors: UnsafeMutablePointer<Scalar>, seed: UInt64, stream: UInt64,
        into y: UnsafeMutablePointer<Scalar>
    ) {
        draw(count: count, into: factors, seed: seed, stream: stream)
        Scalar.networkKernels.products(x, factors, y, count)
    }

    /// Draws factors, shape (count), from the numbers of (seed, stream).
    func draw(count: Int, into factors: UnsafeMutablePointer<Scalar>, seed: UInt64, stream: UInt64) {
        Scalar.networkKernels.dropout(
            DropoutMask(
                count: count, factors: factors, threshold: UInt16(probability * 0x1p16),
                factor: Scalar(1 / (1 - probability)), seed: seed, stream: stream))
    }

    /// dx = dy · factors, in place.
    public func backward(_ gradient: UnsafeMutablePointer<Scalar>, count: Int, factors: UnsafePointer<Scalar>) {
        Scalar.networkKernels.products(gradient, factors, gradient, count)
    }
}
