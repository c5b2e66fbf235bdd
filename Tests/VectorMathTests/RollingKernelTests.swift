import Kernels
import Testing
import VectorMath

@Suite struct RollingKernelTests {
    /// Statistics of the last 4 of 9 rows over windows of 6 rows, remembered from the ones before.
    private func statistics(_ rows: [Double], columns: Int, _ level: CPULevel) -> [Double] {
        let kernels = kernelTable(of: level).rolling
        let width = (columns + 7) / 8 * 8
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: 24 * width + 8 * columns + 7)
        defer { memory.deallocate() }
        memory.initialize(repeating: 0, count: 24 * width + 8 * columns + 7)
        for row in 0..<9 {
            for column in 0..<columns { memory[row * width + column] = rows[row * columns + column] }
        }
        let prefix = memory + 9 * width
        let suffixes = prefix + 3 * width
        let results = suffixes + 12 * width
        let reciprocals = results + 8 * columns
        for number in 1...6 { reciprocals[number] = 1 / Double(number) }
        let run = RollingRun(
            length: 6, count: 4, index: 5, columns: columns, width: width, rows: memory + 5 * width, prefix: prefix,
            suffixes: suffixes, reciprocals: reciprocals, results: results, resultStride: 16 * columns, columnStride: 16
        )
        kernels.resume(run)
        kernels.take(run)
        return Array(UnsafeBufferPointer(start: results, count: 8 * columns))
    }

    @Test("all levels compute the same bits, and those are means and deviations", arguments: [1, 2, 7, 8, 14, 23])
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
}
