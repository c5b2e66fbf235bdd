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
    /// The kernels of transformers for this type.
    static var transformerKernels: TransformerKernels<Self> { get }
    /// e^x.
    static func exponential(_ x: Self) -> Self
    /// Hyperbolic tangent.
    static func hyperbolicTangent(_ x: Self) -> Self
    /// 1 − erf x.
    static func complementaryErrorFunction(_ x: Self) -> Self
}

extension Float: NetworkScalar {
    /// The machine's fastest kernels.
    public static var networkKernels: NetworkKernels<Float> { kernels.network }

    private static let transformer = kernels.transformer.withPlainAttention()

    /// The machine's fastest kernels; plain loops for an attention that is not of four tokens and heads of sixteen.
    public static var transformerKernels: TransformerKernels<Float> { transformer }
    /// e^x.
    public static func exponential(_ x: Float) -> Float { expf(x) }
    /// Hyperbolic tangent.
    public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
    /// 1 − erf x.
    public static func complementaryErrorFunction(_ x: Float) -> Float { erfcf(x) }
}

extension Double: NetworkScalar {
    private static let plain: NetworkKernels<Double> = plainNetworkKernels()
    private static let plainTransformer: TransformerKernels<Double> = plainTransformerKernels()

    /// Plain loops, for tests.
    public static var networkKernels: NetworkKernels<Double> { plain }
    /// Plain loops, for tests.
    public static var transformerKernels: TransformerKernels<Double> { plainTransformer }
    /// e^x.
    public static func exponential(_ x: Double) -> Double { exp(x) }
    /// Hyperbolic tangent.
    public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
    /// 1 − erf x.
    public static func complementaryErrorFunction(_ x: Double) -> Double { erfc(x) }
}
