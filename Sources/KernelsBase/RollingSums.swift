import CSIMD
import Kernels

#if KERNELS_V4
    private typealias Wide = SIMD8<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root8(values) }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs8(first, second, count, pointer, stride) }
#elseif KERNELS_V3
    private typealias Wide = SIMD4<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root4(values) }
    @inline(__always) private func storePairs(
        _ first: Wide, _ second: Wide, _ count: Int, _ pointer: UnsafeMutableRawPointer, _ stride: Int
    ) { simd_store_pairs4(first, second, count, pointer, stride) }
#else
    private typealias Wide = SIMD2<Double>
    @inline(__always) private func root(_ values: Wide) -> Wide { simd_root2(values) }
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
    mutating func add(_ row: UnsafePointer<Double>) {
        let difference = load(row) - level
        sum += difference
        squares += difference * difference
    }
}

/// Starts a block at the row `first`, with the suffix sums of the `before` rows ahead of it.
@inline(__always)
private func beginBlock(
    _ run: RollingRun, at first: UnsafePointer<Double>, before: Int, _ suffixes: UnsafeMutablePointer<Double>
) -> BlockSums {
    let block = BlockSums(level: load(first))
    var sums = block
    var row = first
    var place = suffixes
    store(sums.sum, place)
    store(sums.squares, place + run.width)
    for _ in 0..<before {
        row -= run.width
        place += 2 &* run.width
        sums.add(row)
        store(sums.sum, place)
        store(sums.squares, place + run.width)
    }
    return block
}

/// See `RollingKernels.Resume`.
func resumeWindow(_ run: RollingRun) {
    let phase = run.index % run.length
    guard phase > 0 else { return }
    var column = 0
    while column < run.columns {
        let first = run.rows - phase &* run.width + column
        var block = beginBlock(
            run, at: first, before: run.index < run.length ? 0 : run.length &- 1 &- phase, run.suffixes + column)
        for row in 0..<phase { block.add(first + row &* run.width) }
        save(block, run, column)
        column &+= Wide.scalarCount
    }
}

@inline(__always)
private func save(_ block: BlockSums, _ run: RollingRun, _ column: Int) {
    store(block.level, run.prefix + column)
    store(block.sum, run.prefix + (run.width &+ column))
    store(block.squares, run.prefix + (2 &* run.width &+ column))
}

/// See `RollingKernels.Take`.
func takeRows(_ run: RollingRun) {
    var column = 0
    while column < run.columns {
        var block = BlockSums(
            level: load(run.prefix + column), sum: load(run.prefix + (run.width &+ column)),
            squares: load(run.prefix + (2 &* run.width &+ column)))
        let suffixes = run.suffixes + column
        let lanes = min(Wide.scalarCount, run.columns &- column)
        var row = run.rows + column
        var result = run.results + column &* run.columnStride
        var done = 0
        var phase = run.index % run.length
        while done < run.count {
            let isFirstBlock = run.index &+ done < run.length
            if phase == 0 {
                block = beginBlock(run, at: row, before: isFirstBlock ? 0 : run.length &- 1, suffixes)
            }
            let steps = min(run.length &- phase, run.count &- done)
            // In a unit's first block the window grows with every row; later as many rows leave it as come.
            var suffix = suffixes + (isFirstBlock ? 0 : 2 &* run.width &* (run.length &- 1 &- phase))
            let suffixStep = isFirstBlock ? 0 : 2 &* run.width
            var share = run.reciprocals + (isFirstBlock ? phase &+ 1 : run.length)
            let shareStep = isFirstBlock ? 1 : 0
            for _ in 0..<steps {
                block.add(row)
                let total = block.sum + load(suffix)
                let shift = total * share[0]
                let squared = ((block.squares + load(suffix + run.width)) - total * shift) * share[-1]
                // Only rounding among denormal numbers can make it negative, and its sign does not count.
                storePairs(block.level + shift, root(squared), lanes, result, run.columnStride)
                row += run.width
                suffix -= suffixStep
                share += shareStep
                result += run.resultStride
            }
            done &+= steps
            phase = 0
        }
        save(block, run, column)
        column &+= Wide.scalarCount
    }
}
