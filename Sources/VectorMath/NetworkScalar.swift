#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Kernels

/// A number that networks compute with: `Float` on the machine's fastest kernels, `Double` on plain loops, for tests by
/// finite differences.
public protocol NetworkScalar: BinaryFloatingPoint, Sendable {
    /// The kernels for this type.
    static var networkKernels: NetworkKernels<Self> { get }
    /// e^x.
    static func exponential(_ x: Self) -> Self
    /// Hyperbolic tangent.
    static func hyperbolicTangent(_ x: Self) -> Self
}

extension Float: NetworkScalar {
    public static var networkKernels: NetworkKernels<Float> { kernels.network }
    public static func exponential(_ x: Float) -> Float { expf(x) }
    public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
}

extension Double: NetworkScalar {
    private static let plain: NetworkKernels<Double> = plainNetworkKernels()

    public static var networkKernels: NetworkKernels<Double> { plain }
    public static func exponential(_ x: Double) -> Double { exp(x) }
    public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
}
