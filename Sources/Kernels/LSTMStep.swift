/// One time step of an LSTM layer for a block of rows (windows), with the gates applied where they were computed:
///
///     z = z₀ + W_ih x + W_hh h;   i, f, o = sigmoid(z);   g = tanh(z)
///     c' = f c + i g;   h' = o tanh c'
///
/// Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with forget gates; gate order i, f, g, o as in
/// PyTorch. `units` below is padded to `NetworkKernels.padding`; padded units stay 0.
public struct LSTMStep<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The padded number of units, and the distance between rows of h, c and tanh c.
    public var units: Int
    /// The weights of all `inputs + recurrentInputs` terms, packed by `NetworkKernels.packGates`.
    public var weights: UnsafePointer<Scalar>
    /// The number of terms the packed weights have.
    public var packedDepth: Int
    /// The first term to use: 0, or the number of inputs when these are in `initial` already.
    public var firstTerm: Int
    /// x (rows, inputs).
    public var input: UnsafePointer<Scalar>
    /// The distance between rows of x.
    public var inputStride: Int
    /// The number of terms taken from x; 0 when `initial` has them.
    public var inputs: Int
    /// h (rows, units); its first `recurrentInputs` columns are used.
    public var hidden: UnsafePointer<Scalar>
    /// The number of terms taken from h: the layer's units without padding.
    public var recurrentInputs: Int
    /// z₀ (rows or 1, 4, units): the bias, or the input's share with the bias.
    public var initial: UnsafePointer<Scalar>
    /// The distance between rows of z₀; 0 for one row that serves all.
    public var initialStride: Int
    /// c (rows, units).
    public var cell: UnsafePointer<Scalar>
    /// c' (rows, units); `cell` itself is allowed.
    public var nextCell: UnsafeMutablePointer<Scalar>
    /// h' (rows, units); not `hidden` itself.
    public var nextHidden: UnsafeMutablePointer<Scalar>
    /// Where to save i, f, g, o (rows, 4, units) for the way back, or nil.
    public var gates: UnsafeMutablePointer<Scalar>?
    /// The distance between rows of the saved gates.
    public var gateStride: Int
    /// Where to save tanh c' (rows, units), or nil exactly when `gates` is.
    public var cellTanh: UnsafeMutablePointer<Scalar>?

    /// Describes a step.
    public init(
        rows: Int, units: Int, weights: UnsafePointer<Scalar>, packedDepth: Int, firstTerm: Int,
        input: UnsafePointer<Scalar>, inputStride: Int, inputs: Int, hidden: UnsafePointer<Scalar>,
        recurrentInputs: Int, initial: UnsafePointer<Scalar>, initialStride: Int, cell: UnsafePointer<Scalar>,
        nextCell: UnsafeMutablePointer<Scalar>, nextHidden: UnsafeMutablePointer<Scalar>,
        gates: UnsafeMutablePointer<Scalar>? = nil, gateStride: Int = 0, cellTanh: UnsafeMutablePointer<Scalar>? = nil
    ) {
        self.rows = rows
        self.units = units
        self.weights = weights
        self.packedDepth = packedDepth
        self.firstTerm = firstTerm
        self.input = input
        self.inputStride = inputStride
        self.inputs = inputs
        self.hidden = hidden
        self.recurrentInputs = recurrentInputs
        self.initial = initial
        self.initialStride = initialStride
        self.cell = cell
        self.nextCell = nextCell
        self.nextHidden = nextHidden
        self.gates = gates
        self.gateStride = gateStride
        self.cellTanh = cellTanh
    }
}

/// The input's share of the gates of many rows at once: z = b + W_ih x, shape (rows, 4, units).
public struct LSTMProjection<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The padded number of units.
    public var units: Int
    /// The weights, packed by `NetworkKernels.packGates`.
    public var weights: UnsafePointer<Scalar>
    /// The number of terms the packed weights have.
    public var packedDepth: Int
    /// x (rows, inputs).
    public var input: UnsafePointer<Scalar>
    /// The distance between rows of x.
    public var inputStride: Int
    /// The number of terms taken from x.
    public var inputs: Int
    /// b (4, units).
    public var bias: UnsafePointer<Scalar>
    /// z (rows, 4, units).
    public var result: UnsafeMutablePointer<Scalar>
    /// The distance between rows of z.
    public var resultStride: Int

    /// Describes a projection.
    public init(
        rows: Int, units: Int, weights: UnsafePointer<Scalar>, packedDepth: Int, input: UnsafePointer<Scalar>,
        inputStride: Int, inputs: Int, bias: UnsafePointer<Scalar>, result: UnsafeMutablePointer<Scalar>,
        resultStride: Int
    ) {
        self.rows = rows
        self.units = units
        self.weights = weights
        self.packedDepth = packedDepth
        self.input = input
        self.inputStride = inputStride
        self.inputs = inputs
        self.bias = bias
        self.result = result
        self.resultStride = resultStride
    }
}

/// The elementwise part of one LSTM step backwards, for a block of rows:
///
///     do = dh tanh c';   dc' += dh o (1 − tanh² c');   di = dc' g;   df = dc' c;   dg = dc' i;   dc = dc' f
///     dz = di i (1 − i), df f (1 − f), dg (1 − g²), do o (1 − o);   db += dz summed over the rows
public struct LSTMStepGradient<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The padded number of units, and the distance between rows of c, tanh c', dh and dc.
    public var units: Int
    /// i, f, g, o (rows, 4, units) on the way in, dz on the way out.
    public var gates: UnsafeMutablePointer<Scalar>
    /// The distance between rows of the gates.
    public var gateStride: Int
    /// c (rows, units).
    public var cell: UnsafePointer<Scalar>
    /// tanh c' (rows, units).
    public var cellTanh: UnsafePointer<Scalar>
    /// dh (rows, units).
    public var hiddenGradient: UnsafePointer<Scalar>
    /// dc' on the way in, dc on the way out (rows, units).
    public var cellGradient: UnsafeMutablePointer<Scalar>
    /// db (4, units), added to.
    public var biasGradient: UnsafeMutablePointer<Scalar>

    /// Describes a step.
    public init(
        rows: Int, units: Int, gates: UnsafeMutablePointer<Scalar>, gateStride: Int, cell: UnsafePointer<Scalar>,
        cellTanh: UnsafePointer<Scalar>, hiddenGradient: UnsafePointer<Scalar>,
        cellGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>
    ) {
        self.rows = rows
        self.units = units
        self.gates = gates
        self.gateStride = gateStride
        self.cell = cell
        self.cellTanh = cellTanh
        self.hiddenGradient = hiddenGradient
        self.cellGradient = cellGradient
        self.biasGradient = biasGradient
    }
}
