/// One time step of an LSTM layer for a block of rows (windows), with the gates applied where they were computed:
///
///     z = z₀ + W_hh h;   i, f, o = sigmoid(z);   g = tanh(z)
///     c' = f c + i g;   h' = o tanh c'
///
/// Hochreiter and Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with forget gates; gate order i, f, g, o as in
/// PyTorch. z₀ = b + W_ih x comes from `LSTMProjection`: one product at a time, its weights stay in the first cache.
/// `units` below is padded to `NetworkKernels.padding`; padded units stay 0.
public struct LSTMStep<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The padded number of units, and the distance between rows of h, c and tanh c.
    public var units: Int
    /// The weights W_hh, packed by `NetworkKernels.packGates`.
    public var weights: UnsafePointer<Scalar>
    /// The number of terms of z: the layer's units without padding; 0 where h is all 0.
    public var terms: Int
    /// h (rows, units).
    public var hidden: UnsafePointer<Scalar>
    /// z₀ (rows, 4, units).
    public var initial: UnsafePointer<Scalar>
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
        rows: Int, units: Int, weights: UnsafePointer<Scalar>, terms: Int, hidden: UnsafePointer<Scalar>,
        initial: UnsafePointer<Scalar>, cell: UnsafePointer<Scalar>, nextCell: UnsafeMutablePointer<Scalar>,
        nextHidden: UnsafeMutablePointer<Scalar>, gates: UnsafeMutablePointer<Scalar>? = nil, gateStride: Int = 0,
        cellTanh: UnsafeMutablePointer<Scalar>? = nil
    ) {
        self.rows = rows
        self.units = units
        self.weights = weights
        self.terms = terms
        self.hidden = hidden
        self.initial = initial
        self.cell = cell
        self.nextCell = nextCell
        self.nextHidden = nextHidden
        self.gates = gates
        self.gateStride = gateStride
        self.cellTanh = cellTanh
    }
}

/// The input's share of the gates of many rows at once: z₀ = b + W_ih x.
public struct LSTMProjection<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The padded number of units.
    public var units: Int
    /// The weights W_ih, packed by `NetworkKernels.packGates`.
    public var weights: UnsafePointer<Scalar>
    /// The number of terms of z₀: the layer's inputs.
    public var terms: Int
    /// x (rows, terms).
    public var input: UnsafePointer<Scalar>
    /// The distance between rows of x.
    public var inputStride: Int
    /// b (4, units).
    public var bias: UnsafePointer<Scalar>
    /// z₀ (rows, 4, units).
    public var result: UnsafeMutablePointer<Scalar>

    /// Describes a projection.
    public init(
        rows: Int, units: Int, weights: UnsafePointer<Scalar>, terms: Int, input: UnsafePointer<Scalar>,
        inputStride: Int, bias: UnsafePointer<Scalar>, result: UnsafeMutablePointer<Scalar>
    ) {
        self.rows = rows
        self.units = units
        self.weights = weights
        self.terms = terms
        self.input = input
        self.inputStride = inputStride
        self.bias = bias
        self.result = result
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
