import Features
import SensorData
import Testing

/// One window with everything known of it.
private struct Cut: Equatable {
    var unit: Int64
    var cycle: Int64
    var rul: Int64
    var label: Int8
    var values: [Float]
}

private func cuts(of windows: WindowBatch) -> [Cut] {
    (0..<windows.count).map { index in
        Cut(
            unit: windows.unitIDs[index], cycle: windows.cycles[index], rul: windows.rul[index],
            label: windows.isAnomaly[index], values: windows.withWindow(index) { Array($0) })
    }
}

/// Windows of rows that stand unit by unit without gaps, cut without any machinery.
private func naiveCuts(of rows: RowBatch, shape: WindowShape) -> [Cut] {
    var result: [Cut] = []
    var before = 0
    for row in 0..<rows.count {
        before = row > 0 && rows.unitIDs[row - 1] == rows.unitIDs[row] ? before + 1 : 0
        let start = row - shape.length + 1
        guard before >= shape.length - 1, (before - shape.length + 1) % shape.stride == 0 else { continue }
        result.append(
            Cut(
                unit: rows.unitIDs[row], cycle: rows.cycles[row], rul: rows.rul[row], label: rows.isAnomaly[row],
                values: rows.values[start * rows.width..<(row + 1) * rows.width].map(Float.init)))
    }
    return result
}

private func assembled(_ batches: [RowBatch], shape: WindowShape) throws -> (cuts: [Cut], assembler: WindowAssembler) {
    let columns = batches[0].schema.columns
    var intake = RowIntake(columns: columns)
    var admitted = AdmittedRows()
    var assembler = try WindowAssembler(columns: columns, shape: shape)
    var windows = assembler.emptyBatch(keys: [])
    var result: [Cut] = []
    for batch in batches {
        try intake.admit(batch, into: &admitted)
        assembler.append(admitted, values: admitted.values.map(Float.init), of: batch, into: &windows)
        #expect(assembler.endRows.map { batch.cycles[$0] } == windows.cycles)
        result += cuts(of: windows)
    }
    return (result, assembler)
}

@Suite struct WindowAssemblerTests {
    private let rows = madeRows(units: [1: 45, 2: 3, 3: 30, 7: 70], columns: ["a", "b", "c"])

    @Test(arguments: [
        WindowShape(), WindowShape(length: 10, stride: 3), WindowShape(length: 1), WindowShape(length: 5, stride: 9),
    ])
    func cutsWhatAPlainLoopCuts(shape: WindowShape) throws {
        let expected = naiveCuts(of: rows, shape: shape)
        #expect(!expected.isEmpty)
        #expect(try assembled([rows], shape: shape).cuts == expected)
        for longest in [1, 4, 50] {
            let parts = rows.cut(longest: longest, seed: UInt64(longest))
            #expect(try assembled(parts, shape: shape).cuts == expected)
        }
    }

    @Test func interleavedUnitsGiveTheSameWindows() throws {
        let expected = naiveCuts(of: rows, shape: WindowShape())
        let mixed = rows.picking(rows.interleaved(seed: 5))
        for parts in [[mixed], mixed.cut(longest: 9, seed: 3)] {
            let found = try assembled(parts, shape: WindowShape()).cuts
            #expect(found.sorted { ($0.unit, $0.cycle) < ($1.unit, $1.cycle) } == expected)
        }
    }

    @Test func gapsBreakWindows() throws {
        let gapped = rows.picking((0..<45).filter { $0 != 12 })
        let result = try assembled([gapped], shape: WindowShape())
        #expect(result.cuts.map(\.cycle) == [43, 44, 45])
        #expect(result.assembler.gapCount == 1)
    }

    @Test func unitsTooShortAreNamed() throws {
        #expect(try assembled([rows], shape: WindowShape()).assembler.unitsWithoutWindow == [2])
        let again = rows.picking(Array(45..<48) + Array(45..<48))
        #expect(try assembled([again], shape: WindowShape()).assembler.unitsWithoutWindow == [2, 2])
    }

    @Test func aNewLifeStartsANewWindow() throws {
        let twice = rows.picking(Array(0..<45) + Array(0..<45))
        #expect(try assembled([twice], shape: WindowShape()).cuts.count == 32)
    }
}

@Suite struct FeatureTableTests {
    private let rows = madeRows(units: [1: 45, 2: 3, 3: 30, 7: 70], columns: ["a", "b", "c"])

    @Test func holdsRowsUnitByUnitWhateverTheirOrder() throws {
        var plain = FeatureTableBuilder(columns: ["c", "a"])
        try plain.append(rows)
        let table = plain.finish()
        #expect(table.units.map(\.rows.count) == [45, 3, 30, 70])
        #expect(table.values[0..<4] == [rows.values[2], rows.values[0], rows.values[5], rows.values[3]])

        let mixed = rows.picking(rows.interleaved(seed: 8))
        var scattered = FeatureTableBuilder(columns: ["c", "a"])
        for part in mixed.cut(longest: 7, seed: 2) { try scattered.append(part) }
        let other = scattered.finish()
        for unit in table.units {
            let twin = try #require(other.units.first { $0.id == unit.id })
            #expect(
                other.values[twin.rows.lowerBound * 2..<twin.rows.upperBound * 2]
                    == table.values[unit.rows.lowerBound * 2..<unit.rows.upperBound * 2])
            #expect(Array(other.rul[twin.rows]) == Array(table.rul[unit.rows]))
            #expect(other.follows[twin.rows.lowerBound] == false)
        }
    }

    @Test func windowsAreViewsAndEqualTheStreams() throws {
        var builder = FeatureTableBuilder(columns: rows.schema.columns)
        try builder.append(rows)
        let table = builder.finish()
        let shape = WindowShape(length: 10, stride: 2)
        let windows = try table.windows(of: table.floatValues, columns: table.columns, shape: shape)
        #expect(cuts(of: windows) == naiveCuts(of: rows, shape: shape))
        #expect(windows.rows.count == rows.values.count)

        let healthy = table.healthyRows(remaining: 30)
        let training = table.rows(ofUnits: [7], where: healthy)
        let some = try table.windows(of: table.floatValues, columns: table.columns, shape: shape, endingIn: training)
        #expect(cuts(of: some) == naiveCuts(of: rows, shape: shape).filter { $0.unit == 7 && $0.rul >= 30 })
    }

    @Test func overlappingWindowsTurnBackIntoTheirRows() throws {
        let columns = ["a", "b", "c"]
        var builder = FeatureTableBuilder(columns: columns)
        try builder.append(rows)
        let table = builder.finish()
        let shape = WindowShape(length: 10, stride: 3)
        let windows = try table.windows(of: table.floatValues, columns: columns, shape: shape)
        var second = FeatureTableBuilder(columns: columns)
        try second.append(windows)
        let back = second.finish()
        #expect(back.units.map(\.id) == [1, 3, 7])
        #expect(back.units.map(\.rows.count) == [43, 28, 70])
        #expect(back.rul[0] == 44)
        #expect(back.cycles[0] == 1)
        let again = try back.windows(of: back.floatValues, columns: columns, shape: shape)
        #expect(cuts(of: again) == cuts(of: windows))
    }
}
