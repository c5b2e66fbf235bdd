/// The numeric kernels of one CPU level, as functions.
///
/// The sources of `KernelsBase` are compiled once per level; each copy exports its functions as a table, and
/// `VectorMath` picks one table when the program starts.
public struct KernelTable: Sendable {
    /// `results[i] = f(arguments[i])` for `i` in `0 ..< count`; the two may be the same memory.
    public typealias Map =
        @Sendable (_ arguments: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, _ count: Int) -> Void

    /// Writes the mean of each column of a window of shape (`length`, `width`), then the sample standard deviation of each;
    /// the bits are the same on every level.
    public typealias WindowStatistics =
        @Sendable (
            _ window: UnsafePointer<Float>, _ length: Int, _ width: Int, _ result: UnsafeMutablePointer<Float>
        ) -> Void

    /// The level the kernels are compiled for.
    public let level: CPULevel
    /// e^x.
    public let exp: Map
    /// 1 / (1 + e^−x).
    public let sigmoid: Map
    /// Hyperbolic tangent.
    public let tanh: Map
    /// x Φ(x), the Gaussian error linear unit.
    public let gelu: Map
    /// What a window is to a detector that looks at its statistics.
    public let windowStatistics: WindowStatistics
    /// What rolling statistics are made of.
    public let roll: RollingRun.Kernel
    /// How rows get from one place to another.
    public let copyRows: RowCopy.Kernel
    /// What reading numbers is made of; nil where vectors are no help.
    public let fields: FieldKernels?
    /// What isolation forests are grown and walked with.
    public let forest: ForestKernels
    /// What neural networks are made of.
    public let network: NetworkKernels<Float>
    /// What transformers need beside it.
    public let transformer: TransformerKernels<Float>

    /// Collects the kernels of `level`.
    public init(
        level: CPULevel, exp: @escaping Map, sigmoid: @escaping Map, tanh: @escaping Map, gelu: @escaping Map,
        windowStatistics: @escaping WindowStatistics, roll: @escaping RollingRun.Kernel,
        copyRows: @escaping RowCopy.Kernel,
        fields: FieldKernels?, forest: ForestKernels, network: NetworkKernels<Float>,
        transformer: TransformerKernels<Float>
    ) {
        self.level = level
        self.exp = exp
        self.sigmoid = sigmoid
        self.tanh = tanh
        self.gelu = gelu
        self.windowStatistics = windowStatistics
        self.roll = roll
        self.copyRows = copyRows
        self.fields = fields
        self.forest = forest
        self.network = network
        self.transformer = transformer
    }
}
