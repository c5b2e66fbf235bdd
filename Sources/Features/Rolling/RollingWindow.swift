import Kernels
import VectorMath

/// The running sums of one window length, for all columns of one unit side by side.
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
struct RollingWindow: Sendable {
    private let length: Int
    private let columns: Int
    private let width: Int
    /// The block's first row and its sums, and those of the rows before it; see `RollingRun`.
    private var prefix: [Double]
    private var suffixes: [Double]
    /// 1/n for n = 1 … length at n, and 0 at 0.
    private let reciprocals: [Double]
    private let kernels = VectorMath.kernels.rolling

    /// - Parameters:
    ///   - columns: numbers in a row.
    ///   - width: with those that fill up a vector.
    init(length: Int, columns: Int, width: Int) {
        self.length = length
        self.columns = columns
        self.width = width
        prefix = Array(repeating: 0, count: 3 * width)
        suffixes = Array(repeating: 0, count: length * 2 * width)
        reciprocals = (0...length).map { $0 > 0 ? 1 / Double($0) : 0 }
    }

    /// Where statistics go: mean and deviation of a column side by side.
    struct Results {
        /// The first row's of the first column.
        var first: UnsafeMutableRawPointer
        /// Bytes from a row to the next.
        var rowStride: Int
        /// Bytes from a column to the next.
        var columnStride: Int
    }

    /// Takes consecutive rows and writes their statistics.
    ///
    /// - Parameters:
    ///   - index: the number of rows the unit has had before.
    ///   - isResumed: whether the sums are those of another unit, and to be remade first.
    ///   - rows: shape (count, width); the rows before, up to `length − 1`, stand ahead of them.
    ///   - results: where the statistics of this window go.
    mutating func take(
        _ count: Int, at index: Int, isResumed: Bool, rows: UnsafePointer<Double>, into results: Results
    ) {
        let (length, columns, width, kernels) = (length, columns, width, kernels)
        prefix.withUnsafeMutableBufferPointer { prefix in
            suffixes.withUnsafeMutableBufferPointer { suffixes in
                reciprocals.withUnsafeBufferPointer { reciprocals in
                    guard let prefix = prefix.baseAddress, let suffixes = suffixes.baseAddress,
                        let reciprocals = reciprocals.baseAddress
                    else { return }
                    let run = RollingRun(
                        length: length, count: count, index: index, columns: columns, width: width, rows: rows,
                        prefix: prefix, suffixes: suffixes, reciprocals: reciprocals, results: results.first,
                        resultStride: results.rowStride, columnStride: results.columnStride)
                    if isResumed { kernels.resume(run) }
                    kernels.take(run)
                }
            }
        }
    }
}
