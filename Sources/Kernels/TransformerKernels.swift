/// The kernels transformers need beside those of `NetworkKernels`, for one scalar type.
public struct TransformerKernels<Scalar>: Sendable {
    /// Adds the rows of a matrix (rows, columns), each after the other, to `sums` (columns); columns are a multiple of
    /// `NetworkKernels.padding` and the distance between rows.
    public typealias AddRows =
        @Sendable (
            _ matrix: UnsafePointer<Scalar>, _ rows: Int, _ columns: Int, _ sums: UnsafeMutablePointer<Scalar>
        ) -> Void

    /// Normalises rows.
    public let normalise: @Sendable (LayerNormStep<Scalar>) -> Void
    /// Takes a gradient back through a normalisation.
    public let normaliseGradient: @Sendable (LayerNormGradient<Scalar>) -> Void
    /// Attends.
    public let attend: @Sendable (AttentionStep<Scalar>) -> Void
    /// Takes a gradient back through an attention.
    public let attendGradient: @Sendable (AttentionGradient<Scalar>) -> Void
    /// Applies the Gaussian error linear unit.
    public let gelu: @Sendable (GELUStep<Scalar>) -> Void
    /// Adds up rows.
    public let addRows: AddRows

    /// Collects kernels.
    public init(
        normalise: @escaping @Sendable (LayerNormStep<Scalar>) -> Void,
        normaliseGradient: @escaping @Sendable (LayerNormGradient<Scalar>) -> Void,
        attend: @escaping @Sendable (AttentionStep<Scalar>) -> Void,
        attendGradient: @escaping @Sendable (AttentionGradient<Scalar>) -> Void,
        gelu: @escaping @Sendable (GELUStep<Scalar>) -> Void, addRows: @escaping AddRows
    ) {
        self.normalise = normalise
        self.normaliseGradient = normaliseGradient
        self.attend = attend
        self.attendGradient = attendGradient
        self.gelu = gelu
        self.addRows = addRows
    }
}
