/// Consecutive rows of a unit, those it has had before, and where their statistics go: the means and sample standard
/// deviations of all columns side by side, over several windows at once.
///
/// Every column is computed by itself and nothing is contracted, so the bits are the same on every level.
public struct RollingRun {
    /// Writes the statistics of the rows of a run.
    public typealias Kernel = @Sendable (_ run: RollingRun) -> Void

    /// What a row's numbers in `memory` are padded to a multiple of.
    public static let padding = 8

    /// Numbers in a row that have statistics.
    public var columns: Int
    /// Those, and some more to a multiple of `padding`.
    public var width: Int
    /// The first row's first column.
    public var rows: UnsafePointer<Double>
    /// Doubles from a row to the next.
    public var rowStride: Int
    /// Rows in the run.
    public var count: Int
    /// The end of the rows before, which stand side by side: at least one less than the longest window has, or all.
    public var past: UnsafePointer<Double>
    /// Rows that the unit has had before.
    public var index: Int
    /// The windows.
    public var windows: UnsafeBufferPointer<RollingWindow>
    /// Where they keep their sums.
    public var memory: UnsafeMutablePointer<Double>
    /// Where the statistics of the first row's first column go: mean and deviation of each window; at any address.
    public var results: UnsafeMutableRawPointer
    /// Bytes from a row's results to the next one's.
    public var resultStride: Int

    /// Describes a run.
    public init(
        columns: Int, width: Int, rows: UnsafePointer<Double>, rowStride: Int, count: Int,
        past: UnsafePointer<Double>, index: Int, windows: UnsafeBufferPointer<RollingWindow>,
        memory: UnsafeMutablePointer<Double>, results: UnsafeMutableRawPointer, resultStride: Int
    ) {
        self.columns = columns
        self.width = width
        self.rows = rows
        self.rowStride = rowStride
        self.count = count
        self.past = past
        self.index = index
        self.windows = windows
        self.memory = memory
        self.results = results
        self.resultStride = resultStride
    }
}

/// The running sums of one window length.
///
/// The rows of a unit are cut into blocks as long as the window. While row j of a block (from 0) is current, the window
/// is the rows of the block so far and the last `length − 1 − j` rows before the block:
///
///     … before the block     │ block                 …
///         └── suffix[k] ─────┤├──── prefix ───┤
///                             ↑ reference      ↑ current row
///
/// Both parts are sums of differences from the block's first row, and of their squares. Rows are only ever added: the
/// prefix grows by one row at a time, the suffix sums of all lengths are made in one pass when a block begins. So
/// - the work is O(1) a row, amortised;
/// - nothing is ever subtracted, so no rounding error outlives its row, and equal rows give a deviation of exactly 0;
/// - the reference is a row of the window, so no square exceeds the squared range of the window, whose sum of squared
///   deviations is at least half that: the relative error is some `length`² roundings at worst, whatever the level of the
///   values, and a variance is never negative (`FeaturizerSettings.longestWindow` is where that would end);
/// - the sums are a function of the window's rows and their place in the block, so that they can be remade from the
///   last `length − 1` rows to the same bits.
public struct RollingWindow: Sendable {
    /// Rows in a full window.
    public let length: Int
    /// Where in `RollingRun.memory` the block stands: the reference and the sums of the prefix, shape (3, width); then the
    /// sums over the last 0, 1, … rows before the block, of differences and of squares, shape (length, 2, width).
    public let sums: Int
    /// Where in it 1/n stands at n, for n = 1 … length, and 0 at 0.
    public let reciprocals: Int

    /// Describes a window.
    public init(length: Int, sums: Int, reciprocals: Int) {
        self.length = length
        self.sums = sums
        self.reciprocals = reciprocals
    }
}
