import Features
import Foundation
import SensorData
import Testing

/// Rows of `units` units of 60 cycles in the six flight conditions of NASA's subsets FD002 and FD004, or in one.
///
/// Columns: two settings with the noise of the simulation, then a sensor whose level depends on the condition, one that
/// does not care, and one that is constant within each condition.
func flightRows(units: Int, conditions: Int = 6, seed: UInt64 = 1) -> RowBatch {
    let altitudes = [0.0, 10, 20, 25, 35, 42]
    let machs = [0.0, 0.25, 0.7, 0.62, 0.84, 0.84]
    var random = SeededNumbers(seed)
    var batch = RowBatch(
        schema: RowSchema(keys: [.cycle, .rul], columns: ["altitude", "mach", "level", "free", "fixed"]))
    for unit in 0..<units {
        for cycle in 1...60 {
            let condition = conditions == 1 ? 0 : Int(random.uniform() * Double(conditions))
            batch.unitIDs.append(Int64(unit + 1))
            batch.cycles.append(Int64(cycle))
            batch.rul.append(Int64(60 - cycle))
            batch.values += [
                altitudes[condition] + 0.008 * random.uniform(), machs[condition] + 0.002 * random.uniform(),
                100 * Double(condition) + random.uniform(), 7 + random.uniform(), Double(condition),
            ]
        }
    }
    return batch
}

/// Numbers that are the same on every run.
struct SeededNumbers {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    /// A number from [0, 1).
    mutating func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }
}

@Suite struct RegimeScalingTests {
    private let settings = ["altitude", "mach"]
    private let sensors = ["level", "free", "fixed"]

    private func fit(
        _ rows: RowBatch, _ regimes: FeatureRecipe.Regimes, _ scaling: FeatureRecipe.Scaling = .zScore
    ) throws -> (FittedFeatures, FeatureTable) {
        var builder = FeatureTableBuilder(columns: settings + sensors)
        try builder.append(rows)
        let table = builder.finish()
        let recipe = FeatureRecipe(regimes: regimes, scaling: scaling)
        let features = try FittedFeatures.fit(
            FeatureSpecification(settings: settings, columns: sensors, recipe: recipe), to: table,
            where: table.rows(ofUnits: Set(table.unitIDs)))
        return (features, table)
    }

    @Test func findsTheFlightConditions() throws {
        let (features, table) = try fit(flightRows(units: 20), .automatic)
        let scaling = try #require(features.regimes)
        #expect(scaling.regimes.map { $0.centre[0].rounded() } == [0, 10, 20, 25, 35, 42])
        #expect(scaling.regimes.reduce(0) { $0 + $1.rows } == table.rowCount)
        #expect(features.columns == sensors)
        let mapped = features.apply(table)
        for column in 0..<2 {
            let values = (0..<table.rowCount).map { Double(mapped[$0 * 3 + column]) }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            #expect(abs(mean) < 1e-6)
            #expect(abs(variance - 1) < 0.01, "a level of 100 a condition must be gone; found \(variance)")
        }
        #expect((0..<table.rowCount).allSatisfy { mapped[$0 * 3 + 2] == 0 }, "a column constant in every regime is 0")
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        let rows = flightRows(units: 12)
        var shuffled = RowBatch(schema: rows.schema)
        for unit in (0..<12).reversed() {
            for row in unit * 60..<(unit + 1) * 60 {
                shuffled.appendIdentity(of: row, from: rows)
                shuffled.values += rows.values[row * 5..<row * 5 + 5]
            }
        }
        let one = try #require(try fit(rows, .automatic).0.regimes)
        let other = try #require(try fit(shuffled, .automatic).0.regimes)
        #expect(one.regimes.map(\.rows) == other.regimes.map(\.rows))
        for (a, b) in zip(one.regimes, other.regimes) { #expect(abs(a.offsets[0] - b.offsets[0]) < 1e-9) }
    }

    @Test func settingsThatTheSensorsDoNotFeelMakeOneRegime() throws {
        // As on FD001: noise in the settings takes a few discrete values, which are far apart in units of their range.
        var rows = flightRows(units: 4, conditions: 1)
        for row in 0..<rows.count { rows.values[row * 5 + 1] = Double(row % 5) * 0.0001 }
        #expect(try fit(rows, .automatic).0.regimes?.regimes.count == 1)
        let blind = FeatureSpecification(settings: settings, columns: sensors, recipe: FeatureRecipe(regimes: .none))
        #expect(blind.inputs == sensors)
    }

    @Test func aFewRowsMakeNoRegimes() throws {
        // One engine in one flight condition: its settings' noise takes values of which each has a few rows, and the means of
        // a few rows differ.
        for seed in 1...8 as ClosedRange<UInt64> {
            var rows = flightRows(units: 1, conditions: 1, seed: seed)
            for row in 0..<rows.count { rows.values[row * 5 + 1] = Double(row * 7 % 20) * 0.0001 }
            #expect(try fit(rows, .automatic).0.regimes?.regimes.count == 1)
        }
        // Where no value has enough rows, all of them are one regime.
        var rows = flightRows(units: 1, conditions: 1)
        for row in 0..<rows.count { rows.values[row * 5] = Double(row % 6) * 100 }
        let scaling = try #require(try fit(rows, .automatic).0.regimes)
        #expect(scaling.regimes.map(\.rows) == [60])
    }

    @Test func asManyRegimesAsAskedFor() throws {
        let rows = flightRows(units: 12)
        let six = try #require(try fit(rows, .count(6)).0.regimes)
        #expect(Set(six.regimes.map { $0.centre[0].rounded() }) == [0, 10, 20, 25, 35, 42])
        #expect(try fit(rows, .count(2)).0.regimes?.regimes.count == 2)
        var still = rows
        for row in 0..<still.count { still.values.replaceSubrange(row * 5..<row * 5 + 2, with: [1, 2]) }
        #expect(throws: FeatureError.self) { try fit(still, .count(2)) }
    }

    @Test func minMaxWithinTheRegime() throws {
        let (features, table) = try fit(flightRows(units: 12), .automatic, .minMax)
        let mapped = features.apply(table)
        #expect(mapped.allSatisfy { $0 >= 0 && $0 <= 1 })
        for column in 0..<2 {
            #expect((0..<table.rowCount).count { mapped[$0 * 3 + column] == 0 } == 6, "one lowest value in each regime")
        }
    }

    @Test func aColumnConstantInOneRegimeIsMeasuredAsInTheOthers() throws {
        var rows = flightRows(units: 12)
        for row in 0..<rows.count where rows.values[row * 5] < 1 { rows.values[row * 5 + 3] = 7 }
        let scaling = try #require(try fit(rows, .automatic).0.regimes)
        let others = scaling.regimes.dropFirst().map { $0.spans[1] }
        #expect(abs(scaling.regimes[0].spans[1] - others.reduce(0, +) / 5) < 1e-12)
    }

    @Test func rowsFarFromEveryRegimeAreCountedAndLocated() throws {
        let (features, _) = try fit(flightRows(units: 12), .automatic)
        var rows = flightRows(units: 2, seed: 9)
        rows.origin = SourceLocation(file: "live.ndjson", number: 1)
        for row in [70, 71, 99] { rows.values[row * 5] = 15 }
        for longest in [1, 200] {
            var intake = RowIntake(columns: features.inputs)
            var admitted = AdmittedRows()
            var stream = FeatureStream(features)
            var values: [Float] = []
            for part in rows.cut(longest: longest, seed: 1) {
                try intake.admit(part, into: &admitted)
                stream.apply(admitted, of: part, into: &values)
                #expect(!values.contains { !$0.isFinite })
            }
            #expect(stream.strangers.count == 3)
            #expect(stream.strangers.unitID == 2)
            #expect(stream.strangers.cycle == 11)
            #expect(stream.strangers.location.number == 71)
        }
    }

    @Test func settingsMayBeMissingWhereThereIsOneRegime() throws {
        let (single, table) = try fit(flightRows(units: 4, conditions: 1), .automatic)
        let adapted = try single.adapted(to: sensors)
        #expect(single.inputs == settings + sensors)
        #expect(adapted.inputs == sensors)
        #expect(try single.adapted(to: settings + sensors) == single)
        var plain = FeatureTableBuilder(columns: sensors)
        try plain.append(flightRows(units: 4, conditions: 1))
        #expect(adapted.apply(plain.finish()) == single.apply(table))
        let several = try fit(flightRows(units: 12), .automatic).0
        #expect(try several.adapted(to: sensors) == several)
    }

    @Test func readsBackWhatItWroteAndRefusesDamage() throws {
        let (features, _) = try fit(flightRows(units: 12), .automatic)
        let data = try JSONEncoder().encode(features)
        #expect(try JSONDecoder().decode(FittedFeatures.self, from: data) == features)
        #expect(throws: FeatureError.self) {
            try RegimeScaling(
                settings: ["a"], settingRanges: [0], columns: ["x"], scaling: .zScore,
                regimes: [.init(centre: [0], tolerance: 1, rows: 2, offsets: [0], spans: [1])])
        }
        #expect(throws: FeatureError.self) {
            try RegimeScaling(
                settings: ["a"], settingRanges: [1], columns: ["x"], scaling: .zScore,
                regimes: [.init(centre: [0], tolerance: 1, rows: 2, offsets: [0, 1], spans: [1])])
        }
    }
}
