import Detectors
import Evaluation
import Features
import RecordStreams
import SensorData
import Testing
import Training
import VectorMath

/// Engines that drift in column `a` over their last cycles; column `b` is noise.
func fleet(units: Int, cycles: Int = 120, labelled: Bool = true, wear: Double = 8) -> String {
    var random = CounterRandom(seed: 21, stream: 5)
    var text = ""
    for unit in 1...units {
        for cycle in 1...cycles {
            let life = cycles - cycle
            let drift = life < 15 ? wear * Double(15 - life) / 15 : 0
            let a = random.normal() + drift
            let b: Double = random.normal()
            let truth = labelled ? "\"rul\":\(life),\"is_anomaly\":\(life < 15)," : ""
            text += "{\"unit_id\":\(unit),\"cycle\":\(cycle),\(truth)\"a\":\(a),\"b\":\(b)}\n"
        }
    }
    return text
}

func settings(_ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.windows = WindowSettings(shape: WindowShape(length: 10))
    settings.healthy = .remaining(atLeast: 25)
    settings.contaminations = [0.01, 0.05]
    change(&settings)
    return settings
}

func data(_ text: String, _ settings: TrainingSettings) throws -> TrainingData {
    var rest = Array(text.utf8)[...]
    let source = ByteSource(name: "fleet") { buffer in
        let part = rest.prefix(buffer.count)
        buffer.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
    }
    return try TrainingData(RecordReader(source), settings: settings)
}

private let pool = WorkerPool(threads: 1)

private func train(_ text: String, _ settings: TrainingSettings) throws -> (PreparedTraining, Assessment) {
    let prepared = try PreparedTraining(try data(text, settings), settings: settings)
    let detector = try ForestDetector(
        fitting: prepared.healthy, view: .statistics,
        configuration: .init(trees: 60, samples: 128, seed: settings.seed), pool: pool)
    return (prepared, try Assessment(detector, calibration: .identity, on: prepared, pool: pool))
}

@Suite struct PreparedTrainingTests {
    @Test func learnsFromHealthyRowsOfTrainingUnitsAlone() throws {
        let settings = settings()
        let table = try data(fleet(units: 10), settings)
        let prepared = try PreparedTraining(table, settings: settings)
        #expect(prepared.split.training.count == 8 && prepared.split.validation.count == 2)
        #expect(Set(prepared.healthy.unitIDs) == prepared.split.training)
        #expect(Set(prepared.validation.unitIDs) == prepared.split.validation)
        #expect(prepared.healthy.rul.allSatisfy { $0 >= 25 })
        // Healthy rows reach [0, 1] and no further: nothing else was looked at.
        let rows = prepared.healthy.starts.flatMap { start in
            prepared.healthy.rows[start * 2..<(start + 10) * 2]
        }
        #expect(rows.min() == 0 && rows.max() == 1)
        #expect(prepared.validation.count == 2 * 111)
        #expect(prepared.selfTestWindows.count == 4)
        #expect(prepared.record.windows == prepared.healthy.count && prepared.record.rows == 1200)
    }

    @Test func theDigestIsThatOfTheRows() throws {
        let settings = settings()
        let one = try data(fleet(units: 3), settings).digest()
        #expect(try data(fleet(units: 3), settings).digest() == one)
        #expect(try data(fleet(units: 3, wear: 8.1), settings).digest() != one)
    }

    @Test func saysWhatIsTooLittle() throws {
        func message(_ text: String, _ settings: TrainingSettings) -> String {
            do {
                _ = try PreparedTraining(try data(text, settings), settings: settings)
                return ""
            } catch { return "\(error)" }
        }
        #expect(message("", settings()).contains("the input is empty"))
        #expect(message(fleet(units: 1), settings()).contains("too few units"))
        #expect(message(fleet(units: 4), settings { $0.healthy = .remaining(atLeast: 500) }).contains("is healthy"))
        #expect(
            message(fleet(units: 4, cycles: 9), settings { $0.healthy = .all }).contains("healthy windows of 10 rows"))
    }

    @Test(arguments: ["f1", "cost:5:1", "false-alarms:2"])
    func labelsThatDoNotServeTheObjectiveAreKnownBeforeTraining(text: String) throws {
        let settings = settings { $0.objective = ThresholdChoice(text) ?? .contamination }
        let healthy = try data(fleet(units: 6).replacing("true", with: "false"), settings)
        let error = #expect(throws: DataError.self) { try PreparedTraining(healthy, settings: settings) }
        #expect(error?.message.hasPrefix("validation units: ") == true)
        // Without validation units, or by a quantile, nobody asks for the labels.
        for change: (inout TrainingSettings) -> Void in [
            { $0.validationShare = 0 }, { $0.objective = .objective(.quantile(share: 0.9)) },
        ] {
            var other = settings
            change(&other)
            _ = try PreparedTraining(healthy, settings: other)
        }
    }

    @Test func namesConstantColumns() throws {
        let lines = fleet(units: 4).replacing("\"b\":", with: "\"c\":3,\"b\":")
        let settings = settings()
        let prepared = try PreparedTraining(try data(lines, settings), settings: settings)
        #expect(prepared.constantColumns == ["c"])
    }
}

@Suite struct AssessmentTests {
    @Test func choosesTheBestThresholdOnWeightedValidationWindows() throws {
        let (_, assessment) = try train(fleet(units: 20), settings())
        let threshold = assessment.threshold
        #expect(threshold.method == "f1")
        #expect(threshold.candidates.map(\.method) == ["f1", "contamination:0.01", "contamination:0.05"])
        let best = threshold.candidates.compactMap(\.f1).max()
        #expect(threshold.candidates[0].f1 == best && threshold.candidates[0].value == threshold.value)
        #expect(threshold.candidates[1].value > threshold.candidates[2].value)
        let sets = assessment.metrics.sets
        #expect(sets.keys.sorted() == ["validation", "validation_weighted"])
        let weighted = try #require(sets["validation_weighted"])
        let plain = try #require(sets["validation"])
        #expect(weighted["f1"] == best)
        #expect((plain["prevalence"] ?? 0) > 2 * (weighted["prevalence"] ?? 1))
        #expect((plain["auc_roc"] ?? 0) > 0.8)
        #expect(assessment.metrics.protocol.contains("16 training, 4 validation, 0 test"))
        #expect((assessment.confidence?.slope ?? 0) > 0)
    }

    @Test func contaminationChoosesAmongItsCandidates() throws {
        let (_, assessment) = try train(fleet(units: 20), settings { $0.objective = .contamination })
        #expect(assessment.threshold.method.hasPrefix("contamination:"))
        #expect(assessment.threshold.candidates.contains { $0.value == assessment.threshold.value })
    }

    @Test func withoutLabelsTheThresholdIsAQuantile() throws {
        let (prepared, assessment) = try train(
            fleet(units: 10, labelled: false), settings { $0.healthy = .cycles(upTo: 90) })
        #expect(prepared.validation.rul.isEmpty)
        #expect(assessment.threshold.method == "quantile:0.99")
        #expect(assessment.confidence == nil)
        let validation = try #require(assessment.metrics.sets["validation"])
        #expect(abs((validation["alarm_share"] ?? 0) - 0.01) < 0.006)
        #expect(validation["f1"] == nil && assessment.metrics.protocol.hasSuffix("without labels"))
    }

    @Test func anObjectiveThatNeedsNoLabelsIsObeyedWithoutThem() throws {
        func method(_ change: (inout TrainingSettings) -> Void) throws -> ThresholdRecord {
            try train(
                fleet(units: 10, labelled: false),
                settings {
                    $0.healthy = .cycles(upTo: 90)
                    $0.objective = .objective(.quantile(share: 0.9))
                    change(&$0)
                }
            ).1.threshold
        }
        let asked = try method { $0.insistsOnObjective = true }
        #expect(asked.method == "quantile:0.9")
        #expect(try method { _ in }.value == asked.value)
        #expect(try method { $0.objective = .objective(.fScore(beta: 1)) }.value > asked.value)
        #expect(try method { $0.validationShare = 0 }.method == "quantile:0.9")
    }

    @Test(arguments: ["f1", "cost:5:1", "false-alarms:2", "contamination"])
    func anObjectiveAskedForIsNotReplacedWhereLabelsAreMissing(text: String) throws {
        let objective = try #require(ThresholdChoice(text))
        func message(labelled: Bool, validation: Double) -> String? {
            let settings = settings {
                $0.healthy = .cycles(upTo: 90)
                $0.objective = objective
                $0.insistsOnObjective = true
                $0.validationShare = validation
            }
            do {
                _ = try train(fleet(units: 10, labelled: labelled), settings)
                return nil
            } catch { return "\(error)" }
        }
        #expect(message(labelled: true, validation: 0.2) == nil)
        #expect(message(labelled: false, validation: 0.2)?.hasPrefix("objective \(text) needs labels") == true)
        #expect(message(labelled: true, validation: 0)?.hasPrefix("objective \(text) needs validation units") == true)
    }

    @Test func withoutValidationUnitsTheThresholdIsAQuantileOfHealthyWindows() throws {
        let (prepared, assessment) = try train(
            fleet(units: 5),
            settings {
                $0.validationShare = 0
                $0.contaminations = [0.01]
            })
        #expect(prepared.split.training.count == 5 && prepared.split.validation.isEmpty)
        #expect(assessment.threshold.method == "quantile:0.99")
        #expect(assessment.threshold.value == assessment.threshold.candidates[0].value)
        #expect(assessment.confidence == nil)
        #expect(assessment.metrics.sets.keys.contains("training"))
    }

    @Test func aTestSetIsOnlyMeasured() throws {
        let (prepared, assessment) = try train(fleet(units: 20), settings { $0.testShare = 0.25 })
        #expect(prepared.split.test.count == 5)
        #expect(assessment.metrics.sets["test"]?["windows"] == 555.0)
    }

    @Test func aLifeWithoutALabelIsLabelledByTheLife() throws {
        let text =
            fleet(units: 10).split(separator: "\n").map {
                $0.replacing("\"is_anomaly\":true,", with: "").replacing("\"is_anomaly\":false,", with: "")
            }.joined(separator: "\n") + "\n"
        let (_, assessment) = try train(text, settings { $0.anomalyLife = 15 })
        #expect(assessment.threshold.method == "f1")
        #expect(assessment.metrics.sets["validation"]?["positives"] == 30.0)
    }

    @Test func labelsWithoutAnAnomalyAreRefusedWithAdvice() throws {
        let text = fleet(units: 6).replacing("true", with: "false")
        let error = #expect(throws: DataError.self) { try train(text, settings()) }
        #expect(error?.message.contains("none of") == true && error?.message.contains("quantile") == true)
    }

    @Test func aModelIsTheSameOnEveryRun() throws {
        func bundle(_ threads: Int) throws -> String {
            let pool = WorkerPool(threads: threads)
            let settings = settings()
            let prepared = try PreparedTraining(try data(fleet(units: 8), settings), settings: settings)
            let detector = try ForestDetector(
                fitting: prepared.healthy, view: .window, configuration: .init(trees: 10, samples: 64), pool: pool)
            let assessment = try Assessment(detector, calibration: .identity, on: prepared, pool: pool)
            let tool = ToolRecord(name: "test", version: "0")
            return try TrainedModel(detector, assessment, on: prepared, tool: tool, pool: pool).bundle.version
        }
        #expect(try bundle(1) == bundle(2))
        #expect(try bundle(1) == bundle(5))
    }
}
