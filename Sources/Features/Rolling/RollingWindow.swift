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

        /// Mean and deviation of the rows of the block and those of `suffix`, n in number.
        ///
        /// - Parameters:
        ///   - mean: 1/n.
        ///   - variance: 1/(n − 1), or 0 where n is 1.
        @inline(__always)
        func statistics(with suffix: Suffix, _ mean: Lanes, _ variance: Lanes) -> (means: Lanes, deviations: Lanes) {
            let total = sum + suffix.sum
            let shift = total * mean
            let squared = ((squares + suffix.squares) - total * shift) * variance
            // The sign bit, which only rounding among denormal numbers can set, does not count.
            let bits = unsafeBitCast(squared, to: SIMD2<UInt64>.self) & SIMD2(repeating: 0x7fff_ffff_ffff_ffff)
            return (reference + shift, unsafeBitCast(bits, to: Lanes.self).squareRoot())
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
    ///   - result: where the statistics of this window go.
    mutating func take(_ count: Int, at index: Int, rows: UnsafePointer<Lanes>, into result: RollingOutput) {
        let (length, groups) = (length, groups)
        prefixes.withUnsafeMutableBufferPointer { prefixes in
            suffixes.withUnsafeMutableBufferPointer { suffixes in
                reciprocals.withUnsafeBufferPointer { reciprocals in
                    guard let suffixes = suffixes.baseAddress, let reciprocals = reciprocals.baseAddress else { return }
                    var done = 0
                    while done < count {
                        let phase = (index + done) % length
                        let isFirstBlock = index + done < length
                        let steps = min(length - phase, count - done)
                        for group in 0..<groups {
                            let at = done * groups + group
                            let suffix = suffixes + group * length
                            if phase == 0 {
                                prefixes[group] = RollingWindow.begin(
                                    at: rows + at, groups, before: isFirstBlock ? 0 : length - 1, suffix)
                            }
                            if isFirstBlock {
                                RollingWindow.grow(
                                    steps, from: phase, &prefixes[group], rows + at, groups, reciprocals,
                                    result.place(row: done, group: group))
                            } else {
                                RollingWindow.roll(
                                    steps, &prefixes[group], rows + at, groups, suffix + (length - 1 - phase),
                                    Lanes(repeating: reciprocals[length]), Lanes(repeating: reciprocals[length - 1]),
                                    result.place(row: done, group: group))
                            }
                        }
                        done += steps
                    }
                }
            }
        }
    }

    /// Rows of a full window.
    ///
    /// - Parameters:
    ///   - suffixes: the sums over as many rows before the block as belong to the first row's window; one less belongs to
    ///     each next row's.
    ///   - mean: 1/n.
    ///   - variance: 1/(n − 1).
    @inline(__always)
    private static func roll(
        _ count: Int, _ running: inout Prefix, _ rows: UnsafePointer<Lanes>, _ groups: Int,
        _ suffixes: UnsafePointer<Suffix>, _ mean: Lanes, _ variance: Lanes, _ place: RollingOutput.Place
    ) {
        var prefix = running
        var suffix = suffixes
        var row = rows
        var place = place
        for _ in 0..<count {
            prefix.add(row.pointee)
            place.put(prefix.statistics(with: suffix.pointee, mean, variance))
            suffix -= 1
            row += groups
        }
        running = prefix
    }

    /// Rows of a unit's first block, in which the window grows with every row.
    private static func grow(
        _ count: Int, from first: Int, _ running: inout Prefix, _ rows: UnsafePointer<Lanes>, _ groups: Int,
        _ reciprocals: UnsafePointer<Double>, _ place: RollingOutput.Place
    ) {
        var place = place
        for row in 0..<count {
            running.add(rows[row * groups])
            let number = first + row + 1
            place.put(
                running.statistics(
                    with: Suffix(), Lanes(repeating: reciprocals[number]), Lanes(repeating: reciprocals[number - 1])))
        }
    }
}
