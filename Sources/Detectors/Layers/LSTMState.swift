import VectorMath

/// What an LSTM layer computes over a sequence: its output, and what `backward` needs.
public final class LSTMState<Scalar: NetworkScalar> {
    /// Below this many rows the inputs of all steps are multiplied first, together.
    static var fewRows: Int { 4 }
    /// How many steps' rows one product for the weights' gradient takes. It decides the order of the sums.
    static var stepsPerProduct: Int { 6 }

    /// h, (steps + 1, rows, paddedUnits); step 0 is zero.
    public let hidden: AlignedBuffer<Scalar>
    /// c, (steps + 1, rows, paddedUnits) in training, else the last (rows, paddedUnits).
    let cell: AlignedBuffer<Scalar>
    /// i, f, g, o after `forward`, their gradients before the nonlinearity after `backward`: (steps, rows, gateStride).
    let gates: AlignedBuffer<Scalar>?
    /// tanh c, (steps, rows, paddedUnits).
    let cellTanh: AlignedBuffer<Scalar>?
    /// The input's share of the gates where it is computed ahead.
    let projection: AlignedBuffer<Scalar>
    /// The running gradients of `backward`.
    let work: Work?

    /// The running gradients of `backward`.
    struct Work {
        let hiddenGradient: AlignedBuffer<Scalar>
        let cellGradient: AlignedBuffer<Scalar>
        let gateSums: AlignedBuffer<Scalar>
    }

    /// Makes room for up to `rows` sequences of `steps` steps.
    ///
    /// - Parameters:
    ///   - trains: whether `backward` will be called.
    ///   - arena: where the room is.
    public init(_ layer: LSTM<Scalar>, rows: Int, steps: Int, trains: Bool, in arena: Arena? = nil) {
        let block = rows * layer.paddedUnits
        hidden = AlignedBuffer((steps + 1) * block, in: arena)
        cell = AlignedBuffer(trains ? (steps + 1) * block : block, in: arena)
        gates = trains ? AlignedBuffer(steps * rows * layer.gateStride, in: arena) : nil
        cellTanh = trains ? AlignedBuffer(steps * block, in: arena) : nil
        projection = AlignedBuffer(
            max(rows, steps * min(rows, LSTMState.fewRows - 1)) * 4 * layer.paddedUnits, in: arena)
        work =
            trains
            ? Work(
                hiddenGradient: AlignedBuffer(block, in: arena), cellGradient: AlignedBuffer(block, in: arena),
                gateSums: AlignedBuffer(rows * layer.gateStride, in: arena)) : nil
    }
}
