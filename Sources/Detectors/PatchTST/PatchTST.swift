import VectorMath

/// PatchTST (Nie et al. 2023, "A time series is worth 64 words", arXiv:2211.14730) over windows: each channel by itself,
/// with the same parameters, forecasts its last `horizon` steps from the steps before them:
/// patches → linear, plus learned positions → pre-norm transformer blocks → norm → flattened → linear.
public final class PatchTST<Scalar: NetworkScalar>: WindowNetwork, @unchecked Sendable {
    /// The sizes of a network.
    public struct Shape: Sendable, Equatable {
        /// The number of time steps that are seen.
        public var steps: Int
        /// The number of time steps after them that are forecast.
        public var horizon: Int
        /// The number of channels of a step.
        public var channels: Int
        /// The steps of a patch.
        public var patch: Int
        /// The steps from one patch to the next.
        public var patchStep: Int
        /// The size of a token.
        public var width: Int
        /// The number of heads of attention, which divides `width`.
        public var heads: Int
        /// The number of blocks.
        public var layers: Int
        /// The hidden size of a block's feed-forward part.
        public var hidden: Int
        /// How a channel's steps are normalised.
        public var instanceNorm: InstanceNormalisation

        /// Sizes, all at least 1, with a patch that fits into the steps.
        public init(
            steps: Int, horizon: Int, channels: Int, patch: Int, patchStep: Int, width: Int, heads: Int, layers: Int,
            hidden: Int, instanceNorm: InstanceNormalisation = .none
        ) {
            self.steps = steps
            self.horizon = horizon
            self.channels = channels
            self.patch = patch
            self.patchStep = patchStep
            self.width = width
            self.heads = heads
            self.layers = layers
            self.hidden = hidden
            self.instanceNorm = instanceNorm
        }
    }

    /// The sizes.
    public let shape: Shape
    /// Where the tensors stand.
    public let layout: NetworkLayout
    /// The parameters, flat, in the order of `layout.parameters`. After a change call `pack()`.
    public let parameters: AlignedBuffer<Scalar>

    let instanceNorm: InstanceNorm<Scalar>
    let embedding: PatchEmbedding<Scalar>
    let blocks: [TransformerBlock<Scalar>]
    let norm: LayerNorm<Scalar>
    let head: Linear<Scalar>
    let packed: AlignedBuffer<Scalar>

    /// A network whose parameters are zero.
    public init(_ shape: Shape) {
        self.shape = shape
        var layout = NetworkLayout()
        instanceNorm = InstanceNorm(
            name: "revin", channels: shape.channels, isAffine: shape.instanceNorm == .affine, layout: &layout)
        let embedding = PatchEmbedding<Scalar>(
            steps: shape.steps, patch: shape.patch, step: shape.patchStep, width: shape.width, layout: &layout)
        self.embedding = embedding
        blocks = (0..<shape.layers).map { index in
            TransformerBlock(
                name: "encoder.layers.\(index)", tokens: embedding.tokens, width: shape.width, heads: shape.heads,
                hidden: shape.hidden, layout: &layout)
        }
        norm = LayerNorm(name: "encoder.norm", width: shape.width, layout: &layout)
        head = Linear(
            name: "head", inputs: embedding.tokens * shape.width, outputs: shape.horizon, layout: &layout)
        self.layout = layout
        let arena = Arena()
        parameters = AlignedBuffer(layout.parameters.count, in: arena)
        packed = AlignedBuffer(layout.packedCount, in: arena)
    }

    /// A network with parameters drawn as PyTorch draws them, from the numbers of `seed`.
    public convenience init(_ shape: Shape, seed: UInt64) {
        self.init(shape)
        var random = CounterRandom(seed: seed, stream: RandomStream.parameters)
        instanceNorm.initialise(parameters.pointer)
        embedding.initialise(parameters.pointer, &random)
        for block in blocks { block.initialise(parameters.pointer, &random) }
        norm.initialise(parameters.pointer)
        head.initialise(parameters.pointer, &random)
        pack()
    }

    /// The rows of a window: those seen and those forecast.
    public var windowLength: Int { shape.steps + shape.horizon }
    /// The columns of a window: the channels.
    public var windowWidth: Int { shape.channels }
    /// The rows that are forecast.
    public var judgedRows: Int { shape.horizon }
}

/// The layers by number: the instance normalisation, the embedding, the blocks, the norm, the head.
extension PatchTST {
    /// The number of layers with parameters.
    public var layerCount: Int { shape.layers + 4 }

    /// Where the parameters of a layer stand.
    public func parameterRange(layer: Int) -> Range<Int> {
        switch layer {
        case 0: instanceNorm.parameterRange
        case 1: embedding.parameterRange
        case shape.layers + 2: norm.parameterRange
        case shape.layers + 3: head.parameterRange
        default: blocks[layer - 2].parameterRange
        }
    }

    /// Copies the parameters of a layer into the layout the kernels read.
    public func pack(layer: Int) {
        let source = UnsafePointer(parameters.pointer)
        switch layer {
        case 0: instanceNorm.pack(source, into: packed.pointer)
        case 1: embedding.pack(source, into: packed.pointer)
        case shape.layers + 2: norm.pack(source, into: packed.pointer)
        case shape.layers + 3: head.pack(source, into: packed.pointer)
        default: blocks[layer - 2].pack(source, into: packed.pointer)
        }
    }

    /// Adds a block's padded gradient of a layer to the flat one.
    public func collect(layer: Int, _ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        switch layer {
        case 0: instanceNorm.collect(gradient, into: flat)
        case 1: embedding.collect(gradient, into: flat)
        case shape.layers + 2: norm.collect(gradient, into: flat)
        case shape.layers + 3: head.collect(gradient, into: flat)
        default: blocks[layer - 2].collect(gradient, into: flat)
        }
    }
}
