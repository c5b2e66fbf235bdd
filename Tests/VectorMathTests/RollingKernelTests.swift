import Kernels
import Testing
import VectorMath

@Suite struct RollingKernelTests {
    private static let length = 6

    /// Means and deviations of the last 4 of 9 rows over windows of 6 rows, remembered from the 5 rows before.
    private func statistics(_ rows: [Double], columns: Int, _ level: CPULevel) -> [Double] {
        let length = RollingKernelTests.length
        let width = (columns + RollingRun.padding - 1) / RollingRun.padding * RollingRun.padding
        let reciprocals = (3 + 2 * length) * width
        var sums = Array(repeating: Double.nan, count: reciprocals)
        sums.append(contentsOf: (0...length).map { $0 > 0 ? 1 / Double($0) : 0 })
        var results = Array(repeating: Double.nan, count: 8 * columns)
        let windows = [RollingWindow(length: length, sums: 0, reciprocals: reciprocals)]
        windows.withUnsafeBufferPointer { windows in
            rows.withUnsafeBufferPointer { rows in
                sums.withUnsafeMutableBufferPointer { sums in
                    results.withUnsafeMutableBytes { results in
                        guard let first = rows.baseAddress, let memory = sums.baseAddress,
                            let place = results.baseAddress
                        else { return }
                        let now = first + 5 * columns
                        kernelTable(of: level).roll(
                            RollingRun(
                                columns: columns, width: width, rows: now, rowStride: columns, count: 4, past: now,
                                index: 5, windows: windows, memory: memory, results: place,
                                resultStride: 16 * columns))
                    }
                }
            }
        }
        return results
    }

    @Test(
        "all levels compute the same bits, and those are means and deviations",
        arguments: [1, 2, 7, 8, 9, 14, 16, 17, 23, 24, 33])
    func levelsAgree(columns: Int) {
        let rows = (0..<9 * columns).map { Double(($0 * 7919) % 1009) / 8 - 40 }
        let base = statistics(rows, columns: columns, .base)
        for level in usableLevels {
            #expect(statistics(rows, columns: columns, level).map(\.bitPattern) == base.map(\.bitPattern))
        }
        for row in 0..<4 {
            for column in 0..<columns {
                let window = (row..<row + 6).map { rows[$0 * columns + column] }
                let mean = window.reduce(0, +) / 6
                let variance = window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
                let place = 2 * (row * columns + column)
                #expect(abs(base[place] - mean) <= 1e-12)
                #expect(abs(base[place + 1] - variance.squareRoot()) <= 1e-12)
            }
        }
    }

    @Test("roots taken by products have the bits of those taken by division, at every magnitude that occurs")
    func rootsAgree() {
        let columns = 32
        var random = CounterRandom(seed: 11)
        // Of a vector's columns: one constant, the others up to the largest there may be; in the last vector also such whose
        // squares lose digits.
        let ordinary = [0, 0x1p-440, 0x1p-200, 0x1p-20, 1, 0x1p20, 0x1p300, 0x1p498]
        let scales = ordinary + ordinary + ordinary + [0x1p-530, 0x1p-500, 0x1p-480] + ordinary[..<5]
        for _ in 0..<4000 {
            let rows = (0..<9 * columns).map { scales[$0 % columns] * (random.uniform() - 0.5) }
            let base = statistics(rows, columns: columns, .base).map(\.bitPattern)
            for level in usableLevels where level != .base {
                #expect(statistics(rows, columns: columns, level).map(\.bitPattern) == base)
            }
        }
    }
}
