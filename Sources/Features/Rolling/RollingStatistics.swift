import Kernels

/// Rolling statistics of several columns over several windows, for many units.
///
/// What is remembered of a unit is its last rows, as many as the longest window less one, and how many it has had; the
/// running sums are remade from those, to the same bits, when the unit's next rows come (see `RollingWindow`). So it does
/// not matter how units are interleaved or how the stream is cut.
///
/// - Complexity: O(1) a row, amortised over a run of rows of one unit; O(longest window) to take up a unit.
struct RollingStatistics: Sendable {
    private static let blockRows = 32

    let columns: Int
    let windows: [Int]
    let statistics: [RollingStatistic]
    /// Columns, with those that fill up a vector and stay 0.
    private let width: Int
    /// Rows remembered of a unit: the longest window less one.
    private let depth: Int
    private var rolling: [RollingWindow]
    /// The current unit's last rows and then the current block; shape (depth + blockRows, width).
    private var scratch: [Double]
    /// Means and deviations of a block; shape (blockRows, width, 2); empty where they go straight to their places.
    private var pairs: [Double]
    /// Rows the unit has had, by slot.
    private var counts: [Int] = []
    /// The last rows of each slot, oldest first, at the end of its part; shape (slots, depth, columns).
    private var histories: [Double] = []

    init(columns: Int, windows: [Int], statistics: [RollingStatistic]) {
        self.columns = columns
        self.windows = windows
        self.statistics = statistics
        width = (columns + RollingKernels.padding - 1) / RollingKernels.padding * RollingKernels.padding
        depth = max(0, (windows.max() ?? 1) - 1)
        rolling = []
        for window in windows { rolling.append(RollingWindow(length: window, columns: columns, width: width)) }
        scratch = Array(repeating: 0, count: (depth + RollingStatistics.blockRows) * width)
        let isDirect = statistics == [.mean, .std]
        pairs = Array(repeating: 0, count: isDirect ? 0 : RollingStatistics.blockRows * width * 2)
    }

    /// How many numbers are remembered of a unit.
    var historySize: Int { depth * columns }

    /// Forgets a unit's past.
    mutating func begin(_ slot: Int) {
        if counts.count <= slot {
            histories.append(contentsOf: repeatElement(0, count: (slot + 1 - counts.count) * historySize))
            counts.append(contentsOf: repeatElement(0, count: slot + 1 - counts.count))
        }
        counts[slot] = 0
        for place in slot * historySize..<(slot + 1) * historySize { histories[place] = 0 }
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
        let known = counts[slot]
        load(slot, known: known)
        var first = 0
        while first < count {
            let block = min(RollingStatistics.blockRows, count - first)
            place(block, rows: rows + first * rowStride, rowStride: rowStride)
            roll(
                block, at: known + first, isResumed: first == 0, into: result + first * resultStride,
                resultStride: resultStride)
            slide(by: block)
            first += block
        }
        counts[slot] = known + count
        save(slot)
    }

    /// Brings the unit's last rows to the front of the scratch.
    private mutating func load(_ slot: Int, known: Int) {
        let width = width
        let kept = min(known, depth)
        let columns = columns
        let history = slot * historySize
        let depth = depth
        scratch.withUnsafeMutableBufferPointer { scratch in
            histories.withUnsafeBufferPointer { histories in
                for row in depth - kept..<depth {
                    for column in 0..<columns {
                        scratch[row * width + column] = histories[history + row * columns + column]
                    }
                }
            }
        }
    }

    /// Keeps the unit's last rows.
    private mutating func save(_ slot: Int) {
        let width = width
        let kept = min(counts[slot], depth)
        let columns = columns
        let history = slot * historySize
        let depth = depth
        histories.withUnsafeMutableBufferPointer { histories in
            scratch.withUnsafeBufferPointer { scratch in
                for row in depth - kept..<depth {
                    for column in 0..<columns {
                        histories[history + row * columns + column] = scratch[row * width + column]
                    }
                }
            }
        }
    }

    /// Puts the block's rows behind the last rows.
    private mutating func place(_ count: Int, rows: UnsafePointer<Double>, rowStride: Int) {
        let width = width
        let columns = columns
        let depth = depth
        scratch.withUnsafeMutableBufferPointer { scratch in
            guard let base = scratch.baseAddress else { return }
            for row in 0..<count {
                (base + (depth + row) * width).update(from: rows + row * rowStride, count: columns)
            }
        }
    }

    private mutating func roll(
        _ count: Int, at index: Int, isResumed: Bool, into result: UnsafeMutableRawPointer, resultStride: Int
    ) {
        let size = MemoryLayout<Double>.size
        let columnStride = windows.count * statistics.count * size
        for number in rolling.indices {
            let place = RollingWindow.Results(
                first: result + number * statistics.count * size, rowStride: resultStride, columnStride: columnStride)
            scratch.withUnsafeBufferPointer { scratch in
                guard let base = scratch.baseAddress else { return }
                let rows = base + depth * width
                guard !pairs.isEmpty else {
                    return rolling[number].take(count, at: index, isResumed: isResumed, rows: rows, into: place)
                }
                pairs.withUnsafeMutableBufferPointer { pairs in
                    guard let first = pairs.baseAddress else { return }
                    rolling[number].take(
                        count, at: index, isResumed: isResumed, rows: rows,
                        into: RollingWindow.Results(first: first, rowStride: 2 * width * size, columnStride: 2 * size))
                }
                pick(count, into: place)
            }
        }
    }

    /// Copies the statistics that are wanted of each column.
    private func pick(_ count: Int, into place: RollingWindow.Results) {
        for (number, statistic) in statistics.enumerated() {
            let offset = statistic == .mean ? 0 : 1
            for row in 0..<count {
                for column in 0..<columns {
                    place.first.storeBytes(
                        of: pairs[2 * (row * width + column) + offset],
                        toByteOffset: row * place.rowStride + column * place.columnStride
                            + number * MemoryLayout<Double>.size,
                        as: Double.self)
                }
            }
        }
    }

    /// Moves the last rows to the front for the next block.
    private mutating func slide(by count: Int) {
        let size = depth * width
        let moved = count * width
        scratch.withUnsafeMutableBufferPointer { scratch in
            guard let base = scratch.baseAddress, size > 0 else { return }
            base.update(from: base + moved, count: size)
        }
    }
}

extension RollingStatistics {
    /// Writes the last rows of each unit.
    func encode(into encoder: inout StateEncoder) {
        encoder.put(counts.map(Int64.init))
        encoder.put(histories)
    }

    /// Takes on what `encode` wrote for the same columns and windows.
    mutating func restore(from decoder: inout StateDecoder) throws {
        let found = try decoder.int64s()
        histories = try decoder.doubles(count: found.count * historySize)
        guard found.allSatisfy({ $0 >= 0 }) else { throw decoder.damaged("a unit has a negative number of rows") }
        counts = found.map(Int.init)
    }
}
