/// Layer normalisation of rows (Ba, Kiros and Hinton 2016, arXiv:1607.06450):
///
///     n = (x − mean x) / √(var x + ε);   y = g n + b
///
/// with mean and variance over a row. Rows are padded to `stride` columns; the padding of n is 0, that of y where g and b
/// are.
public struct LayerNormStep<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The number of columns without padding.
    public var width: Int
    /// The padded number of columns: the distance between rows, and the length of g and b.
    public var stride: Int
    /// x (rows, stride).
    public var input: UnsafePointer<Scalar>
    /// g (stride).
    public var gain: UnsafePointer<Scalar>
    /// b (stride).
    public var shift: UnsafePointer<Scalar>
    /// ε.
    public var epsilon: Scalar
    /// y (rows, stride); x itself is allowed.
    public var output: UnsafeMutablePointer<Scalar>
    /// Where to save n (rows, stride) for the way back, or nil.
    public var normalised: UnsafeMutablePointer<Scalar>?
    /// Where to save 1 / √(var x + ε) (rows), or nil exactly when `normalised` is.
    public var inverseDeviation: UnsafeMutablePointer<Scalar>?

    /// Describes a normalisation.
    public init(
        rows: Int, width: Int, stride: Int, input: UnsafePointer<Scalar>, gain: UnsafePointer<Scalar>,
        shift: UnsafePointer<Scalar>, epsilon: Scalar, output: UnsafeMutablePointer<Scalar>,
        normalised: UnsafeMutablePointer<Scalar>?, inverseDeviation: UnsafeMutablePointer<Scalar>?
    ) {
        self.rows = rows
        self.width = width
        self.stride = stride
        self.input = input
        self.gain = gain
        self.shift = shift
        self.epsilon = epsilon
        self.output = output
        self.normalised = normalised
        self.inverseDeviation = inverseDeviation
    }
}

/// Layer normalisation backwards, with what flows past it:
///
///     dn = g dy;   dx = r + (dn − mean dn − n · mean(n dn)) / √(var x + ε);   dg += Σ n dy;   db += Σ dy
public struct LayerNormGradient<Scalar> {
    /// The number of rows.
    public var rows: Int
    /// The number of columns without padding.
    public var width: Int
    /// The padded number of columns.
    public var stride: Int
    /// n (rows, stride).
    public var normalised: UnsafePointer<Scalar>
    /// 1 / √(var x + ε) (rows).
    public var inverseDeviation: UnsafePointer<Scalar>
    /// g (stride).
    public var gain: UnsafePointer<Scalar>
    /// dy (rows, stride).
    public var outputGradient: UnsafePointer<Scalar>
    /// r (rows, stride), or nil for zero.
    public var residual: UnsafePointer<Scalar>?
    /// dx (rows, stride); r and dy themselves are allowed.
    public var inputGradient: UnsafeMutablePointer<Scalar>
    /// dg (stride), added to.
    public var gainGradient: UnsafeMutablePointer<Scalar>
    /// db (stride), added to.
    public var shiftGradient: UnsafeMutablePointer<Scalar>

    /// Describes a normalisation backwards.
    public init(
        rows: Int, width: Int, stride: Int, normalised: UnsafePointer<Scalar>, inverseDeviation: UnsafePointer<Scalar>,
        gain: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>, residual: UnsafePointer<Scalar>?,
        inputGradient: UnsafeMutablePointer<Scalar>, gainGradient: UnsafeMutablePointer<Scalar>,
        shiftGradient: UnsafeMutablePointer<Scalar>
    ) {
        self.rows = rows
        self.width = width
        self.stride = stride
        self.normalised = normalised
        self.inverseDeviation = inverseDeviation
        self.gain = gain
        self.outputGradient = outputGradient
        self.residual = residual
        self.inputGradient = inputGradient
        self.gainGradient = gainGradient
        self.shiftGradient = shiftGradient
    }
}
