import VectorMath

/// An LSTM autoencoder over windows (Malhotra et al. 2016, arXiv:1607.00148): stacked LSTM → last hidden state → linear
/// bottleneck → linear, repeated for every step → stacked LSTM → linear reconstruction.
public final class LSTMAutoencoder<Scalar: NetworkScalar>: WindowNetwork, @unchecked Sendable {
    /// The sizes of an autoencoder.
    public struct Shape: Sendable, Equatable, Codable {
        /// The number of time steps of a window.
        public var steps: Int
        /// The number of features of a step.
        public var features: Int
        /// The number of units of each LSTM layer.
        public var units: Int
        /// The size of the bottleneck.
        public var bottleneck: Int
        /// The number of LSTM layers on either side.
        public var layers: Int

        /// Sizes, all at least 1.
        public init(steps: Int, features: Int, units: Int, bottleneck: Int, layers: Int) {
            self.steps = steps
            self.features = features
            self.units = units
            self.bottleneck = bottleneck
            self.layers = layers
        }
    }

    /// The sizes.
    public let shape: Shape
    /// Where the tensors stand.
    public let layout: NetworkLayout
    /// The parameters, flat, in the order of `layout.parameters`. After a change call `pack()`.
    public let parameters: AlignedBuffer<Scalar>

    let encoder: [LSTM<Scalar>]
    let compress: Linear<Scalar>
    let expand: Linear<Scalar>
    let decoder: [LSTM<Scalar>]
    let output: Linear<Scalar>
    let packed: AlignedBuffer<Scalar>

    /// An autoencoder whose parameters are zero.
    public init(_ shape: Shape) {
        self.shape = shape
        var layout = NetworkLayout()
        encoder = (0..<shape.layers).map { index in
            LSTM(
                name: "encoder.lstm", index: index, inputs: index == 0 ? shape.features : shape.units,
                units: shape.units, layout: &layout)
        }
        compress = Linear(name: "encoder.fc", inputs: shape.units, outputs: shape.bottleneck, layout: &layout)
        expand = Linear(name: "decoder.fc_input", inputs: shape.bottleneck, outputs: shape.units, layout: &layout)
        decoder = (0..<shape.layers).map { index in
            LSTM(name: "decoder.lstm", index: index, inputs: shape.units, units: shape.units, layout: &layout)
        }
        output = Linear(name: "decoder.fc_output", inputs: shape.units, outputs: shape.features, layout: &layout)
        self.layout = layout
        let arena = Arena()
        parameters = AlignedBuffer(layout.parameters.count, in: arena)
        packed = AlignedBuffer(layout.packedCount, in: arena)
    }

    /// An autoencoder with parameters drawn as PyTorch draws them, from the numbers of `seed`.
    public convenience init(_ shape: Shape, seed: UInt64) {
        self.init(shape)
        var random = CounterRandom(seed: seed, stream: RandomStream.parameters)
        for layer in encoder { layer.initialise(parameters.pointer, &random) }
        compress.initialise(parameters.pointer, &random)
        expand.initialise(parameters.pointer, &random)
        for layer in decoder { layer.initialise(parameters.pointer, &random) }
        output.initialise(parameters.pointer, &random)
        pack()
    }

    /// The rows of a window: the steps.
    public var windowLength: Int { shape.steps }
    /// The columns of a window: the features.
    public var windowWidth: Int { shape.features }
    /// All rows are reconstructed.
    public var judgedRows: Int { shape.steps }

}

/// The layers by number, for work that threads share.
///
/// They are called by their own types: through a protocol's the generic code would not be compiled for `Float`.
extension LSTMAutoencoder {
    /// The number of layers with parameters.
    public var layerCount: Int { 2 * shape.layers + 3 }

    private func recurrent(_ layer: Int) -> LSTM<Scalar>? {
        layer < encoder.count ? encoder[layer] : layer < 2 * encoder.count ? decoder[layer - encoder.count] : nil
    }

    private func linear(_ layer: Int) -> Linear<Scalar> {
        switch layer - 2 * encoder.count {
        case 0: compress
        case 1: expand
        default: output
        }
    }

    /// Where the parameters of a layer stand.
    public func parameterRange(layer: Int) -> Range<Int> {
        recurrent(layer)?.parameterRange ?? linear(layer).parameterRange
    }

    /// Copies the parameters of a layer into the layout the kernels read.
    public func pack(layer: Int) {
        if let recurrent = recurrent(layer) {
            recurrent.pack(parameters.pointer, into: packed.pointer)
        } else {
            linear(layer).pack(parameters.pointer, into: packed.pointer)
        }
    }

    /// Adds a block's padded gradient of a layer to the flat one.
    public func collect(layer: Int, _ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        if let recurrent = recurrent(layer) {
            recurrent.collect(gradient, into: flat)
        } else {
            linear(layer).collect(gradient, into: flat)
        }
    }
}
