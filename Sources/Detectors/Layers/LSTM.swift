import Kernels
import VectorMath

/// One LSTM layer over whole sequences, as one layer of `torch.nn.LSTM`; see `LSTMStep` for the equations.
///
/// Sequences are time-major, and rows are padded with zeros to a multiple of `NetworkKernels.padding`: x (steps, rows,
/// inputs), h and c (steps + 1, rows, units) where step 0 is the zero state, gates (steps, rows, 4, units).
public struct LSTM<Scalar: NetworkScalar>: Sendable {
    /// The number of inputs.
    public let inputs: Int
    /// The number of units.
    public let units: Int
    /// The number of inputs with padding.
    public let paddedInputs: Int
    /// The number of units with padding.
    public let paddedUnits: Int
    /// The distance between rows of the gates: padded so that columns of many rows spread over the cache's sets.
    public let gateStride: Int

    let kernels = Scalar.networkKernels
    private let inputWeight: Int
    private let hiddenWeight: Int
    private let inputBias: Int
    private let hiddenBias: Int
    private let packedInput: Int
    private let packedHidden: Int
    private let packedBias: Int
    private let packedInputBackward: Int
    private let packedHiddenBackward: Int
    private let inputWeightGradient: Int
    private let hiddenWeightGradient: Int
    private let biasGradient: Int

    /// Reserves room for `NAME.weight_ih_lK`, `NAME.weight_hh_lK`, `NAME.bias_ih_lK` and `NAME.bias_hh_lK`.
    public init(name: String, index: Int, inputs: Int, units: Int, layout: inout NetworkLayout) {
        self.inputs = inputs
        self.units = units
        paddedInputs = kernels.padded(inputs)
        paddedUnits = kernels.padded(units)
        gateStride = 4 * paddedUnits + 16
        inputWeight = layout.parameters.append("\(name).weight_ih_l\(index)", shape: [4 * units, inputs])
        hiddenWeight = layout.parameters.append("\(name).weight_hh_l\(index)", shape: [4 * units, units])
        inputBias = layout.parameters.append("\(name).bias_ih_l\(index)", shape: [4 * units])
        hiddenBias = layout.parameters.append("\(name).bias_hh_l\(index)", shape: [4 * units])
        packedInput = layout.reservePacked(4 * paddedUnits * inputs)
        packedHidden = layout.reservePacked(4 * paddedUnits * units)
        packedBias = layout.reservePacked(4 * paddedUnits)
        packedInputBackward = layout.reservePacked(4 * paddedUnits * paddedInputs)
        packedHiddenBackward = layout.reservePacked(4 * paddedUnits * paddedUnits)
        inputWeightGradient = layout.reserveGradient(4 * paddedUnits * paddedInputs)
        hiddenWeightGradient = layout.reserveGradient(4 * paddedUnits * paddedUnits)
        biasGradient = layout.reserveGradient(4 * paddedUnits)
    }

    /// Where W_ih, W_hh, b_ih and b_hh stand.
    public var parameterRange: Range<Int> { inputWeight..<hiddenBias + 4 * units }

    /// Draws all parameters from U(−1/√units, 1/√units), PyTorch's default.
    public func initialise(_ parameters: UnsafeMutablePointer<Scalar>, _ random: inout CounterRandom) {
        let bound = 1 / Double(units).squareRoot()
        for i in parameterRange {
            parameters[i] = Scalar(bound * (2 * random.uniform() - 1))
        }
    }

    /// Copies the parameters into the layout that `forward` and `backward` read.
    public func pack(_ parameters: UnsafePointer<Scalar>, into packed: UnsafeMutablePointer<Scalar>) {
        kernels.packGates(parameters + inputWeight, terms: inputs, units: units, into: packed + packedInput)
        kernels.packGates(parameters + hiddenWeight, terms: units, units: units, into: packed + packedHidden)
        for gate in 0..<4 {
            let bias = packed + packedBias + gate * paddedUnits
            for unit in 0..<paddedUnits {
                let at = gate * units + unit
                bias[unit] = unit < units ? parameters[inputBias + at] + parameters[hiddenBias + at] : 0
            }
        }
        packBackward(parameters + inputWeight, width: inputs, columns: paddedInputs, into: packed + packedInputBackward)
        packBackward(parameters + hiddenWeight, width: units, columns: paddedUnits, into: packed + packedHiddenBackward)
    }

    /// Packs W (4 · units, width) as the right side of dz W; padded units have no weights.
    private func packBackward(
        _ source: UnsafePointer<Scalar>, width: Int, columns: Int, into packed: UnsafeMutablePointer<Scalar>
    ) {
        if units == paddedUnits {
            kernels.packPanels(
                source, depth: 4 * units, rowStride: width, columnStride: 1, width: width, columns: columns,
                into: packed)
            return
        }
        let spread = AlignedBuffer<Scalar>(4 * paddedUnits * width)
        for gate in 0..<4 {
            (spread.pointer + gate * paddedUnits * width).update(
                from: source + gate * units * width, count: units * width)
        }
        withExtendedLifetime(spread) {
            kernels.packPanels(
                spread.pointer, depth: 4 * paddedUnits, rowStride: width, columnStride: 1, width: width,
                columns: columns, into: packed)
        }
    }

    /// Runs the layer over a sequence from the zero state.
    ///
    /// - Parameters:
    ///   - x: the input, (steps, rows, stride), or (rows, stride) where `isConstant`.
    ///   - state: what is computed; its hidden states are the output. With room for gates it keeps what `backward` needs.
    public func forward(
        rows: Int, steps: Int, _ x: UnsafePointer<Scalar>, stride: Int, isConstant: Bool = false,
        packed: UnsafePointer<Scalar>, state: LSTMState<Scalar>
    ) {
        let block = rows * paddedUnits
        let keeps = state.gates != nil
        state.hidden.pointer.update(repeating: 0, count: block)
        state.cell.pointer.update(repeating: 0, count: block)
        let projection = UnsafePointer(state.projection.pointer)
        // Few rows do not fill a tile; all time steps of their inputs together do.
        let isAhead = isConstant || rows < LSTMState<Scalar>.fewRows
        if isAhead { project(isConstant ? rows : steps * rows, x, stride, packed, into: state) }
        for t in 0..<steps {
            if !isAhead { project(rows, x + t * rows * stride, stride, packed, into: state) }
            kernels.step(
                LSTMStep(
                    rows: rows, units: paddedUnits, weights: packed + packedHidden, terms: t > 0 ? units : 0,
                    hidden: state.hidden.pointer + t * block,
                    initial: projection + (isAhead && !isConstant ? t * rows * 4 * paddedUnits : 0),
                    cell: state.cell.pointer + (keeps ? t * block : 0),
                    nextCell: state.cell.pointer + (keeps ? (t + 1) * block : 0),
                    nextHidden: state.hidden.pointer + (t + 1) * block,
                    gates: state.gates.map { $0.pointer + t * rows * gateStride }, gateStride: gateStride,
                    cellTanh: state.cellTanh.map { $0.pointer + t * block }))
        }
    }

    /// z₀ = b + W_ih x for `rows` rows.
    private func project(
        _ rows: Int, _ x: UnsafePointer<Scalar>, _ stride: Int, _ packed: UnsafePointer<Scalar>,
        into state: LSTMState<Scalar>
    ) {
        kernels.project(
            LSTMProjection(
                rows: rows, units: paddedUnits, weights: packed + packedInput, terms: inputs, input: x,
                inputStride: stride, bias: packed + packedBias, result: state.projection.pointer))
    }

    /// Runs the gradient back through the steps of a `forward` that kept its gates, and uses these up.
    ///
    /// - Parameters:
    ///   - dh: the gradient of all hidden states, (steps, rows, paddedUnits), or nil.
    ///   - lastDh: the gradient of the last hidden state alone, (rows, paddedUnits), used where `dh` is nil.
    ///   - dx: where the gradient of x goes: (steps, rows, paddedInputs), or summed over the steps (rows, paddedInputs)
    ///     where `isConstant`; nil where it is not needed.
    ///   - gradient: the padded gradient of the network, added to.
    public func backward(
        rows: Int, steps: Int, _ x: UnsafePointer<Scalar>, stride: Int, isConstant: Bool = false,
        dh: UnsafePointer<Scalar>?, lastDh: UnsafePointer<Scalar>? = nil, packed: UnsafePointer<Scalar>,
        state: LSTMState<Scalar>, dx: UnsafeMutablePointer<Scalar>?, gradient: UnsafeMutablePointer<Scalar>
    ) {
        guard let gates = state.gates, let cellTanh = state.cellTanh, let work = state.work else { return }
        let block = rows * paddedUnits
        let depth = 4 * paddedUnits
        work.cellGradient.pointer.update(repeating: 0, count: block)
        if isConstant { work.gateSums.pointer.update(repeating: 0, count: rows * gateStride) }
        var hiddenGradient = dh.map { $0 + (steps - 1) * block } ?? lastDh
        var groupEnd = steps
        for t in (0..<steps).reversed() {
            let dz = gates.pointer + t * rows * gateStride
            guard let dHidden = hiddenGradient else { return }
            kernels.stepGradient(
                LSTMStepGradient(
                    rows: rows, units: paddedUnits, gates: dz, gateStride: gateStride,
                    cell: state.cell.pointer + t * block, cellTanh: cellTanh.pointer + t * block,
                    hiddenGradient: dHidden, cellGradient: work.cellGradient.pointer,
                    biasGradient: gradient + biasGradient))
            if t > 0 {
                kernels.multiply(
                    MatrixProduct(
                        rows: rows, depth: depth, columns: paddedUnits, left: dz, leftRowStride: gateStride,
                        packedRight: packed + packedHiddenBackward, initial: dh.map { $0 + (t - 1) * block },
                        initialRowStride: paddedUnits, result: work.hiddenGradient.pointer,
                        resultRowStride: paddedUnits))
                hiddenGradient = UnsafePointer(work.hiddenGradient.pointer)
            }
            if isConstant {
                kernels.addProducts(dz, nil, work.gateSums.pointer, rows * gateStride)
            } else if let dx {
                inputGradient(rows, dz, packed, into: dx + t * rows * paddedInputs)
            }
            // The products for the weights' gradients take a few steps at once, while dz is still in the cache.
            if groupEnd - t == LSTMState<Scalar>.stepsPerProduct || t == 0 {
                let dz = UnsafePointer(dz)
                // The first step's h is all 0.
                let first = max(t, 1)
                accumulate(
                    (groupEnd - first) * rows, dz + (first - t) * rows * gateStride,
                    state.hidden.pointer + first * block, stride: paddedUnits, columns: paddedUnits,
                    into: gradient + hiddenWeightGradient)
                if !isConstant {
                    accumulate(
                        (groupEnd - t) * rows, dz, x + t * rows * stride, stride: stride, columns: paddedInputs,
                        into: gradient + inputWeightGradient)
                }
                groupEnd = t
            }
        }
        if isConstant {
            let sums = UnsafePointer(work.gateSums.pointer)
            accumulate(
                rows, sums, x, stride: stride, columns: paddedInputs, into: gradient + inputWeightGradient)
            if let dx { inputGradient(rows, sums, packed, into: dx) }
        }
    }

    /// dx = dz W_ih.
    private func inputGradient(
        _ rows: Int, _ dz: UnsafePointer<Scalar>, _ packed: UnsafePointer<Scalar>, into dx: UnsafeMutablePointer<Scalar>
    ) {
        kernels.multiply(
            MatrixProduct(
                rows: rows, depth: 4 * paddedUnits, columns: paddedInputs, left: dz, leftRowStride: gateStride,
                packedRight: packed + packedInputBackward, initial: nil, initialRowStride: 0, result: dx,
                resultRowStride: paddedInputs))
    }

    /// dW += dzᵀ x over `terms` rows.
    private func accumulate(
        _ terms: Int, _ dz: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, stride: Int, columns: Int,
        into gradient: UnsafeMutablePointer<Scalar>
    ) {
        kernels.multiply(
            MatrixProduct(
                accumulating: gradient, resultRowStride: columns, rows: 4 * paddedUnits, depth: terms, columns: columns,
                transposedLeft: dz, leftStride: gateStride, right: x, rightStride: stride))
    }

    /// Adds a padded gradient to the flat one; both biases have the same.
    public func collect(_ gradient: UnsafePointer<Scalar>, into flat: UnsafeMutablePointer<Scalar>) {
        for gate in 0..<4 {
            let first = gate * paddedUnits
            let row = gate * units
            addRows(
                gradient + inputWeightGradient + first * paddedInputs, stride: paddedInputs,
                to: flat + inputWeight + row * inputs, rows: units, columns: inputs)
            addRows(
                gradient + hiddenWeightGradient + first * paddedUnits, stride: paddedUnits,
                to: flat + hiddenWeight + row * units, rows: units, columns: units)
            for bias in [inputBias, hiddenBias] {
                addRows(gradient + biasGradient + first, stride: 0, to: flat + bias + row, rows: 1, columns: units)
            }
        }
    }
}
