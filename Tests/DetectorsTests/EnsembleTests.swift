import Detectors
import DurableFiles
import Features
import Foundation
import SensorData
import Testing
import VectorMath

private let pool = WorkerPool(threads: 1)

/// An ensemble of `members`, standardised on noise.
private func sampleEnsemble(_ members: [ModelBundle]) throws -> ModelBundle {
    let (length, columns) = try EnsembleDetector.intake(of: members)
    let windows = noiseWindows(60, width: columns.count, length: length, seed: 8)
    let ensemble = try EnsembleArchitecture(
        members: members.map { member in
            let seen = try member.description.features.apply(windows)
            return try .init(member, errors: member.detector.errors(of: seen, pool: pool))
        })
    var tests = windows
    tests.starts = [0, 9]
    tests.unitIDs = [1, 1]
    var description = members[0].description
    description.name = "both"
    description.features = try FittedFeatures(inputs: columns, stages: [])
    description.calibration = .logistic(reference: 2)
    return try ModelBundle(
        description, detector: try EnsembleDetector(ensemble, members: members), selfTest: tests, pool: pool)
}

/// A forest that looks at two columns and one that looks at three.
private func sampleMembers() throws -> [ModelBundle] {
    [try sampleBundle(seed: 3, width: 2), try sampleBundle(view: .last, seed: 4, width: 3)]
}

private func scored(
    _ rows: RowBatch, by bundle: ModelBundle, batches size: Int = 1000, threads: Int = 1,
    _ change: (inout WindowScorer.Options) -> Void = { _ in }
) throws -> [ScoredRecord] {
    var options = WindowScorer.Options()
    change(&options)
    var scorer = try WindowScorer(bundle, options: options, pool: WorkerPool(threads: threads))
    return try scored(rows, batches: size, with: &scorer)
}

private func scored(_ rows: RowBatch, batches size: Int, with scorer: inout WindowScorer) throws -> [ScoredRecord] {
    var all: [ScoredRecord] = []
    var some: [ScoredRecord] = []
    for start in stride(from: 0, to: rows.count, by: size) {
        try scorer.score(rows.rows(start..<min(start + size, rows.count)), into: &some)
        all += some
    }
    return all
}

@Suite struct EnsembleArithmeticTests {
    private func member(_ version: String, mean: Double, deviation: Double) throws -> EnsembleArchitecture.Member {
        let text = #"{"version":"\#(version)","sha256":"","mean":\#(mean),"deviation":\#(deviation)}"#
        return try JSONDecoder().decode(EnsembleArchitecture.Member.self, from: Data(text.utf8))
    }

    @Test func addsUpStandardisedLogarithms() throws {
        let ensemble = try EnsembleArchitecture(members: [
            member("a", mean: -1, deviation: 0.5), member("b", mean: 0, deviation: 2),
        ])
        let e = 2.718281828459045
        // (−1 + 1) / ½ + 0 / 2 and (0 + 1) / ½ + 2 / 2.
        let sums = ensemble.combined([[1 / e, 1], [1, e * e]])
        #expect(sums.count == 2 && abs(sums[0]) < 1e-12 && abs(sums[1] - 3) < 1e-12)
        // An error of 0 counts as 1e-12: no infinity.
        #expect(ensemble.combined([[0], [1]])[0].isFinite)
    }

    @Test func standardisesByMeanAndDeviationOfLogarithms() throws {
        let bundle = try sampleBundle()
        let e = 2.718281828459045
        let member = try EnsembleArchitecture.Member(bundle, errors: [1, e * e])
        #expect(abs(member.mean - 1) < 1e-12 && abs(member.deviation - 1) < 1e-12)
        #expect(member.version == bundle.version && member.sha256 == bundle.digest)
        #expect(throws: TrainingError.self) { try EnsembleArchitecture.Member(bundle, errors: [0.5, 0.5, 0.5]) }
    }

    @Test func theLogisticCalibrationIsOneHalfAtItsReference() throws {
        let calibration = ScoreCalibration.logistic(reference: 2)
        #expect(calibration.score(2) == 0.5)
        #expect(abs(calibration.score(3) - 0.7310585786300049) < 1e-12)
        #expect(calibration.score(-1e9) == 0 && calibration.score(1e9) == 1)
        let text = try JSONEncoder().encode(calibration)
        #expect(try JSONDecoder().decode(ScoreCalibration.self, from: text) == calibration)
    }

    @Test func oneModelIsNoEnsembleAndTwiceTheSameIsNone() throws {
        let one = try member("a", mean: 0, deviation: 1)
        #expect(throws: BundleError.self) { try EnsembleArchitecture(members: [one]) }
        #expect(throws: BundleError.self) { try EnsembleArchitecture(members: [one, one]) }
        #expect(throws: BundleError.self) {
            try EnsembleArchitecture(members: [one, member("b", mean: 0, deviation: 0)])
        }
        #expect(throws: BundleError.self) {
            try EnsembleArchitecture(members: [one, member("../b", mean: 0, deviation: 1)])
        }
    }
}

@Suite struct EnsembleScoringTests {
    @Test func aRecordIsMadeOfTheMembersRecords() throws {
        let members = try sampleMembers()
        let bundle = try sampleEnsemble(members)
        let rows = sampleRows(units: 3, cycles: 20)
        let records = try scored(rows, by: bundle) { $0.contributions = nil }
        let parts = try members.map { try scored(rows, by: $0) { $0.contributions = nil } }
        #expect(records.count == 3 * 16)
        guard case .ensemble(let ensemble) = bundle.description.architecture else {
            Issue.record("no ensemble")
            return
        }
        for (index, record) in records.enumerated() {
            let pair = parts.map { $0[index] }
            let sum = zip(ensemble.members, pair).reduce(0) { $0 + $1.0.standardised($1.1.anomalyScore ?? 0) }
            #expect(record.error == sum && record.anomalyScore == bundle.description.calibration.score(sum))
            #expect(record.unitID == pair[0].unitID && record.cycle == pair[0].cycle && record.label == pair[0].label)
            #expect(record.modelVersion == bundle.version && record.confidence != nil)
            for contribution in record.contributions {
                let shares = pair.map { $0.contributions.first { $0.name == contribution.name }?.share ?? 0 }
                #expect(abs(contribution.share - (shares[0] + shares[1]) / 2) < 1.01e-4)
            }
            #expect(record.contributions.map(\.share) == record.contributions.map(\.share).sorted(by: >))
        }
    }

    @Test func recordsDoNotDependOnBatchesOrThreads() throws {
        let bundle = try sampleEnsemble(sampleMembers())
        let rows = sampleRows(units: 4, cycles: 30)
        func change(_ options: inout WindowScorer.Options) {
            options.emitsWarmup = true
            options.alarm = AlarmPolicy()
        }
        let expected = try scored(rows, by: bundle, change)
        #expect(expected.count == rows.count && expected.count { $0.status == .warmup } == 16)
        for size in [1, 3, 50] {
            #expect(try scored(rows, by: bundle, batches: size, threads: 3, change) == expected)
        }
    }

    @Test(arguments: [1, 17, 60, 119]) func aResumedStreamEqualsAnUninterruptedOne(cut: Int) throws {
        let scratch = try Scratch()
        let state = "\(scratch.path)/state"
        let bundle = try sampleEnsemble(sampleMembers())
        let rows = sampleRows(units: 3, cycles: 40)
        var first = try WindowScorer(bundle, pool: pool)
        let early = try scored(rows.rows(0..<cut), batches: 9, with: &first)
        try first.saveState(to: state)
        var second = try WindowScorer(bundle, pool: pool)
        try second.restoreState(from: state)
        let late = try scored(rows.rows(cut..<rows.count), batches: 9, with: &second)
        #expect(try early + late == scored(rows, by: bundle))
        var other = try WindowScorer(try sampleEnsemble(sampleMembers().reversed()), pool: pool)
        #expect(throws: FeatureError.self) { try other.restoreState(from: state) }
    }

    @Test func aRowThatOneMemberCannotTakeIsNoRecord() throws {
        let bundle = try sampleEnsemble(sampleMembers())
        var rows = sampleRows(units: 1, cycles: 30)
        // Column c, at which only the second member looks.
        rows.values[12 * 3 + 2] = .nan
        var options = WindowScorer.Options()
        options.missing = .drop
        options.emitsWarmup = true
        var scorer = try WindowScorer(bundle, options: options, pool: pool)
        let records = try scored(rows, batches: 7, with: &scorer)
        #expect(records.count == 29 && scorer.droppedCount == 1)
        let cycles = records.filter { $0.status == .scored }.map(\.cycle)
        #expect(cycles == (Array(5...12) + Array(18...30)).map(Int64.init))

        var strict = try WindowScorer(bundle, pool: pool)
        var before: [ScoredRecord] = []
        #expect(throws: DataError.self) { try strict.score(rows, into: &before) }
        #expect(before.map(\.cycle) == (5...12).map(Int64.init))
    }

    @Test func windowsAloneScoreAsTheDetectorDoes() throws {
        let bundle = try sampleEnsemble(sampleMembers())
        let windows = noiseWindows(20, width: 3, length: 5, seed: 31)
        var scorer = try WindowScorer(bundle, pool: pool)
        var records: [ScoredRecord] = []
        try scorer.score(windows, into: &records)
        #expect(try records.map(\.error) == bundle.detector.errors(of: windows, pool: pool))
        let shares = try bundle.detector.contributions(to: windows, pool: pool)
        #expect(shares.count == windows.count * 3)
        for window in 0..<windows.count {
            #expect(abs(shares[window * 3..<window * 3 + 3].reduce(0, +) - 1) < 1e-9)
            let leading = try #require(records[window].contributions.first)
            let column = try #require(["a", "b", "c"].firstIndex(of: leading.name))
            #expect(abs(shares[window * 3 + column] - leading.share) < 1e-4)
        }
    }
}

@Suite struct EnsembleBundleTests {
    /// Writes an ensemble, lets `change` spoil it, and reads it again.
    private func reread(_ change: (_ path: String, _ bundle: ModelBundle) throws -> Void) throws -> ModelBundle {
        let scratch = try Scratch()
        let path = "\(scratch.path)/model"
        let bundle = try sampleEnsemble(sampleMembers())
        try bundle.write(to: path)
        try change(path, bundle)
        return try ModelBundle(path: path)
    }

    private func message(_ change: (_ path: String, _ bundle: ModelBundle) throws -> Void) -> String {
        do {
            _ = try reread(change)
            return ""
        } catch { return "\(error)" }
    }

    @Test func givesBackWhatWasWritten() throws {
        let scratch = try Scratch()
        let bundle = try sampleEnsemble(sampleMembers())
        try bundle.write(to: "\(scratch.path)/one")
        let read = try ModelBundle(path: "\(scratch.path)/one")
        #expect(read.version == bundle.version && read.version.hasPrefix("both-"))
        #expect(read.description == bundle.description)
        #expect(read.members.map(\.version) == bundle.members.map(\.version))
        #expect(try read.selfTest.deviation(of: read.detector, pool: pool) == 0)
        try read.write(to: "\(scratch.path)/two")
        let folder = "members/\(read.members[1].version)"
        for file in ["model.json", "weights.safetensors", "\(folder)/model.json", "\(folder)/weights.safetensors"] {
            #expect(try readFile("\(scratch.path)/one/\(file)") == readFile("\(scratch.path)/two/\(file)"))
        }
        let alone = try ModelBundle(path: "\(scratch.path)/one/\(folder)")
        #expect(alone.version == read.members[1].version && alone.members.isEmpty)
        let moved = try read.replacingThreshold(by: 0.7, method: "f1")
        try moved.write(to: "\(scratch.path)/one")
        #expect(try ModelBundle(path: "\(scratch.path)/one").description.threshold.value == 0.7)
    }

    @Test func saysWhatIsWrongWithAMember() throws {
        func folder(_ path: String, _ bundle: ModelBundle) -> String {
            "\(path)/members/\(bundle.members[0].version)"
        }
        #expect(message { _, _ in } == "")
        #expect(message { try FileManager.default.removeItem(atPath: folder($0, $1)) }.contains("model.json"))
        let damaged = message { path, bundle in
            let file = "\(folder(path, bundle))/weights.safetensors"
            var bytes = try readFile(file)
            bytes[bytes.count - 1] ^= 1
            try AtomicFile.write(bytes, to: file)
        }
        #expect(damaged.contains("/members/") && damaged.contains("the SHA-256 differs"))
        let other = message { path, bundle in
            try sampleBundle(seed: 99, width: 2).write(to: folder(path, bundle))
        }
        #expect(other.contains("is another model"), "\(other)")
        let longer = message { path, bundle in
            let text = String(decoding: try readFile("\(path)/model.json"), as: UTF8.self)
                .replacing("\"length\" : 5", with: "\"length\" : 6")
            try AtomicFile.write(Array(text.utf8), to: "\(path)/model.json")
        }
        #expect(longer.contains("the members take windows of 5 rows"), "\(longer)")
        let named = message { path, bundle in
            let text = String(decoding: try readFile("\(path)/model.json"), as: UTF8.self)
                .replacing(bundle.members[0].version, with: "../\(bundle.members[0].version)")
            try AtomicFile.write(Array(text.utf8), to: "\(path)/model.json")
        }
        #expect(named.contains("has a name that no model version has"), "\(named)")
    }

    @Test func membersMustAgreeAndJudgeAlone() throws {
        #expect(throws: BundleError.self) {
            try EnsembleDetector.intake(of: [sampleBundle(), sampleBundle(length: 6)])
        }
        let ensemble = try sampleEnsemble(sampleMembers())
        #expect(throws: BundleError.self) { try EnsembleDetector.intake(of: [ensemble, sampleBundle()]) }
        let nested = message { path, bundle in
            try bundle.write(to: "\(path)/members/\(bundle.members[0].version)")
        }
        #expect(nested.contains("is an ensemble itself"), "\(nested)")
    }
}
