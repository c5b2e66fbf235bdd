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
///   deviations is at least half that: the relative error is some `length` roundings, whatever the level of the values;
/// - the sums are a function of the window's rows and their place in the block, so that they can be remade from the
///   last `length − 1` rows to the same bits.
struct RollingWindow: Sendable {
    typealias Lanes = SIMD4<Double>

    let length: Int
    /// Columns in units of `Lanes`.
    let groups: Int
    /// The block's first row, and the sums over the block so far; shape (3, groups).
    private var prefix: [Lanes]
    /// Sums over the last k rows before the block, shape (length, groups, 2).
    private var suffix: [Lanes]
    /// Rows of the suffix sums that are there: fewer than `length` where the unit began less than a window ago.
    private var suffixCount = 0
    /// 1/n for n = 0 … length, and 1/(n−1).
    private let reciprocals: [Double]

    init(length: Int, groups: Int) {
        self.length = length
        self.groups = groups
        prefix = Array(repeating: .zero, count: 3 * groups)
        suffix = Array(repeating: .zero, count: 2 * groups * length)
        reciprocals = (0...length).map { $0 > 0 ? 1 / Double($0) : 0 }
    }

    /// Where the statistics of a window go.
    struct Target {
        /// The first row's first column with statistics.
        var base: UnsafeMutablePointer<Double>
        /// From a row to the next.
        var rowStride: Int
        /// From a column's statistic to the next column's.
        var columnStride: Int
        /// The number of columns.
        var columns: Int
        /// The place of the mean and of the deviation among a column's statistics; nil where it is not wanted.
        var mean: Int?
        var deviation: Int?
    }

    /// Remakes the sums as they stood before row `index`.
    ///
    /// - Parameter rows: points at row `index`; the unit's rows before it, up to `length − 1`, stand ahead of it.
    mutating func resume(at index: Int, rows: UnsafePointer<Lanes>) {
        let phase = index % length
        guard phase > 0 else { return }
        beginBlock(at: index - phase, rows: rows - phase * groups, kept: length - 1 - phase)
        for row in 0..<phase { extendPrefix(by: rows + (row - phase) * groups) }
    }

    private mutating func extendPrefix(by row: UnsafePointer<Lanes>) {
        for group in 0..<groups {
            let difference = row[group] - prefix[group]
            prefix[groups + group] += difference
            prefix[2 * groups + group] += difference * difference
        }
    }

    /// Starts a block whose first row is `rows`, row `index` of the unit, with suffix sums of up to `kept` rows.
    private mutating func beginBlock(at index: Int, rows: UnsafePointer<Lanes>, kept: Int) {
        suffixCount = min(kept, index)
        let groups = groups
        suffix.withUnsafeMutableBufferPointer { suffix in
            prefix.withUnsafeMutableBufferPointer { prefix in
                for group in 0..<groups {
                    let reference = rows[group]
                    var sum = Lanes.zero
                    var squares = Lanes.zero
                    prefix[group] = reference
                    prefix[groups + group] = .zero
                    prefix[2 * groups + group] = .zero
                    for row in stride(from: 1, through: suffixCount, by: 1) {
                        let difference = rows[group - row * groups] - reference
                        sum += difference
                        squares += difference * difference
                        suffix[(row * groups + group) * 2] = sum
                        suffix[(row * groups + group) * 2 + 1] = squares
                    }
                }
            }
        }
    }

    /// Takes consecutive rows and writes their statistics.
    ///
    /// - Parameters:
    ///   - index: the number of rows the unit has had before.
    ///   - rows: shape (count, groups); the rows before, up to `length − 1`, stand ahead of them.
    mutating func take(_ count: Int, at index: Int, rows: UnsafePointer<Lanes>, into target: Target) {
        var row = 0
        while row < count {
            let phase = (index + row) % length
            let current = rows + row * groups
            if phase == 0 { beginBlock(at: index + row, rows: current, kept: length - 1) }
            let part = min(length - phase, count - row)
            for group in 0..<groups {
                takePart(group, phase: phase, rows: current, count: part, target, firstRow: row)
            }
            row += part
        }
    }

    @inline(__always)
    private mutating func takePart(
        _ group: Int, phase: Int, rows: UnsafePointer<Lanes>, count: Int, _ target: Target, firstRow: Int
    ) {
        let groups = groups
        let reference = prefix[group]
        var sum = prefix[groups + group]
        var squares = prefix[2 * groups + group]
        let columns = min(Lanes.scalarCount, target.columns - group * Lanes.scalarCount)
        var out = target.base + firstRow * target.rowStride + group * Lanes.scalarCount * target.columnStride
        suffix.withUnsafeBufferPointer { suffix in
            reciprocals.withUnsafeBufferPointer { reciprocals in
                for row in 0..<count {
                    let difference = rows[row * groups + group] - reference
                    sum += difference
                    squares += difference * difference
                    let before = min(length - 1 - phase - row, suffixCount)
                    let number = phase + row + 1 + before
                    let at = (before * groups + group) * 2
                    let total = sum + suffix[at]
                    let shift = total * reciprocals[number]
                    let mean = reference + shift
                    let deviations = (squares + suffix[at + 1]) - total * shift
                    let variance = deviations.replacing(with: 0, where: deviations .< 0) * reciprocals[number - 1]
                    RollingWindow.store(mean, variance.squareRoot(), columns, target, at: out)
                    out += target.rowStride
                }
            }
        }
        prefix[groups + group] = sum
        prefix[2 * groups + group] = squares
    }

    @inline(__always)
    private static func store(
        _ mean: Lanes, _ deviation: Lanes, _ columns: Int, _ target: Target, at out: UnsafeMutablePointer<Double>
    ) {
        if columns == Lanes.scalarCount, target.mean == 0, target.deviation == 1 {
            let raw = UnsafeMutableRawPointer(out)
            let stride = target.columnStride * MemoryLayout<Double>.stride
            for lane in 0..<Lanes.scalarCount {
                raw.storeBytes(
                    of: SIMD2(mean[lane], deviation[lane]), toByteOffset: lane * stride, as: SIMD2<Double>.self)
            }
            return
        }
        for lane in 0..<columns {
            if let place = target.mean { out[lane * target.columnStride + place] = mean[lane] }
            if let place = target.deviation { out[lane * target.columnStride + place] = deviation[lane] }
        }
    }
}
