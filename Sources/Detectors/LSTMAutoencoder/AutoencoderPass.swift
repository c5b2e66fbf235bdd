import VectorMath

/// The work space of one thread for a block of windows; see `WindowPass`.
///
/// Arrays are time-major with padded rows, see `LSTM`.
public final class AutoencoderPass<Scalar: NetworkScalar>: WindowPass {
    /// Few enough that threads share a batch, and that a block's states stay in the cache.
    public static var blockWindows: (training: Int, scoring: Int) { (32, 32) }
    /// How many windows share a gradient. It decides the order of the sums.
    public static var gradientWindows: Int { 32 }

    /// The network.
    public let network: LSTMAutoencoder<Scalar>
    /// The most windows a block may have.
    public let capacity: Int
    /// The number of windows of the current block.
    public private(set) var rows = 0
    /// The windows, (steps, rows, featureStride); filled by the caller after `begin(rows:)`.
    public let input: AlignedBuffer<Scalar>
    /// The reconstruction, (steps, rows, featureStride); its gradient after `backward`.
    public let reconstruction: AlignedBuffer<Scalar>
    /// The bottleneck, (rows, bottleneckStride).
    public let bottleneck: AlignedBuffer<Scalar>
    /// Squared errors summed over the steps, (rows, featureStride).
    public let errors: AlignedBuffer<Scalar>
    /// The distance between rows of the windows.
    public let featureStride: Int
    /// The distance between rows of the bottleneck.
    public let bottleneckStride: Int

    private let encoderStates: [LSTMState<Scalar>]
    private let decoderStates: [LSTMState<Scalar>]
    private let expanded: AlignedBuffer<Scalar>
    /// Between layer k and k + 1 of the encoder, then of the decoder; empty without dropout.
    private let dropped: [Dropped]
    private let trains: Bool
    private var dropout: Dropout<Scalar>?
    private let back: Back?

    /// The output of a layer after dropout, and the factors.
    private struct Dropped {
        let values: AlignedBuffer<Scalar>
        let factors: AlignedBuffer<Scalar>
    }

    /// Gradients of activations.
    private struct Back {
        let upper: AlignedBuffer<Scalar>
        let lower: AlignedBuffer<Scalar>
        let expanded: AlignedBuffer<Scalar>
        let bottleneck: AlignedBuffer<Scalar>
        let lastHidden: AlignedBuffer<Scalar>
    }

    /// Makes room for blocks of up to `capacity` windows.
    ///
    /// - Parameter trains: whether dropout and `backward` will be used.
    public init(_ network: LSTMAutoencoder<Scalar>, capacity: Int, trains: Bool) {
        self.network = network
        self.capacity = capacity
        self.trains = trains
        let steps = network.shape.steps
        let arena = Arena()
        featureStride = network.output.paddedOutputs
        bottleneckStride = network.compress.paddedOutputs
        let units = network.expand.paddedOutputs
        input = AlignedBuffer(steps * capacity * featureStride, in: arena)
        reconstruction = AlignedBuffer(steps * capacity * featureStride, in: arena)
        errors = AlignedBuffer(capacity * featureStride, in: arena)
        bottleneck = AlignedBuffer(capacity * bottleneckStride, in: arena)
        expanded = AlignedBuffer(capacity * units, in: arena)
        encoderStates = network.encoder.map { LSTMState($0, rows: capacity, steps: steps, trains: trains, in: arena) }
        decoderStates = network.decoder.map { LSTMState($0, rows: capacity, steps: steps, trains: trains, in: arena) }
        let block = steps * capacity * units
        dropped =
            trains
            ? (0..<2 * (network.shape.layers - 1)).map { _ in
                Dropped(values: AlignedBuffer(block, in: arena), factors: AlignedBuffer(block, in: arena))
            } : []
        back =
            trains
            ? Back(
                upper: AlignedBuffer(block, in: arena), lower: AlignedBuffer(block, in: arena),
                expanded: AlignedBuffer(capacity * units, in: arena),
                bottleneck: AlignedBuffer(capacity * bottleneckStride, in: arena),
                lastHidden: AlignedBuffer(capacity * units, in: arena))
            : nil
    }

    /// Starts a block of `rows` windows, whose values the caller then writes to `input`.
    public func begin(rows: Int) {
        precondition(rows > 0 && rows <= capacity, "a block has from 1 to \(capacity) windows")
        self.rows = rows
    }

    /// Copies one window, row-major (steps, features), to row `row` of the block.
    public func setWindow(_ row: Int, _ values: UnsafePointer<Scalar>) {
        let features = network.shape.features
        for t in 0..<network.shape.steps {
            (input.pointer + (t * rows + row) * featureStride).update(from: values + t * features, count: features)
        }
    }

    /// Computes the reconstruction of the block.
    ///
    /// - Parameters:
    ///   - dropout: what to drop between layers, in training.
    ///   - seed: of dropout's random numbers.
    ///   - stream: of dropout's random numbers; places in the network are added to it.
    public func forward(dropout: Dropout<Scalar>? = nil, seed: UInt64 = 0, stream: UInt64 = 0) {
        self.dropout = trains && (dropout?.probability ?? 0) > 0 ? dropout : nil
        let steps = network.shape.steps
        let packed = UnsafePointer(network.packed.pointer)
        var x = UnsafePointer(input.pointer)
        for (index, layer) in network.encoder.enumerated() {
            let stride = index == 0 ? featureStride : layer.paddedUnits
            let state = encoderStates[index]
            layer.forward(rows: rows, steps: steps, x, stride: stride, packed: packed, state: state)
            if index + 1 < network.encoder.count { x = between(index, state, seed, stream) }
        }
        let last = encoderStates[encoderStates.count - 1].hidden.pointer + steps * rows * network.compress.paddedInputs
        network.compress.forward(
            rows: rows, last, stride: network.compress.paddedInputs, packed: packed, into: bottleneck.pointer)
        network.expand.forward(
            rows: rows, bottleneck.pointer, stride: bottleneckStride, packed: packed, into: expanded.pointer)
        x = UnsafePointer(expanded.pointer)
        for (index, layer) in network.decoder.enumerated() {
            let state = decoderStates[index]
            layer.forward(
                rows: rows, steps: steps, x, stride: layer.paddedInputs, isConstant: index == 0, packed: packed,
                state: state)
            x =
                index + 1 < network.decoder.count
                ? between(network.encoder.count - 1 + index, state, seed, stream) : sequence(state)
        }
        network.output.forward(
            rows: steps * rows, x, stride: network.output.paddedInputs, packed: packed, into: reconstruction.pointer)
    }

    /// Σ (reconstruction − input)² of the block, after `forward`; fills `errors`.
    public func squaredError() -> Double {
        MeanSquaredError<Scalar>(count: 1).forward(
            steps: network.shape.steps, rows: rows, width: featureStride, reconstruction.pointer, target: input.pointer,
            errors: errors.pointer)
        var sum = 0.0
        for i in 0..<rows * featureStride { sum += Double(errors.pointer[i]) }
        return sum
    }

    /// The mean over the steps of each feature's squared error in window `row`, after `squaredError`.
    public func columnErrors(_ row: Int, into columns: UnsafeMutablePointer<Scalar>) {
        let sums = errors.pointer + row * featureStride
        for feature in 0..<network.shape.features { columns[feature] = sums[feature] / Scalar(network.shape.steps) }
    }

    /// The mean of reconstruction − input over the last `lastRows` steps of window `row`, then its bottleneck, after
    /// `forward`; shape (features + bottleneck).
    public func evidence(_ row: Int, lastRows: Int, into evidence: UnsafeMutablePointer<Scalar>) {
        let shape = network.shape
        for feature in 0..<shape.features {
            var sum = Scalar.zero
            for t in shape.steps - lastRows..<shape.steps {
                let place = (t * rows + row) * featureStride + feature
                sum += reconstruction.pointer[place] - input.pointer[place]
            }
            evidence[feature] = sum / Scalar(lastRows)
        }
        (evidence + shape.features).update(
            from: bottleneck.pointer + row * bottleneckStride, count: shape.bottleneck)
    }

    /// Adds the gradient of `loss` on this block to the padded gradient of the parameters, after `forward`.
    public func backward(_ loss: MeanSquaredError<Scalar>, gradient: UnsafeMutablePointer<Scalar>) {
        guard let back else { return }
        let steps = network.shape.steps
        let packed = UnsafePointer(network.packed.pointer)
        loss.backward(reconstruction.pointer, target: input.pointer, elements: steps * rows * featureStride)
        var (dh, dx) = (back.upper, back.lower)
        network.output.backward(
            rows: steps * rows, sequence(decoderStates[decoderStates.count - 1]), stride: network.output.paddedInputs,
            dy: reconstruction.pointer, packed: packed, dx: dh.pointer, gradient: gradient)
        for (index, layer) in network.decoder.enumerated().reversed() {
            let x = index == 0 ? UnsafePointer(expanded.pointer) : above(network.encoder.count - 1 + index - 1)
            layer.backward(
                rows: rows, steps: steps, x, stride: layer.paddedInputs, isConstant: index == 0, dh: dh.pointer,
                packed: packed, state: decoderStates[index], dx: index == 0 ? back.expanded.pointer : dx.pointer,
                gradient: gradient)
            if index > 0 { drop(dx, network.encoder.count - 1 + index - 1) }
            swap(&dh, &dx)
        }
        network.expand.backward(
            rows: rows, bottleneck.pointer, stride: bottleneckStride, dy: back.expanded.pointer, packed: packed,
            dx: back.bottleneck.pointer, gradient: gradient)
        let top = encoderStates[encoderStates.count - 1].hidden.pointer + steps * rows * network.compress.paddedInputs
        network.compress.backward(
            rows: rows, top, stride: network.compress.paddedInputs, dy: back.bottleneck.pointer, packed: packed,
            dx: back.lastHidden.pointer, gradient: gradient)
        for (index, layer) in network.encoder.enumerated().reversed() {
            let isTop = index + 1 == network.encoder.count
            layer.backward(
                rows: rows, steps: steps, index == 0 ? UnsafePointer(input.pointer) : above(index - 1),
                stride: layer.paddedInputs, dh: isTop ? nil : dh.pointer,
                lastDh: isTop ? UnsafePointer(back.lastHidden.pointer) : nil, packed: packed,
                state: encoderStates[index], dx: index == 0 ? nil : dx.pointer, gradient: gradient)
            if index > 0 { drop(dx, index - 1) }
            swap(&dh, &dx)
        }
    }

    /// The hidden states of all steps, (steps, rows, units).
    private func sequence(_ state: LSTMState<Scalar>) -> UnsafePointer<Scalar> {
        UnsafePointer(state.hidden.pointer + rows * network.output.paddedInputs)
    }

    /// What layer k of the encoder, or after its layers of the decoder, hands to the layer above.
    private func above(_ place: Int) -> UnsafePointer<Scalar> {
        if dropout != nil { return UnsafePointer(dropped[place].values.pointer) }
        let encoders = network.encoder.count - 1
        return sequence(place < encoders ? encoderStates[place] : decoderStates[place - encoders])
    }

    private func between(
        _ place: Int, _ state: LSTMState<Scalar>, _ seed: UInt64, _ stream: UInt64
    ) -> UnsafePointer<Scalar> {
        dropout?.forward(
            sequence(state), count: network.shape.steps * rows * network.output.paddedInputs,
            factors: dropped[place].factors.pointer, seed: seed, stream: stream + UInt64(place),
            into: dropped[place].values.pointer)
        return above(place)
    }

    private func drop(_ gradient: AlignedBuffer<Scalar>, _ place: Int) {
        dropout?.backward(
            gradient.pointer, count: network.shape.steps * rows * network.output.paddedInputs,
            factors: dropped[place].factors.pointer)
    }
}
