import Features
import SensorData
import VectorMath

/// Turns a stream of rows, or of windows, into scored records with one model, which may be an ensemble of several.
///
/// Rows of several units may be interleaved; per unit it remembers what the model's features and its windows need, and
/// nothing else. A record depends on the model, the window and the unit's past, not on how the stream was cut into
/// batches.
public struct WindowScorer: Sendable {
    /// What is to be said of each window beside its score.
    public struct Options: Sendable {
        /// Instead of the model's threshold.
        public var threshold: Double?
        /// How many contributions a record names, the largest ones; nil names all.
        public var contributions: Int? = 3
        /// Whether rows that end no window yield a record without a score.
        public var emitsWarmup = false
        /// What becomes of rows with a missing value.
        public var missing = MissingValuePolicy.error
        /// When records amount to an alarm; nil marks none.
        public var alarm: AlarmPolicy?

        /// The defaults.
        public init() {}
    }

    /// The model.
    public let bundle: ModelBundle
    /// What is said.
    public let options: Options
    /// Rows that ended no window, because their unit had too few before them.
    public private(set) var warmupCount = 0

    private let pool: WorkerPool
    /// That of the model, or one for each member of an ensemble.
    private var streams: [ModelStream] = []
    private var alarms: AlarmStream?

    /// Scores with `bundle`.
    ///
    /// - Throws: `FeatureError` when the bundle's windows are impossible.
    public init(_ bundle: ModelBundle, options: Options = Options(), pool: WorkerPool) throws {
        self.bundle = bundle
        self.options = options
        self.pool = pool
        for model in bundle.members.isEmpty ? [bundle] : bundle.members {
            streams.append(
                try ModelStream(model, missing: options.missing, after: streams.last?.fold.sensors ?? []))
        }
        alarms = options.alarm.map(AlarmStream.init)
    }

    // The members of an ensemble see the same rows, but may look at other columns of them: what is said of a stream is what
    // the member says that found most.

    /// Rows far from every operating regime of the model.
    public var strangers: FeatureStream.Strangers {
        streams.dropFirst().map(\.rows.strangers).reduce(streams[0].rows.strangers) { $0.count < $1.count ? $1 : $0 }
    }
    /// How many missing values the unit's last one stood in for.
    public var heldCount: Int { streams.map(\.rows.heldCount).max() ?? 0 }
    /// How many rows were skipped because a value was missing.
    public var droppedCount: Int { streams.map(\.rows.droppedCount).max() ?? 0 }
    /// How many gaps in cycles broke a window.
    public var gapCount: Int { streams.map(\.assembler.gapCount).max() ?? 0 }
    /// Units that have not filled one window so far.
    public var unitsWithoutWindow: [Int64] {
        streams.map(\.assembler.unitsWithoutWindow).max { $0.count < $1.count } ?? []
    }

    /// Replaces `records` by those of the rows of `batch`: one for each row that ends a window, and with `emitsWarmup` one
    /// without a score for each that does not.
    ///
    /// - Throws: `DataError` naming the row, and the model where a column is missing. `records` then holds those of the
    ///   rows before.
    public mutating func score(_ batch: RowBatch, into records: inout [ScoredRecord]) throws {
        records.removeAll(keepingCapacity: true)
        var failure: (error: any Error, taken: Int)?
        for place in streams.indices {
            do {
                try streams[place].take(batch)
            } catch {
                // Where members fail at different rows, the first of those rows is what is wrong.
                let taken = streams[place].rows.admitted.count
                if failure.map({ taken < $0.taken }) ?? true { failure = (error, taken) }
            }
        }
        var admitted = WindowScorer.common(streams.map(\.rows.admitted.rows))
        let ends = WindowScorer.common(streams.map(\.assembler.endRows))
        var scored = try self.records(
            of: streams.map { try $0.verdicts(endingIn: ends, explained: options.contributions != 0, pool: pool) })
        if let place = scored.firstIndex(where: { !$0.isFinite }) {
            // A row that could not be taken comes after all that were judged.
            failure = (overflow(of: scored[place], at: batch.location(of: ends[place])), ends[place])
            scored.removeLast(scored.count - place)
            admitted.removeAll { $0 >= ends[place] }
        }
        warmupCount += admitted.count - scored.count
        if options.emitsWarmup, scored.count < admitted.count {
            merge(scored, ends, admitted, of: batch, into: &records)
        } else {
            records = scored
        }
        if let failure { throw failure.error }
    }

    /// Replaces `records` by those of `windows`, which come without the rows before them.
    ///
    /// - Throws: `DataError` naming the model where a column is missing or the length is another.
    public mutating func score(_ windows: WindowBatch, into records: inout [ScoredRecord]) throws {
        records.removeAll(keepingCapacity: true)
        let scored = try self.records(
            of: streams.map { try $0.verdicts(on: windows, explained: options.contributions != 0, pool: pool) })
        if let place = scored.firstIndex(where: { !$0.isFinite }) {
            throw overflow(of: scored[place], at: windows.location(of: place))
        }
        records = scored
    }

    /// What is wrong with a window that the model has no finite error for.
    private func overflow(of record: ScoredRecord, at location: SourceLocation) -> DataError {
        DataError(
            "unit \(record.unitID): the error of model \(bundle.version) is no finite number; "
                + "expected readings nearer to those it learned from", at: location)
    }

    /// What is in all of `lists`, which rise; usually they are the same.
    private static func common(_ lists: [[Int]]) -> [Int] {
        guard let first = lists.first, lists.contains(where: { $0 != first }) else { return lists.first ?? [] }
        let shared = lists.dropFirst().reduce(Set(first)) { $0.intersection($1) }
        return first.filter(shared.contains)
    }

    /// The records of windows that each model has judged.
    private mutating func records(of verdicts: [ModelStream.Verdicts]) throws -> [ScoredRecord] {
        guard let windows = verdicts.first?.windows, windows.count > 0 else { return [] }
        let description = bundle.description
        let errors =
            (bundle.detector as? EnsembleDetector)?.ensemble.combined(verdicts.map(\.errors)) ?? verdicts[0].errors
        let threshold = options.threshold ?? description.threshold.value
        return errors.indices.map { index in
            var record = ScoredRecord(unitID: windows.unitIDs[index], modelVersion: bundle.version)
            record.identify(windows, index)
            let score = description.calibration.score(errors[index])
            let isAnomaly = score >= threshold
            record.anomalyScore = score
            record.isAnomaly = isAnomaly
            record.threshold = threshold
            record.confidence = description.confidence?.confidence(score: score, isAnomaly: isAnomaly)
            if description.calibration != .identity { record.error = errors[index] }
            if options.contributions != 0 { record.contributions = contributions(verdicts, index) }
            if verdicts.contains(where: { !$0.isOnFleetBaseline.isEmpty && $0.isOnFleetBaseline[index] }) {
                record.baseline = "fleet"
            }
            alarms?.mark(&record)
            return record
        }
    }

    /// The sensors' shares in the score of window `index`, the mean over the models.
    private func contributions(_ verdicts: [ModelStream.Verdicts], _ index: Int) -> [ScoredRecord.Contribution] {
        guard let last = streams.last?.fold else { return [] }
        var sums = [Double](repeating: 0, count: last.sensors.count)
        for (stream, verdict) in zip(streams, verdicts) {
            let width = verdict.windows.width
            stream.fold.add(verdict.shares[index * width..<(index + 1) * width], to: &sums)
        }
        return last.contributions(sums.map { $0 / Double(streams.count) }, limit: options.contributions)
    }

    /// Puts a record without a score between those that have one, for each row that ends no window.
    ///
    /// - Parameters:
    ///   - ends: the rows that end a window, one for each of `scored`.
    ///   - admitted: the rows that take part.
    private func merge(
        _ scored: [ScoredRecord], _ ends: [Int], _ admitted: [Int], of batch: RowBatch,
        into records: inout [ScoredRecord]
    ) {
        var next = 0
        for row in admitted {
            if next < scored.count, ends[next] == row {
                records.append(scored[next])
                next += 1
                continue
            }
            var record = ScoredRecord(unitID: batch.unitIDs[row], modelVersion: bundle.version)
            record.status = .warmup
            if !batch.cycles.isEmpty { record.cycle = batch.cycles[row].known }
            if !batch.timestamps.isEmpty { record.timestamp = batch.timestamps[row].known }
            if !batch.rul.isEmpty { record.rul = batch.rul[row].known }
            if !batch.isAnomaly.isEmpty { record.label = batch.isAnomaly[row].knownLabel }
            records.append(record)
        }
    }
}

extension WindowScorer {
    private static let kind = "score"

    /// What runs that continue each other have in common: the model's features and windows, not its threshold.
    private var commonSettings: String {
        "model \(bundle.description.name) with features \(bundle.featureDigest.prefix(12)) and windows of "
            + "\(bundle.description.window.length) rows"
    }

    /// Replaces the state file at `path` by what is remembered of each unit.
    ///
    /// - Throws: `SystemError`.
    public func saveState(to path: String) throws {
        try StateFile.write(kind: WindowScorer.kind, settings: commonSettings, to: path) { encoder in
            for stream in streams { stream.encode(into: &encoder) }
            // A run without a policy keeps no alarms, and the next one may have one.
            (alarms ?? AlarmStream(AlarmPolicy())).encode(into: &encoder)
        }
    }

    /// Continues from the state file at `path`, if there is one.
    ///
    /// - Throws: `FeatureError.otherSettings`, `DataError` where the file is damaged, `SystemError`.
    public mutating func restoreState(from path: String) throws {
        guard var decoder = try StateFile.read(kind: WindowScorer.kind, settings: commonSettings, from: path) else {
            return
        }
        for place in streams.indices { try streams[place].restore(from: &decoder) }
        var known = alarms ?? AlarmStream(AlarmPolicy())
        try known.restore(from: &decoder)
        if alarms != nil { alarms = known }
        try decoder.finish()
    }
}

extension ScoredRecord {
    /// Takes identity and truth of window `index`.
    fileprivate mutating func identify(_ windows: WindowBatch, _ index: Int) {
        if !windows.cycles.isEmpty { cycle = windows.cycles[index].known }
        if !windows.timestamps.isEmpty { timestamp = windows.timestamps[index].known }
        if !windows.rul.isEmpty { rul = windows.rul[index].known }
        if !windows.isAnomaly.isEmpty { label = windows.isAnomaly[index].knownLabel }
    }
}

extension Int64 {
    /// nil for what stands for an unknown number.
    fileprivate var known: Int64? { self == RowBatch.unknown ? nil : self }
}

extension Int8 {
    /// nil for what stands for an unknown label.
    fileprivate var knownLabel: Bool? { self == RowBatch.unknownLabel ? nil : self == 1 }
}
