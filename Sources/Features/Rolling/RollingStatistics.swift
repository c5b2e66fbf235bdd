import Kernels
import VectorMath

/// Rolling statistics of several columns over several windows, for many units.
///
/// What is remembered of a unit is its last rows, as many as the longest window less one, and how many it has had; the
/// running sums are remade from those, to the same bits, when the unit's next rows come (see `RollingWindow`). So it does
/// not matter how units are interleaved or how the stream is cut.
///
/// - Complexity: O(1) a row, amortised over a run of rows of one unit; O(longest window) to take up a unit.
struct RollingStatistics: Sendable {
    /// Rows whose means and deviations are taken before the wanted ones are picked.
    private static let pickedRows = 32

    let columns: Int
    private let statistics: [RollingStatistic]
    /// Columns, with those that fill up a vector.
    private let width: Int
    private let windows: [RollingWindow]
    private var sums: [Double]
    /// Rows the unit has had, by slot.
    private var counts: [Int] = []
    /// The last rows of each slot: the longest window less one.
    private var histories: RowHistories<Double>

    init(columns: Int, windows lengths: [Int], statistics: [RollingStatistic]) {
        self.columns = columns
        self.statistics = statistics
        width = (columns + RollingRun.padding - 1) / RollingRun.padding * RollingRun.padding
        histories = RowHistories(limit: max(0, (lengths.max() ?? 1) - 1), width: columns, side: .end)
        var (windows, sums): ([RollingWindow], [Double]) = ([], [])
        for length in lengths {
            let start = sums.count
            sums.append(contentsOf: repeatElement(0, count: (3 + 2 * length) * width))
            windows.append(RollingWindow(length: length, sums: start, reciprocals: sums.count))
            sums.append(contentsOf: (0...length).map { $0 > 0 ? 1 / Double($0) : 0 })
        }
        (self.windows, self.sums) = (windows, sums)
    }

    /// Forgets a unit's past.
    mutating func begin(_ slot: Int) {
        if slot < counts.count {
            counts[slot] = 0
            histories.forget(slot)
        } else {
            histories.add(units: slot + 1 - counts.count)
            counts.append(contentsOf: repeatElement(0, count: slot + 1 - counts.count))
        }
    }

    /// Writes the statistics of consecutive rows of a unit.
    ///
    /// - Parameters:
    ///   - rows: the first row's first column; `rowStride` doubles from a row to the next.
    ///   - result: where the first row's statistics go, column by column, window by window; `resultStride` bytes from a
    ///     row to the next.
    mutating func take(
        _ count: Int, of slot: Int, rows: UnsafePointer<Double>, rowStride: Int,
        into result: UnsafeMutableRawPointer, resultStride: Int
    ) {
        guard !windows.isEmpty, !statistics.isEmpty else { return }
        if counts.count <= slot { begin(slot) }
        if statistics == [.mean, .std] {
            roll(count, of: slot, rows: rows, rowStride: rowStride, into: result, resultStride: resultStride)
        } else {
            rollAndPick(count, of: slot, rows: rows, rowStride: rowStride, into: result, resultStride: resultStride)
        }
    }

    /// Writes mean and deviation of each window.
    private mutating func roll(
        _ count: Int, of slot: Int, rows: UnsafePointer<Double>, rowStride: Int,
        into result: UnsafeMutableRawPointer, resultStride: Int
    ) {
        let (columns, width, known) = (columns, width, counts[slot])
        histories.units[slot].withUnsafeBufferPointer { history in
            sums.withUnsafeMutableBufferPointer { sums in
                windows.withUnsafeBufferPointer { windows in
                    guard let memory = sums.baseAddress else { return }
                    kernels.roll(
                        RollingRun(
                            columns: columns, width: width, rows: rows, rowStride: rowStride, count: count,
                            past: history.baseAddress.map { $0 + history.count } ?? UnsafePointer(memory), index: known,
                            windows: windows, memory: memory, results: result, resultStride: resultStride))
                }
            }
        }
        counts[slot] = known + count
        remember(count, of: slot, rows: rows, rowStride: rowStride)
    }

    /// Writes those statistics of each window that are wanted.
    private mutating func rollAndPick(
        _ count: Int, of slot: Int, rows: UnsafePointer<Double>, rowStride: Int,
        into result: UnsafeMutableRawPointer, resultStride: Int
    ) {
        let pairs = columns * windows.count
        let picks = statistics.map { $0 == .mean ? 0 : 1 }
        let size = MemoryLayout<Double>.size
        withUnsafeTemporaryAllocation(of: Double.self, capacity: RollingStatistics.pickedRows * pairs * 2) { block in
            guard let base = block.baseAddress else { return }
            for first in stride(from: 0, to: count, by: RollingStatistics.pickedRows) {
                let part = min(RollingStatistics.pickedRows, count - first)
                roll(
                    part, of: slot, rows: rows + first * rowStride, rowStride: rowStride, into: base,
                    resultStride: 2 * pairs * size)
                for row in 0..<part {
                    var place = result + (first + row) * resultStride
                    for pair in row * pairs..<(row + 1) * pairs {
                        for pick in picks {
                            place.storeBytes(of: base[2 * pair + pick], as: Double.self)
                            place += size
                        }
                    }
                }
            }
        }
    }

    /// Puts the unit's last rows at the end of its history.
    private mutating func remember(_ count: Int, of slot: Int, rows: UnsafePointer<Double>, rowStride: Int) {
        histories.reserve(counts[slot])
        let (columns, room) = (columns, histories.room)
        histories.units[slot].withUnsafeMutableBufferPointer { memory in
            guard let history = memory.baseAddress else { return }
            let new = min(count, room)
            history.update(from: history + new * columns, count: (room - new) * columns)
            for row in 0..<new {
                (history + (room - new + row) * columns).update(
                    from: rows + (count - new + row) * rowStride, count: columns)
            }
        }
    }
}

extension RollingStatistics {
    /// Writes the last rows of each unit.
    func encode(into encoder: inout StateEncoder) {
        encoder.put(counts.map(Int64.init))
        encoder.put(histories.units.joined())
    }

    /// Takes on what `encode` wrote for the same columns and windows.
    mutating func restore(from decoder: inout StateDecoder) throws {
        let found = try decoder.int64s()
        let numbers = try decoder.doubles()
        guard found.allSatisfy({ $0 >= 0 }) else { throw decoder.damaged("a unit has a negative number of rows") }
        counts = found.map(Int.init)
        guard histories.restore(numbers, counts: counts) else {
            throw decoder.damaged("expected the rows of \(counts.count) units, found \(numbers.count) numbers")
        }
    }
}
