/// Rolling means and deviations of all columns of a unit side by side; how they are computed stands in `Features`.
///
/// Every column is computed by itself and nothing is contracted, so the bits are the same on every level.
public struct RollingKernels: Sendable {
    /// Adds the rows of a run to a window, and writes the window's mean and sample standard deviation at each.
    public typealias Take = @Sendable (_ run: RollingRun) -> Void
    /// Remakes the sums of a window as they stood before the first row of a run, from the rows ahead of it.
    public typealias Resume = @Sendable (_ run: RollingRun) -> Void

    /// What the rows' width is a multiple of.
    public static let padding = 8

    /// Statistics of consecutive rows.
    public let take: Take
    /// The state ahead of them.
    public let resume: Resume

    /// Collects the kernels of a level.
    public init(take: @escaping Take, resume: @escaping Resume) {
        self.take = take
        self.resume = resume
    }
}

/// Consecutive rows of a unit, and the sums of a window that they are added to.
public struct RollingRun {
    /// Rows in a full window.
    public var length: Int
    /// Rows in the run.
    public var count: Int
    /// Rows that the unit has had before.
    public var index: Int
    /// Columns that have results.
    public var columns: Int
    /// Numbers in a row: `columns`, and then some to a multiple of `RollingKernels.padding`.
    public var width: Int
    /// Shape (count, width); the rows before, up to `length − 1`, stand ahead of them.
    public var rows: UnsafePointer<Double>
    /// The first row of the current block, and the sums over the block so far, of differences from it and of their squares;
    /// shape (3, width).
    public var prefix: UnsafeMutablePointer<Double>
    /// The sums over the last 0, 1, … rows before the block, of differences and of squares; shape (length, 2, width).
    public var suffixes: UnsafeMutablePointer<Double>
    /// 1/n at n, for n = 1 … length, and 0 at 0.
    public var reciprocals: UnsafePointer<Double>
    /// Where the mean and deviation of the first row's first column go, side by side; at any address.
    public var results: UnsafeMutableRawPointer
    /// Bytes from a row's results to the next one's.
    public var resultStride: Int
    /// Bytes from a column's results to the next one's.
    public var columnStride: Int

    /// Describes a run.
    public init(
        length: Int, count: Int, index: Int, columns: Int, width: Int, rows: UnsafePointer<Double>,
        prefix: UnsafeMutablePointer<Double>, suffixes: UnsafeMutablePointer<Double>,
        reciprocals: UnsafePointer<Double>, results: UnsafeMutableRawPointer, resultStride: Int, columnStride: Int
    ) {
        self.length = length
        self.count = count
        self.index = index
        self.columns = columns
        self.width = width
        self.rows = rows
        self.prefix = prefix
        self.suffixes = suffixes
        self.reciprocals = reciprocals
        self.results = results
        self.resultStride = resultStride
        self.columnStride = columnStride
    }
}
