/// The kernels neural networks are made of, for one scalar type, and the layouts they read weights in.
public struct NetworkKernels<Scalar>: Sendable {
    /// `result[i] = left[i] · right[i]` for `i` in `0 ..< count`; all may be the same memory.
    public typealias Products =
        @Sendable (
            _ left: UnsafePointer<Scalar>, _ right: UnsafePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>,
            _ count: Int
        ) -> Void

    /// `sums[i] += values[i] · factors[i]` for `i` in `0 ..< count`; without factors, `sums[i] += values[i]`.
    public typealias AddProducts =
        @Sendable (
            _ values: UnsafePointer<Scalar>, _ factors: UnsafePointer<Scalar>?, _ sums: UnsafeMutablePointer<Scalar>,
            _ count: Int
        ) -> Void

    /// The number of scalars the kernels work on at once; packed gate weights come in groups of it.
    public let lanes: Int
    /// Column counts of results are multiples of this; a multiple of `lanes`.
    public let padding: Int
    /// The number of columns in a packed panel.
    public let panel: Int
    /// Multiplies matrices.
    public let multiply: @Sendable (MatrixProduct<Scalar>) -> Void
    /// Takes an LSTM layer one time step on.
    public let step: @Sendable (LSTMStep<Scalar>) -> Void
    /// Computes the input's share of an LSTM layer's gates.
    public let project: @Sendable (LSTMProjection<Scalar>) -> Void
    /// Takes an LSTM layer's gradient one time step back.
    public let stepGradient: @Sendable (LSTMStepGradient<Scalar>) -> Void
    /// Takes an optimiser's step.
    public let adam: @Sendable (AdamStep<Scalar>) -> Void
    /// Draws dropout factors.
    public let dropout: @Sendable (DropoutMask<Scalar>) -> Void
    /// Multiplies elements.
    public let products: Products
    /// Adds elements, or their products.
    public let addProducts: AddProducts

    /// Collects kernels.
    public init(
        lanes: Int, padding: Int, panel: Int, multiply: @escaping @Sendable (MatrixProduct<Scalar>) -> Void,
        step: @escaping @Sendable (LSTMStep<Scalar>) -> Void,
        project: @escaping @Sendable (LSTMProjection<Scalar>) -> Void,
        stepGradient: @escaping @Sendable (LSTMStepGradient<Scalar>) -> Void,
        adam: @escaping @Sendable (AdamStep<Scalar>) -> Void,
        dropout: @escaping @Sendable (DropoutMask<Scalar>) -> Void, products: @escaping Products,
        addProducts: @escaping AddProducts
    ) {
        self.lanes = lanes
        self.padding = padding
        self.panel = panel
        self.multiply = multiply
        self.step = step
        self.project = project
        self.stepGradient = stepGradient
        self.adam = adam
        self.dropout = dropout
        self.products = products
        self.addProducts = addProducts
    }

    /// `count` rounded up to a multiple of `padding`.
    public func padded(_ count: Int) -> Int {
        (count + padding - 1) / padding * padding
    }
}
