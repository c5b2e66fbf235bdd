import Kernels
import VectorMath

/// A pre-norm transformer block (Xiong et al. 2020, arXiv:2002.04745), as `torch.nn.TransformerEncoderLayer` with
/// `norm_first`, GELU, and dropout everywhere but on the attention's probabilities:
///
///     x' = x + drop(attention(norm1(x)));   y = x' + drop(linear2(drop(gelu(linear1(norm2(x'))))))
///
/// Shapes: x and y (sequences, tokens, width). Rows in memory are padded to `stride`; the padding stays 0.
public struct TransformerBlock<Scalar: NetworkScalar>: Sendable {
    /// The places in a block where elements are dropped, each with its own stream of random numbers.
    static var dropoutPlaces: Int { 3 }

    let attentionNorm: LayerNorm<Scalar>
    let attention: SelfAttention<Scalar>
    let feedForwardNorm: LayerNorm<Scalar>
    let widen: Linear<Scalar>
    let narrow: Linear<Scalar>

    /// The distance between rows.
    public var stride: Int { attention.stride }

    /// What `forward` computes; in training, all that `backward` needs.
    public struct State {
        let normed: AlignedBuffer<Scalar>
        let attention: SelfAttention<Scalar>.State
        let feedForwardNormed: AlignedBuffer<Scalar>
        let hidden: AlignedBuffer<Scalar>
        let saved: Saved?

        struct Saved {
            let attentionNorm: LayerNorm<Scalar>.State
            let feedForwardNorm: LayerNorm<Scalar>.State
            let hiddenDerivative: AlignedBuffer<Scalar>
            let attentionFactors: AlignedBuffer<Scalar>
            let feedForwardFactors: AlignedBuffer<Scalar>
        }

        /// Makes room for up to `sequences` sequences.
        public init(_ layer: TransformerBlock, sequences: Int, trains: Bool) {
            let rows = sequences * layer.attention.tokens
            let narrow = rows * layer.stride
            let wide = rows * layer.widen.paddedOutputs
            attention = SelfAttention.State(layer.attention, sequences: sequences)
            normed = AlignedBuffer(narrow)
            feedForwardNormed = AlignedBuffer(narrow)
            hidden = AlignedBuffer(wide)
            saved =
                trains
                ? Saved(
                    attentionNorm: LayerNorm.State(layer.attentionNorm, rows: rows),
                    feedForwardNorm: LayerNorm.State(layer.feedForwardNorm, rows: rows),
                    hiddenDerivative: AlignedBuffer(wide), attentionFactors: AlignedBuffer(narrow),
                    feedForwardFactors: AlignedBuffer(narrow)) : nil
        }
    }

    /// What `forward` needs for a moment only; blocks share it.
    public struct Scratch {
        let branch: AlignedBuffer<Scalar>
        let hiddenFactors: AlignedBuffer<Scalar>?

        /// Makes room for up to `sequences` sequences.
        public init(_ layer: TransformerBlock, sequences: Int, trains: Bool) {
            let rows = sequences * layer.attention.tokens
            branch = AlignedBuffer(rows * layer.stride)
            hiddenFactors = trains ? AlignedBuffer(rows * layer.widen.paddedOutputs) : nil
        }
    }

    /// The gradients of a block's activations.
    public struct Work {
        let attention: SelfAttention<Scalar>.Work
        let branch: AlignedBuffer<Scalar>
        let normed: AlignedBuffer<Scalar>
        let hidden: AlignedBuffer<Scalar>

        /// Makes room for up to `sequences` sequences.
        public init(_ layer: TransformerBlock, sequences: Int) {
            let rows = sequences * layer.attention.tokens
            attention = SelfAttention.Work(layer.attention, sequences: sequences)
            branch = AlignedBuffer(rows * layer.stride)
            normed = AlignedBuffer(rows * layer.stride)
            hidden = AlignedBuffer(rows * layer.widen.paddedOutputs)
        }
    }

    /// Reserves room for `NAME.self_attn`, `NAME.linear1`, `NAME.linear2`, `NAME.norm1` and `NAME.norm2`.
    public init(
        name: String, tokens: Int, width: Int, heads: Int, hidden: Int, layout: inout NetworkLayout
    ) {
        attention = SelfAttention(
            name: "\(name).self_attn", tokens: tokens, width: width, heads: heads, layout: &layout)
        widen = Linear(name: "\(name).linear1", inputs: width, outputs: hidden, layout: &layout)
        narrow = Linear(name: "\(name).linear2", inputs: hidden, outputs: width, layout: &layout)
        attentionNorm = LayerNorm(name: "\(name).norm1", width: width, layout: &layout)
        feedForwardNorm = LayerNorm(name: "\(name).norm2", width: width, layout: &layout)
    }

    /// Where the parameters stand.
    public var parameterRange: Range<Int> {
        attention.parameterRange.lowerBound..<feedForwardNorm.parameterRange.upperBound
    }

    /// Draws the parameters as PyTorch does.
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>, _ random: inout CounterRandom) {
        attention.initialise(parameters, &random)
        widen.initialise(parameters, &random)
        narrow.initialise(parameters, &random)
        attentionNorm.initialise(parameters)
        feedForwardNorm.initialise(parameters)
    }

    /// Copies the parameters into the layout that `forward` and `backward` read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        attention.pack(parameters, into: packed)
        for layer in [widen, narrow] { layer.pack(parameters, into: packed) }
        for layer in [attentionNorm, feedForwardNorm] { layer.pack(parameters, into: packed) }
    }

    /// y, in place of x.
    ///
    /// - Parameter stream: of dropout's random numbers; `dropoutPlaces` streams from it on are used.
    public func forward(
        sequences: Int, _ x: UnsafeMutablePointer<Scalar>, packed: UnsafePointer<Scalar>, state: State,
        scratch: Scratch, dropout: Dropout<Scalar>?, seed: UInt64, stream: UInt64
    ) {
        let rows = sequences * attention.tokens
        let kernels = Scalar.transformerKernels
        let dropout = state.saved == nil ? nil : dropout
        func draw(_ factors: AlignedBuffer<Scalar>?, _ count: Int, _ place: UInt64) -> UnsafePointer<Scalar>? {
            guard let dropout, let factors else { return nil }
            dropout.draw(count: count, into: factors.pointer, seed: seed, stream: stream + place)
            return UnsafePointer(factors.pointer)
        }
        attentionNorm.forward(
            rows: rows, x, packed: packed, state: state.saved?.attentionNorm, into: state.normed.pointer)
        attention.forward(
            sequences: sequences, state.normed.pointer, packed: packed, state: state.attention,
            into: scratch.branch.pointer)
        Scalar.networkKernels.addProducts(
            scratch.branch.pointer, draw(state.saved?.attentionFactors, rows * stride, 0), x, rows * stride)
        feedForwardNorm.forward(
            rows: rows, x, packed: packed, state: state.saved?.feedForwardNorm, into: state.feedForwardNormed.pointer)
        widen.forward(
            rows: rows, state.feedForwardNormed.pointer, stride: stride, packed: packed, into: state.hidden.pointer)
        let elements = rows * widen.paddedOutputs
        kernels.gelu(
            GELUStep(
                count: elements, input: state.hidden.pointer, factors: draw(scratch.hiddenFactors, elements, 1),
                output: state.hidden.pointer, derivative: state.saved?.hiddenDerivative.pointer))
        narrow.forward(
            rows: rows, state.hidden.pointer, stride: widen.paddedOutputs, packed: packed, into: scratch.branch.pointer)
        Scalar.networkKernels.addProducts(
            scratch.branch.pointer, draw(state.saved?.feedForwardFactors, rows * stride, 2), x, rows * stride)
    }

    /// dx in place of dy; adds to the gradients of the parameters.
    ///
    /// - Parameter dropped: whether `forward` dropped elements.
    public func backward(
        sequences: Int, _ gradientOfRows: UnsafeMutablePointer<Scalar>, packed: UnsafePointer<Scalar>, state: State,
        work: Work, dropped: Bool, gradient: UnsafeMutablePointer<Scalar>
    ) {
        guard let saved = state.saved else { return }
        let rows = sequences * attention.tokens
        let kernels = Scalar.networkKernels
        let dx = gradientOfRows
        func branch(_ factors: AlignedBuffer<Scalar>) -> UnsafePointer<Scalar> {
            guard dropped else { return UnsafePointer(dx) }
            kernels.products(dx, factors.pointer, work.branch.pointer, rows * stride)
            return UnsafePointer(work.branch.pointer)
        }
        narrow.backward(
            rows: rows, state.hidden.pointer, stride: widen.paddedOutputs, dy: branch(saved.feedForwardFactors),
            packed: packed, dx: work.hidden.pointer, gradient: gradient)
        kernels.products(
            work.hidden.pointer, saved.hiddenDerivative.pointer, work.hidden.pointer, rows * widen.paddedOutputs)
        widen.backward(
            rows: rows, state.feedForwardNormed.pointer, stride: stride, dy: work.hidden.pointer, packed: packed,
            dx: work.normed.pointer, gradient: gradient)
        feedForwardNorm.backward(
            rows: rows, dy: work.normed.pointer, residual: dx, packed: packed, state: saved.feedForwardNorm, dx: dx,
            gradient: gradient)
        attention.backward(
            sequences: sequences, state.normed.pointer, dy: branch(saved.attentionFactors), packed: packed,
            state: state.attention, work: work.attention, dx: work.normed.pointer, gradient: gradient)
        attentionNorm.backward(
            rows: rows, dy: work.normed.pointer, residual: dx, packed: packed, state: saved.attentionNorm, dx: dx,
            gradient: gradient)
    }

    /// Adds a padded gradient to the flat one.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        attention.collect(gradient, into: flat)
        for layer in [widen, narrow] { layer.collect(gradient, into: flat) }
        for layer in [attentionNorm, feedForwardNorm] { layer.collect(gradient, into: flat) }
    }
}
