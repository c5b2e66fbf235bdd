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
    /// Two columns: what every 64-bit processor computes at once.
    typealias Lanes = SIMD2<Double>

    /// Where the statistics of a window go.
    struct Target {
        /// The first row's first statistic.
        var base: UnsafeMutablePointer<Double>
        /// From a row to the next.
        var rowStride: Int
        /// From a column's statistic to the next column's.
        var columnStride: Int
        /// The number of columns.
        var columns: Int
        /// The places of mean and deviation among a column's statistics; nil where one is not wanted.
        var mean: Int?
        var deviation: Int?
    }

    /// The sums over the block so far, for one group of columns.
    private struct Prefix {
        var reference = Lanes.zero
        var sum = Lanes.zero
        var squares = Lanes.zero

        @inline(__always)
        mutating func add(_ row: Lanes) {
            let difference = row - reference
            sum += difference
            squares += difference * difference
        }
    }

    /// The sums over the last rows before the block.
    private struct Suffix {
        var sum = Lanes.zero
        var squares = Lanes.zero
    }

    private let length: Int
    /// Columns in units of `Lanes`.
    private let groups: Int
    private var prefixes: [Prefix]
    /// Element k of a group is the sum over k rows; shape (groups, length).
    private var suffixes: [Suffix]
    /// 1/n for n = 1 … length at n, and 0 at 0.
    private let reciprocals: [Double]

    init(length: Int, groups: Int) {
        self.length = length
        self.groups = groups
        prefixes = Array(repeating: Prefix(), count: groups)
        suffixes = Array(repeating: Suffix(), count: groups * length)
        reciprocals = (0...length).map { $0 > 0 ? 1 / Double($0) : 0 }
    }

    /// Remakes the sums as they stood before a row.
    ///
    /// - Parameters:
    ///   - index: the number of rows the unit has had before.
    ///   - rows: points at the row, shape (…, groups); the rows before it, up to `length − 1`, stand ahead of it.
    mutating func resume(at index: Int, rows: UnsafePointer<Lanes>) {
        let (length, groups, phase) = (length, groups, index % length)
        guard phase > 0 else { return }
        let before = index < length ? 0 : length - 1 - phase
        prefixes.withUnsafeMutableBufferPointer { prefixes in
            suffixes.withUnsafeMutableBufferPointer { suffixes in
                guard let suffix = suffixes.baseAddress else { return }
                for group in 0..<groups {
                    let first = rows - phase * groups + group
                    var prefix = RollingWindow.begin(at: first, groups, before: before, suffix + group * length)
                    for row in 0..<phase { prefix.add(first[row * groups]) }
                    prefixes[group] = prefix
                }
            }
        }
    }

    /// Starts a block at the row `first`, with the suffix sums of the `before` rows ahead of it.
    @inline(__always)
    private static func begin(
        at first: UnsafePointer<Lanes>, _ groups: Int, before: Int, _ suffix: UnsafeMutablePointer<Suffix>
    ) -> Prefix {
        let reference = first.pointee
        var sums = Suffix()
        var row = first
        var next = suffix
        next.pointee = sums
        for _ in 0..<before {
            row -= groups
            next += 1
            let difference = row.pointee - reference
            sums.sum += difference
            sums.squares += difference * difference
            next.pointee = sums
        }
        return Prefix(reference: reference)
    }

    /// Takes consecutive rows and writes their statistics.
    ///
    /// - Parameters:
    ///   - index: the number of rows the unit has had before.
    ///   - rows: shape (count, groups); the rows before, up to `length − 1`, stand ahead of them.
    mutating func take(_ count: Int, at index: Int, rows: UnsafePointer<Lanes>, into target: Target) {
        let (length, groups) = (length, groups)
        prefixes.withUnsafeMutableBufferPointer { prefixes in
            suffixes.withUnsafeMutableBufferPointer { suffixes in
                reciprocals.withUnsafeBufferPointer { reciprocals in
                    guard let suffixes = suffixes.baseAddress, let reciprocals = reciprocals.baseAddress else { return }
                    for group in 0..<groups {
                        let suffix = suffixes + group * length
                        let isPair = 2 * group + 1 < target.columns
                        var part = Target(shifted: target, byColumns: 2 * group)
                        var row = rows + group
                        var done = 0
                        while done < count {
                            let phase = (index + done) % length
                            let isFirstBlock = index + done < length
                            if phase == 0 {
                                prefixes[group] = RollingWindow.begin(
                                    at: row, groups, before: isFirstBlock ? 0 : length - 1, suffix)
                            }
                            let steps = min(length - phase, count - done)
                            // In a unit's first block the window grows; later its suffix shrinks instead.
                            RollingWindow.roll(
                                steps, &prefixes[group], row, groups,
                                suffix + (isFirstBlock ? 0 : length - 1 - phase), isFirstBlock ? 0 : -1,
                                reciprocals + (isFirstBlock ? phase + 1 : length), isFirstBlock ? 1 : 0,
                                part, isPair: isPair)
                            row += steps * groups
                            part.base += steps * target.rowStride
                            done += steps
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func roll(
        _ count: Int, _ running: inout Prefix, _ rows: UnsafePointer<Lanes>, _ groups: Int,
        _ suffixes: UnsafePointer<Suffix>, _ suffixStep: Int, _ reciprocals: UnsafePointer<Double>,
        _ reciprocalStep: Int, _ target: Target, isPair: Bool
    ) {
        var prefix = running
        var row = rows
        var suffix = suffixes
        var reciprocal = reciprocals
        var out = target.base
        let isPlain = isPair && target.mean == 0 && target.deviation == 1
        for _ in 0..<count {
            prefix.add(row.pointee)
            let sum = prefix.sum + suffix.pointee.sum
            let shift = sum * reciprocal.pointee
            let mean = prefix.reference + shift
            let variance = ((prefix.squares + suffix.pointee.squares) - sum * shift) * reciprocal[-1]
            let deviation = RollingWindow.root(variance)
            if isPlain {
                let raw = UnsafeMutableRawPointer(out)
                raw.storeBytes(of: Lanes(mean[0], deviation[0]), as: Lanes.self)
                (raw + 8 * target.columnStride).storeBytes(of: Lanes(mean[1], deviation[1]), as: Lanes.self)
            } else {
                target.store(mean, deviation, isPair: isPair, at: out)
            }
            row += groups
            suffix += suffixStep
            reciprocal += reciprocalStep
            out += target.rowStride
        }
        running = prefix
    }

    /// The square root of a variance; its sign bit, which only rounding among denormal numbers can set, does not count.
    @inline(__always)
    private static func root(_ variance: Lanes) -> Lanes {
        let bits = unsafeBitCast(variance, to: SIMD2<UInt64>.self) & SIMD2(repeating: 0x7fff_ffff_ffff_ffff)
        return unsafeBitCast(bits, to: Lanes.self).squareRoot()
    }
}

extension RollingWindow.Target {
    /// The same target from column `columns` on.
    fileprivate init(shifted other: Self, byColumns columns: Int) {
        self = other
        base = other.base + columns * other.columnStride
    }

    fileprivate func store(
        _ means: RollingWindow.Lanes, _ deviations: RollingWindow.Lanes, isPair: Bool,
        at out: UnsafeMutablePointer<Double>
    ) {
        for lane in 0..<(isPair ? 2 : 1) {
            if let place = mean { out[lane * columnStride + place] = means[lane] }
            if let place = deviation { out[lane * columnStride + place] = deviations[lane] }
        }
    }
}
