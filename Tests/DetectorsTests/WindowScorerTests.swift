import Detectors
import DurableFiles
import Features
import SensorData
import Testing
import VectorMath

@Suite struct WindowScorerTests {
    private let pool = WorkerPool(threads: 1)

    private func options(warmup: Bool = false, contributions: Int? = 2) -> WindowScorer.Options {
        var options = WindowScorer.Options()
        options.emitsWarmup = warmup
        options.contributions = contributions
        return options
    }

    /// The records of `rows`, given in batches of `size`.
    private func records(
        of rows: RowBatch, batches size: Int, with scorer: inout WindowScorer
    ) throws -> [ScoredRecord] {
        var all: [ScoredRecord] = []
        var some: [ScoredRecord] = []
        for start in stride(from: 0, to: rows.count, by: size) {
            try scorer.score(rows.rows(start..<min(start + size, rows.count)), into: &some)
            all += some
        }
        return all
    }

    @Test func recordsDoNotDependOnBatchesOrThreads() throws {
        let bundle = try sampleBundle()
        let rows = sampleRows(units: 4, cycles: 40)
        var whole = try WindowScorer(bundle, options: options(), pool: pool)
        let expected = try records(of: rows, batches: 1000, with: &whole)
        #expect(expected.count == 4 * 36)
        for size in [1, 3, 7, 64] {
            var scorer = try WindowScorer(bundle, options: options(), pool: WorkerPool(threads: 3))
            #expect(try records(of: rows, batches: size, with: &scorer) == expected)
        }
    }

    @Test func aRecordSaysWhatIsKnown() throws {
        let bundle = try sampleBundle(threshold: 0.5)
        let rows = sampleRows(units: 1, cycles: 6)
        var scorer = try WindowScorer(bundle, options: options(), pool: pool)
        let records = try records(of: rows, batches: 10, with: &scorer)
        let last = try #require(records.last)
        #expect(last.unitID == 1 && last.cycle == 6 && last.rul == 0 && last.label == true)
        #expect(last.timestamp == nil && last.error == nil && last.status == .scored)
        let score = try #require(last.anomalyScore)
        #expect(last.isAnomaly == (score >= 0.5) && last.threshold == 0.5)
        #expect(last.modelVersion == bundle.version)
        #expect(last.contributions.count == 2 && last.contributions[0].share >= last.contributions[1].share)
        let odds = 20 * score - 11
        let right = 1 / (1 + 1 / pow2(odds * (score >= 0.5 ? 1 : -1)))
        #expect(abs((last.confidence ?? 0) - right) < 1e-9)
    }

    /// e^x by its series, so that the test does not lean on the code it tests.
    private func pow2(_ x: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for n in 1..<80 {
            term *= x / Double(n)
            sum += term
        }
        return sum
    }

    @Test func theThresholdCanBeOverridden() throws {
        let bundle = try sampleBundle()
        var low = options()
        low.threshold = 0
        var scorer = try WindowScorer(bundle, options: low, pool: pool)
        let records = try records(of: sampleRows(units: 1, cycles: 9), batches: 10, with: &scorer)
        #expect(records.allSatisfy { $0.isAnomaly == true && $0.threshold == 0 })
    }

    @Test func rowsWithoutAWindowAreCountedOrEmitted() throws {
        let bundle = try sampleBundle()
        let rows = sampleRows(units: 3, cycles: 4)
        var quiet = try WindowScorer(bundle, options: options(), pool: pool)
        #expect(try records(of: rows, batches: 5, with: &quiet).isEmpty)
        #expect(quiet.warmupCount == 12 && quiet.unitsWithoutWindow.sorted() == [1, 2, 3])

        let more = sampleRows(units: 2, cycles: 7)
        var emitting = try WindowScorer(bundle, options: options(warmup: true), pool: pool)
        let records = try records(of: more, batches: 4, with: &emitting)
        #expect(records.count == more.count)
        #expect(zip(records, more.cycles).allSatisfy { $0.cycle == $1 })
        #expect(records.map { $0.status == .warmup } == more.cycles.map { $0 < 5 })
        #expect(records.allSatisfy { ($0.anomalyScore == nil) == ($0.status == .warmup) })
        #expect(emitting.unitsWithoutWindow.isEmpty)
    }

    @Test(arguments: [1, 17, 60, 119]) func aResumedStreamEqualsAnUninterruptedOne(cut: Int) throws {
        let scratch = try Scratch()
        let state = "\(scratch.path)/state"
        let bundle = try sampleBundle()
        let rows = sampleRows(units: 3, cycles: 40)
        var whole = try WindowScorer(bundle, options: options(), pool: pool)
        let expected = try records(of: rows, batches: 1000, with: &whole)
        var first = try WindowScorer(bundle, options: options(), pool: pool)
        try first.restoreState(from: state)
        let early = try records(of: rows.rows(0..<cut), batches: 9, with: &first)
        try first.saveState(to: state)
        var second = try WindowScorer(bundle, options: options(), pool: pool)
        try second.restoreState(from: state)
        #expect(try early + records(of: rows.rows(cut..<rows.count), batches: 9, with: &second) == expected)
    }

    @Test func aStateOfOtherFeaturesIsRefused() throws {
        let scratch = try Scratch()
        let state = "\(scratch.path)/state"
        let scorer = try WindowScorer(try sampleBundle(), options: options(), pool: pool)
        try scorer.saveState(to: state)
        var moved = try WindowScorer(
            try sampleBundle().replacingThreshold(by: 0.9, method: "f1"), options: options(),
            pool: pool)
        try moved.restoreState(from: state)
        var other = try WindowScorer(try sampleBundle(length: 6), options: options(), pool: pool)
        #expect(throws: FeatureError.self) { try other.restoreState(from: state) }
    }

    @Test func aMissingColumnIsNamedWithTheModel() throws {
        let bundle = try sampleBundle()
        var scorer = try WindowScorer(bundle, options: options(), pool: pool)
        let rows = sampleRows(units: 1, cycles: 2, width: 2)
        var records: [ScoredRecord] = []
        let error = #expect(throws: DataError.self) { try scorer.score(rows, into: &records) }
        #expect(error?.message == "model \(bundle.version) needs column 'c'; found a, b")
    }

    @Test func recordsBeforeABadRowAreGiven() throws {
        var scorer = try WindowScorer(try sampleBundle(), options: options(), pool: pool)
        var rows = sampleRows(units: 1, cycles: 20)
        rows.values[12 * 3 + 1] = .nan
        var records: [ScoredRecord] = []
        #expect(throws: DataError.self) { try scorer.score(rows, into: &records) }
        #expect(records.map(\.cycle) == (5...12).map(Int64.init))
    }

    @Test func windowsScoreAsTheRowsTheyWereCutFrom() throws {
        let bundle = try sampleBundle()
        let rows = sampleRows(units: 1, cycles: 30)
        var scorer = try WindowScorer(bundle, options: options(), pool: pool)
        let expected = try records(of: rows, batches: 100, with: &scorer)
        var windows = WindowBatch(columns: ["c", "b", "a"], length: 5, keys: [])
        for row in 0..<30 { for column in [2, 1, 0] { windows.rows.append(Float(rows.values[row * 3 + column])) } }
        windows.starts = Array(0..<26)
        windows.unitIDs = windows.starts.map { _ in 1 }
        var records: [ScoredRecord] = []
        try scorer.score(windows, into: &records)
        #expect(records.map(\.anomalyScore) == expected.map(\.anomalyScore))
        windows.length = 6
        #expect(throws: DataError.self) { try scorer.score(windows, into: &records) }
    }
}
