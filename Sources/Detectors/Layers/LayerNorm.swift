import Kernels
import VectorMath

/// Layer normalisation with gain and shift, as `torch.nn.LayerNorm`; see `LayerNormStep`.
///
/// Shapes: x and y (rows, width). Rows in memory are padded to `stride`; the padding stays 0.
public struct LayerNorm<Scalar: NetworkScalar>: Sendable {
    /// What is added to the variance: PyTorch's default.
    private static var epsilon: Scalar { 1e-5 }

    /// The number of columns.
    public let width: Int
    /// The number of columns with padding.
    public let stride: Int

    private let gain: Int
    private let shift: Int
    private let packedGain: Int
    private let packedShift: Int
    private let gainGradient: Int
    private let shiftGradient: Int

    /// What `forward` saves for `backward`.
    public struct State {
        let normalised: AlignedBuffer<Scalar>
        let inverseDeviation: AlignedBuffer<Scalar>

        /// Makes room for up to `rows` rows.
        public init(_ layer: LayerNorm, rows: Int) {
            normalised = AlignedBuffer(rows * layer.stride)
            inverseDeviation = AlignedBuffer(rows)
        }
    }

    /// Reserves room for `NAME.weight` (the gain) and `NAME.bias` (the shift).
    public init(name: String, width: Int, layout: inout NetworkLayout) {
        self.width = width
        stride = Scalar.networkKernels.padded(width)
        gain = layout.parameters.append("\(name).weight", shape: [width])
        shift = layout.parameters.append("\(name).bias", shape: [width])
        packedGain = layout.reservePacked(stride)
        packedShift = layout.reservePacked(stride)
        gainGradient = layout.reserveGradient(stride)
        shiftGradient = layout.reserveGradient(stride)
    }

    /// Where gain and shift stand.
    public var parameterRange: Range<Int> { gain..<shift + width }

    /// Sets the gain to 1 and the shift to 0, as PyTorch does.
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>) {
        for i in 0..<width {
            parameters[gain + i] = 1
            parameters[shift + i] = 0
        }
    }

    /// Copies the parameters into the layout that `forward` and `backward` read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        for i in 0..<stride {
            packed[packedGain + i] = i < width ? parameters[gain + i] : 0
            packed[packedShift + i] = i < width ? parameters[shift + i] : 0
        }
    }

    /// y = g (x − mean x) / √(var x + ε) + b.
    public func forward(
        rows: Int, _ x: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>, state: State?,
        into y: UnsafeMutablePointer<Scalar>
    ) {
        Scalar.transformerKernels.normalise(
            LayerNormStep(
                rows: rows, width: width, stride: stride, input: x, gain: packed + packedGain,
                shift: packed + packedShift, epsilon: LayerNorm.epsilon, output: y,
                normalised: state?.normalised.pointer, inverseDeviation: state?.inverseDeviation.pointer))
    }

    /// dx = residual + what dy gives; residual and dy may be dx itself. Adds to the gradients of gain and shift.
    public func backward(
        rows: Int, dy: UnsafePointer<Scalar>, residual: UnsafePointer<Scalar>?, packed: UnsafePointer<Scalar>,
        state: State, dx: UnsafeMutablePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>
    ) {
        Scalar.transformerKernels.normaliseGradient(
            LayerNormGradient(
                rows: rows, width: width, stride: stride, normalised: state.normalised.pointer,
                inverseDeviation: state.inverseDeviation.pointer, gain: packed + packedGain, outputGradient: dy,
                residual: residual, inputGradient: dx, gainGradient: gradient + gainGradient,
                shiftGradient: gradient + shiftGradient))
    }

    /// Adds a padded gradient to the flat one.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        addRows(gradient + gainGradient, stride: 0, to: flat + gain, rows: 1, columns: width)
        addRows(gradient + shiftGradient, stride: 0, to: flat + shift, rows: 1, columns: width)
    }
}
