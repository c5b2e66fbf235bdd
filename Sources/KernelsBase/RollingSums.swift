import CSIMD
import Kernels

#if KERNELS_V4
    private typealias Wide = SIMD8<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root8(values) }
    @inline(__always) private func rootByProducts(_ values: Wide) -> Wide { simd_root_by_products8(values) }
    @inline(__always) private func load(_ pointer: UnsafePointer<Double>, _ lanes: Int) -> Wide {
        simd_load_part8(pointer, lanes)
    }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs8(first, second, count, pointer, stride) }
#elseif KERNELS_V3
    private typealias Wide = SIMD4<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root4(values) }
    @inline(__always) private func rootByProducts(_ values: Wide) -> Wide { simd_root4(values) }
    @inline(__always) private func load(_ pointer: UnsafePointer<Double>, _ lanes: Int) -> Wide {
        simd_load_part4(pointer, lanes)
    }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs4(first, second, count, pointer, stride) }
#else
    private typealias Wide = SIMD2<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root2(values) }
    @inline(__always) private func rootByProducts(_ values: Wide) -> Wide { simd_root2(values) }
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

/// Where a row's numbers are, and what is made of them.
private struct Place {
    var row: UnsafePointer<Double>
    /// The sums of the window's rows before the block.
    var suffix: UnsafePointer<Double>
    /// 1/n where n is the number of rows in the window.
    var share: UnsafePointer<Double>
    var result: UnsafeMutableRawPointer
}

/// Columns of a window, as many as a vector has lanes, or the rest; none behind the last.
private struct VectorColumns {
    let run: RollingRun
    /// The first one.
    let column: Int
    /// How many there are.
    let lanes: Int
    /// Where their sums stand, and those of the rows before the block.
    let sums: UnsafeMutablePointer<Double>
    var suffixes: UnsafeMutablePointer<Double> { sums + 3 &* run.width }

    @inline(__always)
    init(_ run: RollingRun, _ window: RollingWindow, from column: Int) {
        self.run = run
        self.column = column
        lanes = max(0, min(Wide.scalarCount, run.columns &- column))
        sums = run.memory + (window.sums &+ column)
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
    private func row(_ number: Int) -> UnsafePointer<Double> {
        number < 0
            ? run.past + (number &* run.columns &+ column) : run.rows + (number &* run.rowStride &+ column)
    }

    /// Begins a block at the row `number`, and makes the suffix sums of the `before` rows ahead of it.
    @inline(__always)
    func beginBlock(at number: Int, before: Int) -> BlockSums {
        let block = BlockSums(level: load(row(number), lanes))
        var sums = block
        var place = suffixes
        store(sums.sum, place)
        store(sums.squares, place + run.width)
        func add(_ count: Int, upTo end: UnsafePointer<Double>, stride: Int) {
            var row = end
            for _ in 0..<count {
                row -= stride
                place += 2 &* run.width
                sums.add(load(row, lanes))
                store(sums.sum, place)
                store(sums.squares, place + run.width)
            }
        }
        let ofRun = min(before, max(0, number))
        add(ofRun, upTo: row(number), stride: run.rowStride)
        add(before &- ofRun, upTo: run.past + (min(0, number) &* run.columns &+ column), stride: run.columns)
        return block
    }

    /// Remakes the sums as they stood before the run.
    @inline(__always)
    func resume(length: Int) {
        let phase = run.index % length
        guard phase > 0, lanes > 0 else { return }
        var block = beginBlock(at: 0 &- phase, before: run.index < length ? 0 : length &- 1 &- phase)
        for number in (0 &- phase)..<0 { block.add(load(row(number), lanes)) }
        self.block = block
    }

    /// Adds the row at `place`, and writes the statistics of the window.
    @inline(__always)
    func add(
        _ lanes: Int, at place: Place, to block: inout BlockSums, columnStride: Int, root: (Wide) -> Wide
    ) {
        block.add(load(place.row, lanes))
        let total = block.sum + load(place.suffix)
        let shift = total * place.share[0]
        let squared = ((block.squares + load(place.suffix + run.width)) - total * shift) * place.share[-1]
        // Only rounding among denormal numbers can make it negative, and its sign does not count.
        storePairs(block.level + shift, root(squared), lanes, place.result, columnStride)
    }
}

/// One window of a run, for the columns of two vectors or fewer.
private struct Strip {
    let run: RollingRun
    /// Rows in a full window.
    let length: Int
    let left: VectorColumns
    let right: VectorColumns
    /// 1/n at n.
    let reciprocals: UnsafePointer<Double>
    /// Where the first row's statistics go, and how far it is from a column's to the next one's.
    let results: UnsafeMutableRawPointer
    let columnStride: Int

    @inline(__always)
    init(_ run: RollingRun, window index: Int, from column: Int) {
        let window = run.windows[index]
        let pair = 2 &* MemoryLayout<Double>.size
        self.run = run
        length = window.length
        left = VectorColumns(run, window, from: column)
        right = VectorColumns(run, window, from: column &+ Wide.scalarCount)
        reciprocals = UnsafePointer(run.memory + window.reciprocals)
        results = run.results + (column &* run.windows.count &+ index) &* pair
        columnStride = run.windows.count &* pair
    }

    /// Adds rows, and writes the statistics of the window at each.
    @inline(__always)
    func take(_ rows: Range<Int>) {
        var (leftBlock, rightBlock) = (left.block, right.lanes > 0 ? right.block : left.block)
        var done = rows.lowerBound
        var phase = (run.index &+ done) % length
        var place = Place(
            row: run.rows + (done &* run.rowStride &+ left.column), suffix: UnsafePointer(left.suffixes),
            share: reciprocals, result: results + done &* run.resultStride)
        while done < rows.upperBound {
            let isFirstBlock = run.index &+ done < length
            if phase == 0 {
                let before = isFirstBlock ? 0 : length &- 1
                leftBlock = left.beginBlock(at: done, before: before)
                if right.lanes > 0 { rightBlock = right.beginBlock(at: done, before: before) }
            }
            let steps = min(length &- phase, rows.upperBound &- done)
            // In a unit's first block the window grows with every row; later as many rows leave it as come.
            place.suffix =
                UnsafePointer(left.suffixes) + (isFirstBlock ? 0 : 2 &* run.width &* (length &- 1 &- phase))
            place.share = reciprocals + (isFirstBlock ? phase &+ 1 : length)
            // Where the lanes are all of a vector, nothing asks for each how many there are.
            let (all, last) = (Wide.scalarCount, right.lanes)
            if last == all {
                step(steps, all, all, &place, isFirstBlock, &leftBlock, &rightBlock)
            } else if last > 0 {
                step(steps, all, last, &place, isFirstBlock, &leftBlock, &rightBlock)
            } else if left.lanes == all {
                step(steps, all, 0, &place, isFirstBlock, &leftBlock, &rightBlock)
            } else {
                step(steps, left.lanes, 0, &place, isFirstBlock, &leftBlock, &rightBlock)
            }
            done &+= steps
            phase = 0
        }
        left.block = leftBlock
        if right.lanes > 0 { right.block = rightBlock }
    }

    /// Takes rows within a block.
    ///
    /// Roots take longest, and a processor divides in one place and multiplies in another: of two vectors, one has its
    /// roots taken by products.
    @inline(__always)
    private func step(
        _ count: Int, _ leftLanes: Int, _ rightLanes: Int, _ place: inout Place, _ isFirstBlock: Bool,
        _ leftBlock: inout BlockSums, _ rightBlock: inout BlockSums
    ) {
        let suffixStep = isFirstBlock ? 0 : 2 &* run.width
        let shareStep = isFirstBlock ? 1 : 0
        for _ in 0..<count {
            left.add(leftLanes, at: place, to: &leftBlock, columnStride: columnStride, root: root)
            if rightLanes > 0 {
                let beside = Place(
                    row: place.row + Wide.scalarCount, suffix: place.suffix + Wide.scalarCount, share: place.share,
                    result: place.result + Wide.scalarCount &* columnStride)
                right.add(rightLanes, at: beside, to: &rightBlock, columnStride: columnStride, root: rootByProducts)
            }
            place.row += run.rowStride
            place.suffix -= suffixStep
            place.share += shareStep
            place.result += run.resultStride
        }
    }
}

/// Rows whose statistics stay in the nearest cache while the windows take their turns.
private let blockRows = 32

/// See `RollingRun.Kernel`.
func takeRows(_ run: RollingRun) {
    for window in 0..<run.windows.count {
        for column in stride(from: 0, to: run.columns, by: Wide.scalarCount) {
            VectorColumns(run, run.windows[window], from: column).resume(length: run.windows[window].length)
        }
    }
    var first = 0
    while first < run.count {
        let rows = first..<min(run.count, first &+ blockRows)
        for window in 0..<run.windows.count {
            var column = 0
            while column < run.columns {
                Strip(run, window: window, from: column).take(rows)
                column &+= 2 &* Wide.scalarCount
            }
        }
        first = rows.upperBound
    }
}
