import Detectors
import Features
import SensorData
import Testing
import Training
import VectorMath

private let pool = WorkerPool(threads: 1)
private let tool = ToolRecord(name: "test", version: "0")

private func member(
    _ text: String, view: WindowView, _ change: (inout TrainingSettings) -> Void = { _ in }
) throws -> ModelBundle {
    let settings = settings(change)
    let prepared = try PreparedTraining(try data(text, settings), settings: settings)
    let detector = try ForestDetector(
        fitting: prepared.healthy, view: view, configuration: .init(trees: 40, samples: 128, seed: 1), pool: pool)
    let assessment = try Assessment(detector, calibration: .identity, on: prepared, pool: pool)
    return try TrainedModel(detector, assessment, on: prepared, tool: tool, pool: pool).bundle
}

private func ensemble(_ members: [ModelBundle], on text: String) throws -> EnsembleTraining {
    var settings = settings { $0.contaminations = [] }
    settings.features.regimes = .none
    settings.name = "both"
    return try EnsembleTraining(members, on: try data(text, settings), settings: settings, tool: tool, pool: pool)
}

@Suite struct EnsembleTrainingTests {
    @Test func standardisesAndChoosesOnTheCommonValidationUnits() throws {
        let text = fleet(units: 20, wear: 3)
        let members = [try member(text, view: .statistics), try member(text, view: .last)]
        let trained = try ensemble(members, on: text)
        let description = trained.bundle.description
        #expect(trained.bundle.version.hasPrefix("both-") && trained.bundle.members.count == 2)
        #expect(description.training.units == members[0].description.training.units)
        #expect(description.threshold.method == "f1" && description.threshold.value > 0)
        #expect((description.confidence?.slope ?? 0) > 0)
        #expect(try trained.bundle.selfTest.deviation(of: trained.bundle.detector, pool: pool) == 0)
        let own = try #require(description.metrics.sets["validation_weighted"]?["average_precision"])
        let theirs = members.compactMap { $0.description.metrics.sets["validation_weighted"]?["average_precision"] }
        #expect(own > (theirs.min() ?? 1))
        guard case .ensemble(let architecture) = description.architecture, case .logistic = description.calibration
        else {
            Issue.record("no ensemble")
            return
        }
        #expect(architecture.members.map(\.version) == members.map(\.version))
        #expect(description.training.windows == 4 * 111)
        #expect(trained.summary(path: "here").contains("log error"))
        // The same again, whatever rows of other units are there.
        #expect(try ensemble(members, on: text).bundle.version == trained.bundle.version)
    }

    @Test func theMetricsAreThoseOfTheRecordsThatScoreWrites() throws {
        let text = fleet(units: 20, wear: 3)
        let trained = try ensemble(
            [try member(text, view: .statistics), try member(text, view: .last)], on: text)
        var scorer = try WindowScorer(trained.bundle, pool: pool)
        let settings = settings()
        let table = try data(text, settings).table
        var rows = RowBatch(schema: RowSchema(keys: [.cycle, .rul, .isAnomaly], columns: table.columns))
        for unit in table.units {
            for row in unit.rows {
                rows.unitIDs.append(unit.id)
                rows.cycles.append(table.cycles[row])
                rows.rul.append(table.rul[row])
                rows.isAnomaly.append(table.isAnomaly[row])
            }
        }
        rows.values = table.values
        var records: [ScoredRecord] = []
        try scorer.score(rows, into: &records)
        let units = Set(trained.bundle.description.training.units["validation"] ?? [])
        let validated = records.filter { units.contains($0.unitID) }
        let plain = try #require(trained.bundle.description.metrics.sets["validation"])
        #expect(plain["windows"] == Double(validated.count))
        let alarms = validated.count { $0.isAnomaly == true }
        #expect(abs((plain["alarm_share"] ?? 0) - Double(alarms) / Double(validated.count)) < 1e-12)
        let hits = validated.count { $0.isAnomaly == true && $0.label == true }
        #expect(abs((plain["precision"] ?? 0) - Double(hits) / Double(alarms)) < 1e-12)
    }

    @Test func saysWhyModelsCannotBeOne() throws {
        let text = fleet(units: 10)
        func message(_ members: [ModelBundle], on rows: String) -> String {
            do {
                _ = try ensemble(members, on: rows)
                return ""
            } catch { return "\(error)" }
        }
        let one = try member(text, view: .statistics)
        let two = try member(text, view: .last)
        #expect(message([one, two], on: text) == "")
        let otherSplit = try member(text, view: .last) { $0.seed = 5 }
        #expect(message([one, otherSplit], on: text).contains("were validated on different units"))
        let longer = try member(text, view: .last) { $0.windows.shape = WindowShape(length: 12) }
        #expect(message([one, longer], on: text).contains("takes windows of 12 rows"))
        let unvalidated = try member(text, view: .last) { $0.validationShare = 0 }
        #expect(message([unvalidated, one], on: text).contains("has no validation units"))
        #expect(message([one, one], on: text).contains("at least two different models"))
        let absent = one.description.training.units["validation"]?.max() ?? 0
        let fewer = text.split(separator: "\n").filter { !$0.hasPrefix("{\"unit_id\":\(absent),") }
        #expect(message([one, two], on: fewer.joined(separator: "\n") + "\n").contains("the rows lack unit \(absent)"))
        let renamed = text.replacing("\"b\":", with: "\"d\":")
        #expect(message([one, two], on: renamed).contains("needs column 'b'"))
    }

    @Test func withoutLabelsTheThresholdIsAQuantile() throws {
        let text = fleet(units: 10, labelled: false)
        let members = try [WindowView.statistics, .last].map {
            try member(text, view: $0) { $0.healthy = .cycles(upTo: 90) }
        }
        let description = try ensemble(members, on: text).bundle.description
        #expect(description.threshold.method == "quantile:0.99" && description.confidence == nil)
        #expect(abs(description.threshold.value - 0.5) < 0.05)
    }
}
