/// C = I + A · B for row-major A and C, with B packed in panels of columns, or C = C + Aᵀ · B for row-major B.
///
/// Each element of C is one chain of fused multiply-adds over the depth, in order, so it depends neither on the number
/// of rows nor on where in the product its row stands.
public struct MatrixProduct<Scalar> {
    /// The number of rows of C.
    public var rows: Int
    /// The number of terms of each sum.
    public var depth: Int
    /// The number of columns of C, a multiple of `NetworkKernels.padding`.
    public var columns: Int
    /// A, whose element for row r and term k stands at `r · leftRowStride + k · leftDepthStride`.
    public var left: UnsafePointer<Scalar>
    /// The distance in A from one row of C to the next.
    public var leftRowStride: Int
    /// The distance in A from one term to the next; 1 for A, a row of Aᵀ for the transposed product.
    public var leftDepthStride: Int
    /// B, packed by `NetworkKernels.packPanels` or, where `rightRowStride` is not nil, row-major.
    public var right: UnsafePointer<Scalar>
    /// The distance between rows of a row-major B.
    public var rightRowStride: Int?
    /// I, to which the products are added; nil means zero. C itself is allowed.
    public var initial: UnsafePointer<Scalar>?
    /// The distance between rows of I; 0 for one row (a bias) that serves all.
    public var initialRowStride: Int
    /// C.
    public var result: UnsafeMutablePointer<Scalar>
    /// The distance between rows of C.
    public var resultRowStride: Int

    /// Describes C = I + A · B with B packed.
    ///
    /// Shapes: A (rows, depth), B (depth, columns), I and C (rows, columns).
    public init(
        rows: Int, depth: Int, columns: Int, left: UnsafePointer<Scalar>, leftRowStride: Int,
        packedRight: UnsafePointer<Scalar>, initial: UnsafePointer<Scalar>?, initialRowStride: Int,
        result: UnsafeMutablePointer<Scalar>, resultRowStride: Int
    ) {
        self.rows = rows
        self.depth = depth
        self.columns = columns
        self.left = left
        self.leftRowStride = leftRowStride
        leftDepthStride = 1
        right = packedRight
        rightRowStride = nil
        self.initial = initial
        self.initialRowStride = initialRowStride
        self.result = result
        self.resultRowStride = resultRowStride
    }

    /// Describes C = C + Aᵀ · B, a weight's gradient.
    ///
    /// Shapes: A (depth, rows), B (depth, columns), C (rows, columns).
    public init(
        accumulating result: UnsafeMutablePointer<Scalar>, resultRowStride: Int, rows: Int, depth: Int, columns: Int,
        transposedLeft left: UnsafePointer<Scalar>, leftStride: Int, right: UnsafePointer<Scalar>, rightStride: Int
    ) {
        self.rows = rows
        self.depth = depth
        self.columns = columns
        self.left = left
        leftRowStride = 1
        leftDepthStride = leftStride
        self.right = right
        rightRowStride = rightStride
        initial = UnsafePointer(result)
        initialRowStride = resultRowStride
        self.result = result
        self.resultRowStride = resultRowStride
    }
}
