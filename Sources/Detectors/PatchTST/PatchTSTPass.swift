import VectorMath

/// The work space of one thread for a block of windows; see `WindowPass`.
///
/// A window's channels are sequences of their own: sequence = window · channels + channel. Rows are padded, see `Linear`.
public final class PatchTSTPass<Scalar: NetworkScalar>: WindowPass {
    /// Few enough that what a block leaves for the way back stays in the second cache.
    public static var blockWindows: (training: Int, scoring: Int) { (2, 4) }
    /// How many windows share a gradient. It decides the order of the sums.
    public static var gradientWindows: Int { 16 }

    /// The network.
    public let network: PatchTST<Scalar>
    /// The most windows a block may have.
    public let capacity: Int
    /// The number of windows of the current block.
    public private(set) var rows = 0
    /// The forecast, (rows, channels, horizonStride).
    public let forecast: AlignedBuffer<Scalar>
    /// What was to be forecast, (rows, channels, horizonStride).
    public let target: AlignedBuffer<Scalar>
    /// The distance between a channel's forecast and the next one's.
    public let horizonStride: Int

    /// The steps seen, normalised where the network wants it, (sequences, steps).
    private let series: AlignedBuffer<Scalar>
    private let means: AlignedBuffer<Scalar>
    private let deviations: AlignedBuffer<Scalar>
    private let patches: AlignedBuffer<Scalar>
    /// The residual stream, (sequences, tokens, stride): what each block adds to.
    private let stream: AlignedBuffer<Scalar>
    private let states: [TransformerBlock<Scalar>.State]
    private let scratch: TransformerBlock<Scalar>.Scratch
    private let normed: AlignedBuffer<Scalar>
    /// `normed` without padding, where it has any.
    private let flattened: AlignedBuffer<Scalar>?
    private let squares: AlignedBuffer<Scalar>
    private let back: Back?
    private var dropped = false

    /// What only training needs.
    private struct Back {
        let factors: AlignedBuffer<Scalar>
        let norm: LayerNorm<Scalar>.State
        let work: TransformerBlock<Scalar>.Work
        let forecast: AlignedBuffer<Scalar>
        let normed: AlignedBuffer<Scalar>
        let flattened: AlignedBuffer<Scalar>?
        let stream: AlignedBuffer<Scalar>
        let patches: AlignedBuffer<Scalar>?
    }

    /// Makes room for blocks of up to `capacity` windows.
    ///
    /// - Parameter trains: whether dropout and `backward` will be used.
    public init(_ network: PatchTST<Scalar>, capacity: Int, trains: Bool) {
        self.network = network
        self.capacity = capacity
        let shape = network.shape
        let sequences = capacity * shape.channels
        let tokens = sequences * network.embedding.tokens
        let block = tokens * network.embedding.stride
        horizonStride = network.head.paddedOutputs
        series = AlignedBuffer(sequences * shape.steps)
        means = AlignedBuffer(sequences)
        deviations = AlignedBuffer(sequences)
        patches = AlignedBuffer(tokens * network.embedding.patchStride)
        stream = AlignedBuffer(block)
        normed = AlignedBuffer(block)
        let isPadded = network.embedding.stride != shape.width
        flattened = isPadded ? AlignedBuffer(sequences * network.head.paddedInputs) : nil
        forecast = AlignedBuffer(sequences * horizonStride)
        target = AlignedBuffer(sequences * horizonStride)
        squares = AlignedBuffer(sequences * horizonStride)
        // On the way forward alone one block's state serves all.
        states = network.blocks.prefix(trains ? shape.layers : 1).map {
            TransformerBlock.State($0, sequences: sequences, trains: trains)
        }
        scratch = TransformerBlock.Scratch(network.blocks[0], sequences: sequences, trains: trains)
        back =
            trains
            ? Back(
                factors: AlignedBuffer(block), norm: LayerNorm.State(network.norm, rows: tokens),
                work: TransformerBlock.Work(network.blocks[0], sequences: sequences),
                forecast: AlignedBuffer(sequences * horizonStride), normed: AlignedBuffer(block),
                flattened: isPadded ? AlignedBuffer(sequences * network.head.paddedInputs) : nil,
                stream: AlignedBuffer(block),
                patches: network.instanceNorm.isAffine
                    ? AlignedBuffer(tokens * network.embedding.patchStride) : nil) : nil
    }

    /// Starts a block of `rows` windows, which the caller then sets.
    public func begin(rows: Int) {
        precondition(rows > 0 && rows <= capacity, "a block has from 1 to \(capacity) windows")
        self.rows = rows
    }

    /// Takes one window apart: each channel's steps to be seen, and those to be forecast.
    public func setWindow(_ row: Int, _ values: UnsafePointer<Scalar>) {
        let shape = network.shape
        for channel in 0..<shape.channels {
            let sequence = row * shape.channels + channel
            let seen = series.pointer + sequence * shape.steps
            for t in 0..<shape.steps { seen[t] = values[t * shape.channels + channel] }
            let rest = values + shape.steps * shape.channels + channel
            let ahead = target.pointer + sequence * horizonStride
            for t in 0..<shape.horizon { ahead[t] = rest[t * shape.channels] }
        }
    }

    private var sequences: Int { rows * network.shape.channels }

    /// Computes the forecasts of the block.
    public func forward(dropout: Dropout<Scalar>? = nil, seed: UInt64 = 0, stream random: UInt64 = 0) {
        dropped = dropout != nil && back != nil
        let shape = network.shape
        let packed = UnsafePointer(network.packed.pointer)
        let tokens = sequences * network.embedding.tokens
        if shape.instanceNorm != .none {
            network.instanceNorm.normalise(
                sequences: sequences, steps: shape.steps, series.pointer, means: means.pointer,
                deviations: deviations.pointer)
        }
        network.embedding.cut(
            sequences: sequences, series.pointer, into: patches.pointer,
            affine: network.instanceNorm.isAffine ? { self.network.instanceNorm.affine($0, packed: packed) } : nil)
        network.embedding.forward(sequences: sequences, patches.pointer, packed: packed, into: stream.pointer)
        if let dropout, let back {
            dropout.forward(
                stream.pointer, count: tokens * network.embedding.stride, factors: back.factors.pointer, seed: seed,
                stream: random, into: stream.pointer)
        }
        for (index, block) in network.blocks.enumerated() {
            block.forward(
                sequences: sequences, stream.pointer, packed: packed, state: states[min(index, states.count - 1)],
                scratch: scratch, dropout: dropout, seed: seed,
                stream: random + 1 + UInt64(index * TransformerBlock<Scalar>.dropoutPlaces))
        }
        network.norm.forward(
            rows: tokens, stream.pointer, packed: packed, state: back?.norm, into: normed.pointer)
        network.head.forward(
            rows: sequences, flat(normed, flattened), stride: flatStride, packed: packed, into: forecast.pointer)
        if shape.instanceNorm != .none {
            network.instanceNorm.reverse(
                sequences: sequences, horizon: shape.horizon, stride: horizonStride, forecast.pointer, packed: packed,
                means: means.pointer, deviations: deviations.pointer)
        }
    }

    /// Σ (forecast − target)² of the block, after `forward`.
    public func squaredError() -> Double {
        let count = sequences * horizonStride
        MeanSquaredError<Scalar>(count: 1).forward(
            steps: 1, rows: sequences, width: horizonStride, forecast.pointer, target: target.pointer,
            errors: squares.pointer)
        var sum = 0.0
        for i in 0..<count { sum += Double(squares.pointer[i]) }
        return sum
    }

    /// The mean squared error of each channel's forecast in window `row`, after `squaredError`.
    public func columnErrors(_ row: Int, into errors: UnsafeMutablePointer<Scalar>) {
        let shape = network.shape
        for channel in 0..<shape.channels {
            let ahead = squares.pointer + (row * shape.channels + channel) * horizonStride
            var sum = Scalar.zero
            for t in 0..<shape.horizon { sum += ahead[t] }
            errors[channel] = sum / Scalar(shape.horizon)
        }
    }

    /// The mean over the last `count` rows of what each channel was above its forecast in window `row`, after `forward`.
    public func residuals(_ row: Int, last count: Int, into residuals: UnsafeMutablePointer<Scalar>) {
        let shape = network.shape
        for channel in 0..<shape.channels {
            let start = (row * shape.channels + channel) * horizonStride
            var sum = Scalar.zero
            for t in shape.horizon - count..<shape.horizon {
                sum += target.pointer[start + t] - forecast.pointer[start + t]
            }
            residuals[channel] = sum / Scalar(count)
        }
    }

    /// Adds the gradient of `loss` on this block to the padded gradient of the parameters, after `forward`.
    public func backward(_ loss: MeanSquaredError<Scalar>, gradient: UnsafeMutablePointer<Scalar>) {
        guard let back else { return }
        let shape = network.shape
        let packed = UnsafePointer(network.packed.pointer)
        let tokens = sequences * network.embedding.tokens
        back.forecast.pointer.update(from: forecast.pointer, count: sequences * horizonStride)
        loss.backward(back.forecast.pointer, target: target.pointer, elements: sequences * horizonStride)
        if shape.instanceNorm != .none {
            network.instanceNorm.reverseBackward(
                sequences: sequences, horizon: shape.horizon, stride: horizonStride, back.forecast.pointer,
                forecast: forecast.pointer, packed: packed, means: means.pointer, deviations: deviations.pointer,
                gradient: gradient)
        }
        network.head.backward(
            rows: sequences, UnsafePointer((flattened ?? normed).pointer), stride: flatStride,
            dy: back.forecast.pointer, packed: packed, dx: (back.flattened ?? back.normed).pointer, gradient: gradient)
        unflatten(back)
        network.norm.backward(
            rows: tokens, dy: back.normed.pointer, residual: nil, packed: packed, state: back.norm,
            dx: back.stream.pointer, gradient: gradient)
        for (index, block) in network.blocks.enumerated().reversed() {
            block.backward(
                sequences: sequences, back.stream.pointer, packed: packed, state: states[index], work: back.work,
                dropped: dropped, gradient: gradient)
        }
        if dropped {
            Scalar.networkKernels.products(
                back.stream.pointer, back.factors.pointer, back.stream.pointer, tokens * network.embedding.stride)
        }
        network.embedding.backward(
            sequences: sequences, patches.pointer, dy: back.stream.pointer, packed: packed, dx: back.patches?.pointer,
            gradient: gradient)
        if let patches = back.patches { addAffineGradient(patches, to: gradient) }
    }

    /// What the patches' gradient gives the instance normalisation's gain and shift.
    private func addAffineGradient(_ dx: AlignedBuffer<Scalar>, to gradient: UnsafeMutablePointer<Scalar>) {
        let embedding = network.embedding
        for sequence in 0..<sequences {
            var (gain, shift) = (Scalar.zero, Scalar.zero)
            for token in 0..<embedding.tokens {
                let values = series.pointer + sequence * embedding.steps + token * embedding.step
                let gradients = dx.pointer + (sequence * embedding.tokens + token) * embedding.patchStride
                for i in 0..<embedding.patch {
                    gain += gradients[i] * values[i]
                    shift += gradients[i]
                }
            }
            network.instanceNorm.addGradient(sequence, gain: gain, shift: shift, to: gradient)
        }
    }

    /// The distance between rows of the head's input.
    private var flatStride: Int {
        flattened == nil ? network.embedding.tokens * network.embedding.stride : network.head.paddedInputs
    }

    /// The tokens of a sequence as one row, without padding between them.
    private func flat(_ tokens: AlignedBuffer<Scalar>, _ flattened: AlignedBuffer<Scalar>?) -> UnsafePointer<Scalar> {
        guard let flattened else { return UnsafePointer(tokens.pointer) }
        forEachToken { token, flat in
            (flattened.pointer + flat).update(from: tokens.pointer + token, count: network.shape.width)
        }
        return UnsafePointer(flattened.pointer)
    }

    /// Takes the gradient of the flattened tokens back to the padded ones.
    private func unflatten(_ back: Back) {
        guard let flattened = back.flattened else { return }
        forEachToken { token, flat in
            (back.normed.pointer + token).update(from: flattened.pointer + flat, count: network.shape.width)
        }
    }

    /// Calls `body` with the place of each token in padded rows and in flattened ones.
    private func forEachToken(_ body: (_ token: Int, _ flat: Int) -> Void) {
        let embedding = network.embedding
        for sequence in 0..<sequences {
            for token in 0..<embedding.tokens {
                body(
                    (sequence * embedding.tokens + token) * embedding.stride,
                    sequence * network.head.paddedInputs + token * network.shape.width)
            }
        }
    }
}
