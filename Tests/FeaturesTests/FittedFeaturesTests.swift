import Features
import Foundation
import SensorData
import Testing

@Suite struct FittedFeaturesTests {
    private let rows = madeRows(units: [1: 45, 2: 3, 3: 30, 7: 70], columns: ["a", "b", "c"])

    private func table() throws -> FeatureTable {
        var builder = FeatureTableBuilder(columns: ["b", "a"])
        try builder.append(rows)
        return builder.finish()
    }

    @Test func learnsTheRangeOfTheGivenRowsOnly() throws {
        let table = try table()
        let mask = table.rows(ofUnits: [1, 7], where: table.healthyRows(remaining: 20))
        let features = try FittedFeatures.fit(FeatureSpecification(columns: ["b", "a"]), to: table, where: mask)
        let chosen = (0..<rows.count).filter { [1, 7].contains(rows.unitIDs[$0]) && rows.rul[$0] >= 20 }
        let b = chosen.map { rows.values[$0 * 3 + 1] }
        let low = try #require(b.min())
        let high = try #require(b.max())
        guard case .minMax(let scaling) = features.stages[0] else { return }
        #expect(scaling.low[0] == low)
        #expect(scaling.high[0] == high)
        let mapped = features.apply(table)
        let first = rows.values[1]
        #expect(abs(Double(mapped[0]) - (first - low) / (high - low)) < 1e-6)
        #expect(mapped.contains { $0 < 0 || $0 > 1 }, "values outside the learned range are not clipped")
    }

    @Test func streamEqualsTableBitForBit() throws {
        let table = try table()
        let mask = table.rows(ofUnits: [7])
        let features = try FittedFeatures.fit(FeatureSpecification(columns: ["b", "a"]), to: table, where: mask)
        let expected = features.apply(table)
        for longest in [1, 13, 500] {
            var intake = RowIntake(columns: features.inputs)
            var admitted = AdmittedRows()
            var stream = FeatureStream(features)
            var values: [Float] = []
            var all: [Float] = []
            for part in rows.cut(longest: longest, seed: 4) {
                try intake.admit(part, into: &admitted)
                stream.apply(admitted, of: part, into: &values)
                all += values
            }
            #expect(all.map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    @Test func constantColumnsBecomeZero() throws {
        let scaling = try MinMaxScaling(columns: ["x", "y"], learnedFrom: [5, 1, 5, 3], where: [true, true])
        #expect(scaling.constantColumns == ["x"])
        var out = [Double](repeating: 9, count: 2)
        var none: [Double] = []
        [7.0, 2.0].withUnsafeBufferPointer { rows in
            out.withUnsafeMutableBufferPointer { out in
                none.withUnsafeMutableBufferPointer { scaling.apply(rows, count: 1, memory: $0, into: out) }
            }
        }
        #expect(out == [0, 0.5])
    }

    @Test func readsBackWhatItWroteAndRefusesDamage() throws {
        let features = try FittedFeatures(
            inputs: ["x", "y"], stages: [.minMax(MinMaxScaling(columns: ["x", "y"], low: [0, -1], high: [2, 1e9]))])
        let data = try JSONEncoder().encode(features)
        #expect(try JSONDecoder().decode(FittedFeatures.self, from: data) == features)
        let text = String(decoding: data, as: UTF8.self)
        for (good, bad) in [
            ("\"format_version\":1", "\"format_version\":2"), ("[0,-1]", "[0]"), ("[0,-1]", "[9,-1]"),
            ("min-max", "max-min"), ("\"inputs\":[\"x\",\"y\"]", "\"inputs\":[\"x\"]"),
        ] {
            #expect(text.contains(good))
            let damaged = Data(text.replacingOccurrences(of: good, with: bad).utf8)
            #expect(throws: (any Error).self) { try JSONDecoder().decode(FittedFeatures.self, from: damaged) }
        }
    }

    /// A reading that is no float once it is scaled, wherever it stands in its batch.
    @Test(arguments: [1, 7, 500]) func aFeatureThatNoFloatHoldsIsLocated(longest: Int) throws {
        let features = try FittedFeatures(
            inputs: ["b", "a"], stages: [.minMax(MinMaxScaling(columns: ["b", "a"], low: [0, 0], high: [0.01, 1]))])
        var far = rows
        far.origin = SourceLocation(file: "rows", number: 1)
        far.values[60 * 3 + 1] = 3e38
        var fitted = FittedRows(features, of: "it")
        var taken = 0
        var message = ""
        for part in far.cut(longest: longest, seed: 4) where message.isEmpty {
            do {
                try fitted.take(part)
            } catch {
                message = "\(error)"
            }
            taken += fitted.admitted.count
            #expect(fitted.values.count == fitted.admitted.count * 2)
            #expect(fitted.values.allSatisfy { $0.isFinite })
        }
        #expect(taken == 60)
        #expect(
            message == "rows:61: unit 3: feature 'b' is no finite number; "
                + "expected readings nearer to those the model learned from")
        var builder = FeatureTableBuilder(columns: ["b", "a"])
        try builder.append(far)
        let table = builder.finish()
        let error = #expect(throws: DataError.self) { try features.finiteValues(of: table) }
        #expect(error?.message.hasPrefix("unit 3, cycle 13: feature 'b' is no finite number") == true)
        let windows = try table.windows(of: table.floatValues, columns: ["b", "a"], shape: WindowShape(length: 8))
        #expect(throws: DataError.self) { try features.apply(windows) }
    }

    /// What score refuses a trainer refuses too.
    @Test func rowsToLearnFromHoldNoMoreThanFloats() throws {
        var far = rows
        far.origin = SourceLocation(file: "rows", number: 1)
        far.values[60 * 3 + 1] = 1e100
        var builder = FeatureTableBuilder(columns: ["b", "a"])
        let error = #expect(throws: DataError.self) { try builder.append(far) }
        #expect(
            error?.description.hasPrefix("rows:61: unit 3: column 'b' is out of range; expected at most 3.4") == true)
    }

    @Test func nothingToLearnIsAnError() throws {
        let table = try table()
        let none = [Bool](repeating: false, count: table.rowCount)
        #expect(throws: FeatureError.self) {
            try FittedFeatures.fit(FeatureSpecification(columns: ["b", "a"]), to: table, where: none)
        }
    }

    @Test func bareWindowsAreMapped() throws {
        let table = try table()
        let features = try FittedFeatures.fit(
            FeatureSpecification(columns: ["b", "a"]), to: table, where: table.rows(ofUnits: [7]))
        let raw = try table.windows(of: table.floatValues, columns: ["b", "a"], shape: WindowShape(length: 8))
        let mapped = try features.apply(raw)
        let direct = try table.windows(
            of: features.apply(table), columns: features.columns, shape: WindowShape(length: 8))
        #expect(mapped.count == direct.count)
        for index in 0..<mapped.count {
            let pairs = zip(mapped.withWindow(index) { Array($0) }, direct.withWindow(index) { Array($0) })
            #expect(pairs.allSatisfy { abs($0 - $1) < 1e-4 })
        }
        #expect(throws: DataError.self) {
            try features.apply(WindowBatch(columns: ["a"], length: 8, keys: []))
        }
    }
}
