import Features
import Foundation
import SensorData
import Testing

@Suite struct HistoryFeaturesTests {
    private let columns = ["x", "y"]

    private func features(_ derived: [DerivedFeature], baseline: UnitBaseline = UnitBaseline()) throws -> FittedFeatures
    {
        try FittedFeatures(
            inputs: columns,
            stages: [.history(HistoryFeatures(columns: columns, baseline: baseline, derived: derived))])
    }

    /// All features of `rows`, streamed in parts of at most `longest` rows.
    private func stream(_ features: FittedFeatures, _ rows: RowBatch, longest: Int) throws -> ([Float], [Bool]) {
        var intake = RowIntake(columns: features.inputs)
        var admitted = AdmittedRows()
        var stream = FeatureStream(features)
        var values: [Float] = []
        var all: ([Float], [Bool]) = ([], [])
        for part in rows.cut(longest: longest, seed: 4) {
            try intake.admit(part, into: &admitted)
            stream.apply(admitted, of: part, into: &values)
            all.0 += values
            all.1 += stream.onFleetBaseline
        }
        return all
    }

    @Test func equalsPandas() throws {
        struct Golden: Decodable {
            var x: [Double]
            var columns: [String: [Double]]
        }
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Goldens/history/golden.json")
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
        let derived = try ["value", "ewm_5", "dev_ewm_10", "slope_5_40"].map { try #require(DerivedFeature($0)) }
        let features = try FittedFeatures(
            inputs: ["x"],
            stages: [.history(HistoryFeatures(columns: ["x"], baseline: UnitBaseline(), derived: derived))])
        #expect(features.columns == ["x", "x_ewm_5", "x_dev_ewm_10", "x_slope_5_40"])
        var builder = FeatureTableBuilder(columns: ["x"])
        var rows = RowBatch(schema: RowSchema(keys: [.cycle], columns: ["x"]))
        for (index, value) in golden.x.enumerated() {
            rows.unitIDs.append(1)
            rows.cycles.append(Int64(index + 1))
            rows.values.append(value)
        }
        try builder.append(rows)
        let mapped = features.apply(builder.finish())
        for (place, name) in features.columns.enumerated() {
            let expected = try #require(golden.columns[name])
            for (row, value) in expected.enumerated() {
                #expect(
                    abs(Double(mapped[row * 4 + place]) - value) <= 1e-6 * max(1, abs(value)), "\(name), row \(row)")
            }
        }
    }

    @Test func baselineOfTheFirstCycles() throws {
        let features = try features([.deviation], baseline: UnitBaseline(cycles: 3, prior: 1, weight: 0.5))
        let rows = rows(unit: 1, from: 1, x: [4, 8, 6, 10, 20])
        let (values, fleet) = try stream(features, rows, longest: 2)
        let x = stride(from: 0, to: values.count, by: 2).map { values[$0] }
        // b = n / (n + 1) · mean: 4/2, 12/3, 18/4 and then no more.
        let expected: [Float] = [3, 6, 3.75, 7.75, 17.75]
        #expect(x == expected)
        #expect(fleet == [true, true, false, false, false])
    }

    @Test func aUnitFirstSeenInMidLifeHasTheFleetsBaseline() throws {
        let features = try features([.deviation], baseline: UnitBaseline(cycles: 20))
        let (values, fleet) = try stream(features, rows(unit: 1, from: 21, x: [4, 8]), longest: 5)
        #expect(values == [4, 1, 8, 1])
        #expect(fleet == [true, true])
        let late = try stream(features, rows(unit: 1, from: 19, x: [4, 8, 12]), longest: 5)
        #expect(late.0 == [0, 0, 2, 0, 6, 0], "cycles 19 and 20 are its baseline")
        #expect(late.1 == [true, false, false])
    }

    @Test func aNewLifeBeginsAnew() throws {
        let features = try features([.deviation, .mean(span: 5)], baseline: UnitBaseline(cycles: 2))
        var twice = rows(unit: 1, from: 1, x: [4, 8, 12])
        let again = rows(unit: 1, from: 1, x: [4, 8, 12])
        for row in 0..<3 {
            twice.appendIdentity(of: row, from: again)
            twice.values += again.values[row * 2..<row * 2 + 2]
        }
        let values = try stream(features, twice, longest: 10).0
        #expect(values[..<12] == values[12...])
    }

    @Test func rowByRowEqualsBatchBitForBit() throws {
        let derived = ["value", "ewm_5", "dev_ewm_10", "slope_5_40"].compactMap { DerivedFeature($0) }
        let features = try features(derived, baseline: UnitBaseline(prior: 5))
        let rows = madeRows(units: [1: 45, 2: 3, 3: 300, 7: 70], columns: columns)
        var builder = FeatureTableBuilder(columns: columns)
        try builder.append(rows)
        let expected = features.apply(builder.finish())
        for longest in [1, 13, 500] {
            #expect(try stream(features, rows, longest: longest).0.map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    @Test func goesOnFromItsState() throws {
        let features = try features([.meanDeviation(span: 10)])
        let rows = madeRows(units: [1: 45, 2: 30], columns: columns)
        let whole = try stream(features, rows, longest: 500).0
        var intake = RowIntake(columns: columns)
        var stream = FeatureStream(features)
        var admitted = AdmittedRows()
        var values: [Float] = []
        var all: [Float] = []
        for part in [rows.picking(0..<17), rows.picking(17..<60), rows.picking(60..<75)] {
            // Each part is read by a run of its own.
            var encoder = StateEncoder()
            stream.encode(into: &encoder)
            stream = FeatureStream(features)
            var decoder = StateDecoder(encoder.bytes, file: "memory")
            try stream.restore(from: &decoder)
            try intake.admit(part, into: &admitted)
            stream.apply(admitted, of: part, into: &values)
            all += values
        }
        #expect(all.map(\.bitPattern) == whole.map(\.bitPattern))
    }

    @Test func aBareWindowSeesTheFleetsBaseline() throws {
        let features = try features([.deviation, .mean(span: 3)])
        var windows = WindowBatch(columns: columns, length: 2, keys: [])
        windows.rows = [1, 10, 2, 20, 3, 30]
        windows.starts = [0, 1]
        windows.unitIDs = [1, 1]
        let mapped = try features.apply(windows)
        #expect(mapped.withWindow(1) { Array($0) }.suffix(4).prefix(2) == [3, 30])
        let mean = mapped.withWindow(1) { Array($0) }[6]
        #expect(abs(mean - (3 + 0.5 * 2) / 1.5) < 1e-6, "the window's own rows are all that is known")
    }

    @Test func namesAndRefusals() throws {
        for text in ["value", "dev", "ewm_5", "dev_ewm_10", "slope_5_40"] {
            #expect(DerivedFeature(text)?.description == text)
        }
        for text in ["", "ewm", "ewm_0", "slope_40_5", "slope_5", "mean_5", "ewm_5_6", "dev_ewm_-1"] {
            #expect(DerivedFeature(text) == nil, "\(text)")
        }
        #expect(throws: FeatureError.self, "the column would be there twice") {
            _ = try features([.value, .deviation])
        }
        #expect(throws: FeatureError.self) { _ = try features([.mean(span: 5)], baseline: UnitBaseline(cycles: 0)) }
    }

    private func rows(unit: Int64, from cycle: Int64, x: [Double]) -> RowBatch {
        var batch = RowBatch(schema: RowSchema(keys: [.cycle], columns: columns))
        for (index, value) in x.enumerated() {
            batch.unitIDs.append(unit)
            batch.cycles.append(cycle + Int64(index))
            batch.values += [value, 1]
        }
        return batch
    }
}
