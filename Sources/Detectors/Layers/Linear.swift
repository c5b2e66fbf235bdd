import Kernels
import VectorMath

/// y = x Wᵀ + b, as `torch.nn.Linear`.
///
/// Shapes: x (rows, inputs), W (outputs, inputs), b (outputs), y (rows, outputs). Rows in memory are padded with zeros to
/// a multiple of `NetworkKernels.padding`.
public struct Linear<Scalar: NetworkScalar>: Sendable {
    /// The number of inputs.
    public let inputs: Int
    /// The number of outputs.
    public let outputs: Int
    /// The number of inputs with padding.
    public let paddedInputs: Int
    /// The number of outputs with padding.
    public let paddedOutputs: Int

    private let kernels = Scalar.networkKernels
    private let weight: Int
    private let bias: Int
    private let packedForward: Int
    private let packedBackward: Int
    private let packedBias: Int
    private let weightGradient: Int
    private let biasGradient: Int

    /// Reserves room for `NAME.weight` and `NAME.bias`.
    public init(name: String, inputs: Int, outputs: Int, layout: inout NetworkLayout) {
        self.init(weight: "\(name).weight", bias: "\(name).bias", inputs: inputs, outputs: outputs, layout: &layout)
    }

    /// Reserves room for W and b by the names given.
    init(weight weightName: String, bias biasName: String, inputs: Int, outputs: Int, layout: inout NetworkLayout) {
        self.inputs = inputs
        self.outputs = outputs
        paddedInputs = kernels.padded(inputs)
        paddedOutputs = kernels.padded(outputs)
        weight = layout.parameters.append(weightName, shape: [outputs, inputs])
        bias = layout.parameters.append(biasName, shape: [outputs])
        packedForward = layout.reservePacked(inputs * paddedOutputs)
        packedBackward = layout.reservePacked(outputs * paddedInputs)
        packedBias = layout.reservePacked(paddedOutputs)
        weightGradient = layout.reserveGradient(outputs * paddedInputs)
        biasGradient = layout.reserveGradient(paddedOutputs)
    }

    /// Where W and b stand.
    public var parameterRange: Range<Int> { weight..<bias + outputs }

    /// Draws W and b from U(−1/√inputs, 1/√inputs), PyTorch's default.
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>, _ random: inout CounterRandom) {
        let bound = 1 / Double(inputs).squareRoot()
        initialise(parameters, &random, bound: bound, biasBound: bound)
    }

    /// Draws W from U(−bound, bound) and b from U(−biasBound, biasBound).
    func initialise(
        _ parameters: UnsafeMutablePointer<Scalar>, _ random: inout CounterRandom, bound: Double, biasBound: Double
    ) {
        for i in 0..<outputs * inputs { parameters[weight + i] = Scalar(bound * (2 * random.uniform() - 1)) }
        for i in 0..<outputs { parameters[bias + i] = Scalar(biasBound * (2 * random.uniform() - 1)) }
    }

    /// Copies the parameters into the layout that `forward` and `backward` read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        kernels.packPanels(
            parameters + weight, depth: inputs, rowStride: 1, columnStride: inputs, width: outputs,
            columns: paddedOutputs, into: packed + packedForward)
        kernels.packPanels(
            parameters + weight, depth: outputs, rowStride: inputs, columnStride: 1, width: inputs,
            columns: paddedInputs, into: packed + packedBackward)
        for i in 0..<paddedOutputs { packed[packedBias + i] = i < outputs ? parameters[bias + i] : 0 }
    }

    /// y = x Wᵀ + b.
    public func forward(
        rows: Int, _ x: UnsafePointer<Scalar>, stride: Int, packed: UnsafePointer<Scalar>,
        into y: UnsafeMutablePointer<Scalar>
    ) {
        kernels.multiply(
            MatrixProduct(
                rows: rows, depth: inputs, columns: paddedOutputs, left: x, leftRowStride: stride,
                packedRight: packed + packedForward, initial: packed + packedBias, initialRowStride: 0, result: y,
                resultRowStride: paddedOutputs))
    }

    /// dW += dyᵀ x, db += Σ dy, dx = dy W (rows, paddedInputs), the last unless `dx` is nil.
    public func backward(
        rows: Int, _ x: UnsafePointer<Scalar>, stride: Int, dy: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>,
        dx: UnsafeMutablePointer<Scalar>?, gradient: UnsafeMutablePointer<Scalar>
    ) {
        kernels.multiply(
            MatrixProduct(
                accumulating: gradient + weightGradient, resultRowStride: paddedInputs, rows: outputs, depth: rows,
                columns: paddedInputs, transposedLeft: dy, leftStride: paddedOutputs, right: x, rightStride: stride))
        Scalar.transformerKernels.addRows(dy, rows, paddedOutputs, gradient + biasGradient)
        guard let dx else { return }
        kernels.multiply(
            MatrixProduct(
                rows: rows, depth: outputs, columns: paddedInputs, left: dy, leftRowStride: paddedOutputs,
                packedRight: packed + packedBackward, initial: nil, initialRowStride: 0, result: dx,
                resultRowStride: paddedInputs))
    }

    /// Adds a padded gradient to the flat one.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        addRows(
            gradient + weightGradient, stride: paddedInputs, to: flat + weight, rows: outputs, columns: inputs)
        addRows(gradient + biasGradient, stride: 0, to: flat + bias, rows: 1, columns: outputs)
    }
}

/// Adds a padded matrix to one without padding.
func addRows<Scalar: NetworkScalar>(
    _ source: UnsafePointer<Scalar>, stride: Int, to target: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int
) {
    for row in 0..<rows {
        let from = source + row * stride
        let to = target + row * columns
        for column in 0..<columns { to[column] += from[column] }
    }
}
