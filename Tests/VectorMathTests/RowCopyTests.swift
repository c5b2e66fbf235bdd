import Kernels
import Testing
import VectorMath

@Suite struct RowCopyTests {
    /// Copies columns of rows that begin a byte off and stand 3 bytes apart, into rows 5 bytes apart.
    private func copied(
        _ rows: [[Double]], _ columns: [Int], limit: Double, _ level: CPULevel
    ) -> (count: Int, bytes: [UInt8]) {
        let (sourceStride, targetStride) = (8 * rows[0].count + 3, 8 * columns.count + 5)
        var source = Array(repeating: UInt8(0xA5), count: 1 + rows.count * sourceStride)
        source.withUnsafeMutableBytes { source in
            for (row, values) in rows.enumerated() {
                for (column, value) in values.enumerated() {
                    source.storeBytes(of: value, toByteOffset: 1 + row * sourceStride + 8 * column, as: Double.self)
                }
            }
        }
        var target = Array(repeating: UInt8(0x5A), count: rows.count * targetStride)
        let groups = ColumnGroup.groups(of: columns)
        let count = source.withUnsafeBytes { source in
            target.withUnsafeMutableBytes { target in
                groups.withUnsafeBufferPointer { groups -> Int in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return -1 }
                    return kernelTable(of: level).copyRows(
                        RowCopy(
                            from: from + 1, stride: sourceStride, to: to, stride: targetStride, count: rows.count,
                            columns: groups, limit: limit))
                }
            }
        }
        return (count, target)
    }

    private static let choices: [[Int]] = [
        [0], [22], Array(0..<23), Array(0..<8), [0, 1, 2, 4, 5, 6, 9, 10, 11, 13, 14, 15, 16, 18, 20, 21],
        [5, 3, 4, 22, 0], Array(0..<23) + Array((0..<23).reversed()),
    ]

    @Test("the chosen numbers arrive in their order, and nothing else is touched", arguments: choices)
    func copies(columns: [Int]) {
        let rows = (0..<5).map { row in (0..<23).map { Double(row * 100 + $0) - 250.5 } }
        for level in usableLevels {
            let (count, bytes) = copied(rows, columns, limit: 1000, level)
            #expect(count == rows.count)
            var expected: [UInt8] = []
            for row in rows {
                for column in columns { withUnsafeBytes(of: row[column]) { expected.append(contentsOf: $0) } }
                expected.append(contentsOf: Array(repeating: 0x5A, count: 5))
            }
            #expect(bytes == expected)
        }
    }

    @Test(
        "a number that is none or too large ends it, if its column is chosen",
        arguments: [Double.nan, -.nan, .infinity, -.infinity, 1e150.nextUp, -1e200])
    func stops(odd: Double) {
        var rows = Array(repeating: Array(repeating: 1e150, count: 19), count: 4)
        rows[2][17] = odd
        for level in usableLevels {
            #expect(copied(rows, Array(0..<19), limit: 1e150, level).count == 2)
            #expect(copied(rows, [3, 17], limit: 1e150, level).count == 2)
            #expect(copied(rows, Array(0..<17) + [18], limit: 1e150, level).count == 4)
        }
    }

    @Test("the first odd row of a wide copy is copied to its end", arguments: [0, 39])
    func stopsWide(column: Int) {
        var rows = (0..<4).map { row in (0..<40).map { Double(row * 100 + $0) } }
        rows[1][column] = .nan
        rows[2][39 - column] = .nan
        for level in usableLevels {
            let (count, bytes) = copied(rows, Array(0..<40), limit: 1e150, level)
            #expect(count == 1)
            for row in 0...1 {
                let start = row * (8 * 40 + 5)
                #expect(Array(bytes[start..<start + 320]) == rows[row].flatMap { withUnsafeBytes(of: $0, Array.init) })
            }
        }
    }

    @Test("columns that stand near each other share a group")
    func groups() {
        #expect(
            ColumnGroup.groups(of: [0, 1, 7, 8, 20, 19]) == [
                ColumnGroup(first: 0, chosen: 0b1000_0011), ColumnGroup(first: 8, chosen: 1),
                ColumnGroup(first: 20, chosen: 1), ColumnGroup(first: 19, chosen: 1),
            ])
    }
}
