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
    /// The machine's fastest kernels.
    public static var networkKernels: NetworkKernels<Float> { kernels.network }
    /// e^x.
    public static func exponential(_ x: Float) -> Float { expf(x) }
    /// Hyperbolic tangent.
    public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
}

extension Double: NetworkScalar {
    private static let plain: NetworkKernels<Double> = plainNetworkKernels()

    /// Plain loops, for tests.
    public static var networkKernels: NetworkKernels<Double> { plain }
    /// e^x.
    public static func exponential(_ x: Double) -> Double { exp(x) }
    /// Hyperbolic tangent.
    public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
}
