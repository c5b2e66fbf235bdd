import CSIMD
import Kernels

#if KERNELS_V4
    private typealias Wide = SIMD8<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root8(values) }
    @inline(__always) private func load(_ pointer: UnsafePointer<Double>, _ lanes: Int) -> Wide {
        simd_load_part8(pointer, lanes)
    }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs8(first, second, count, pointer, stride) }
#elseif KERNELS_V3
    private typealias Wide = SIMD4<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root4(values) }
    @inline(__always) private func load(_ pointer: UnsafePointer<Double>, _ lanes: Int) -> Wide {
        simd_load_part4(pointer, lanes)
    }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs4(first, second, count, pointer, stride) }
#else
    private typealias Wide = SIMD2<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root2(values) }
    @inline(__always) private func load(_ pointer: UnsafePointer<Double>, _ lanes: Int) -> Wide {
        simd_load_part2(pointer, lanes)
    }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs2(first, second, count, pointer, stride) }
#endif

@inline(__always)
private func load(_ pointer: UnsafePointer<Double>) -> Wide {
    UnsafeRawPointer(pointer).loadUnaligned(as: Wide.self)
}

@inline(__always)
private func store(_ values: Wide, _ pointer: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: Wide.self)
}

/// The sums over a block's rows, for as many columns as a vector has lanes.
private struct BlockSums {
    /// The block's first row.
    var level: Wide
    var sum = Wide.zero
    var squares = Wide.zero

    @inline(__always)
    mutating func add(_ row: Wide) {
        let difference = row - level
        sum += difference
        squares += difference * difference
    }
}

/// One window of a run, for as many columns as a vector has lanes.
private struct Strip {
    let run: RollingRun
    /// Rows in a full window.
    let length: Int
    /// The first column.
    let column: Int
    /// How many columns there are.
    let lanes: Int
    /// Where the first column's sums stand, and those of the rows before the block.
    let sums: UnsafeMutablePointer<Double>
    let suffixes: UnsafeMutablePointer<Double>
    /// 1/n at n.
    let reciprocals: UnsafePointer<Double>
    /// Where the first row's statistics go.
    let results: UnsafeMutableRawPointer

    @inline(__always)
    init(_ run: RollingRun, window: Int, column: Int) {
        let pair = 2 &* MemoryLayout<Double>.size
        self.run = run
        self.column = column
        length = run.windows[window].length
        lanes = min(Wide.scalarCount, run.columns &- column)
        sums = run.memory + (run.windows[window].sums &+ column)
        suffixes = sums + 3 &* run.width
        reciprocals = UnsafePointer(run.memory + run.windows[window].reciprocals)
        results = run.results + (column &* run.windows.count &+ window) &* pair
    }

    /// The sums over the current block so far, between calls.
    var block: BlockSums {
        @inline(__always) get {
            BlockSums(level: load(sums), sum: load(sums + run.width), squares: load(sums + 2 &* run.width))
        }
        @inline(__always) nonmutating set {
            store(newValue.level, sums)
            store(newValue.sum, sums + run.width)
            store(newValue.squares, sums + 2 &* run.width)
        }
    }

    /// The row `number` of the run; negative for one before it.
    @inline(__always)
    func row(_ number: Int) -> Wide {
        load(
            number < 0 ? run.past + (number &* run.columns &+ column) : run.rows + (number &* run.rowStride &+ column),
            lanes)
    }

    /// Begins a block at the row `number`, and makes the suffix sums of the `before` rows ahead of it.
    @inline(__always)
    func beginBlock(at number: Int, before: Int) -> BlockSums {
        let block = BlockSums(level: row(number))
        var sums = block
        var place = suffixes
        store(sums.sum, place)
        store(sums.squares, place + run.width)
        var earlier = number
        while earlier > number &- before {
            earlier &-= 1
            place += 2 &* run.width
            sums.add(row(earlier))
            store(sums.sum, place)
            store(sums.squares, place + run.width)
        }
        return block
    }

    /// Remakes the sums as they stood before the run.
    func resume() {
        let phase = run.index % length
        guard phase > 0 else { return }
        var block = beginBlock(at: 0 &- phase, before: run.index < length ? 0 : length &- 1 &- phase)
        for number in (0 &- phase)..<0 { block.add(row(number)) }
        self.block = block
    }

    /// Adds rows, and writes the statistics of the window at each.
    func take(_ rows: Range<Int>) {
        // Where the lanes are all of a vector, nothing asks for each how many there are.
        if lanes == Wide.scalarCount { take(rows, Wide.scalarCount) } else { take(rows, lanes) }
    }

    @inline(__always)
    private func take(_ rows: Range<Int>, _ lanes: Int) {
        var block = block
        var done = rows.lowerBound
        var phase = (run.index &+ done) % length
        var row = run.rows + (done &* run.rowStride &+ column)
        var result = results + done &* run.resultStride
        let columnStride = run.windows.count &* 2 &* MemoryLayout<Double>.size
        while done < rows.upperBound {
            let isFirstBlock = run.index &+ done < length
            if phase == 0 { block = beginBlock(at: done, before: isFirstBlock ? 0 : length &- 1) }
            let steps = min(length &- phase, rows.upperBound &- done)
            // In a unit's first block the window grows with every row; later as many rows leave it as come.
            var suffix = suffixes + (isFirstBlock ? 0 : 2 &* run.width &* (length &- 1 &- phase))
            let suffixStep = isFirstBlock ? 0 : 2 &* run.width
            var share = reciprocals + (isFirstBlock ? phase &+ 1 : length)
            let shareStep = isFirstBlock ? 1 : 0
            for _ in 0..<steps {
                block.add(load(row, lanes))
                let total = block.sum + load(suffix)
                let shift = total * share[0]
                let squared = ((block.squares + load(suffix + run.width)) - total * shift) * share[-1]
                // Only rounding among denormal numbers can make it negative, and its sign does not count.
                storePairs(block.level + shift, root(squared), lanes, result, columnStride)
                row += run.rowStride
                suffix -= suffixStep
                share += shareStep
                result += run.resultStride
            }
            done &+= steps
            phase = 0
        }
        self.block = block
    }
}

/// Rows whose statistics stay in the nearest cache while the windows take their turns.
private let blockRows = 32

/// See `RollingRun.Kernel`.
func takeRows(_ run: RollingRun) {
    for window in 0..<run.windows.count {
        for column in stride(from: 0, to: run.columns, by: Wide.scalarCount) {
            Strip(run, window: window, column: column).resume()
        }
    }
    var first = 0
    while first < run.count {
        let rows = first..<min(run.count, first &+ blockRows)
        for window in 0..<run.windows.count {
            var column = 0
            while column < run.columns {
                Strip(run, window: window, column: column).take(rows)
                column &+= Wide.scalarCount
            }
        }
        first = rows.upperBound
    }
}
