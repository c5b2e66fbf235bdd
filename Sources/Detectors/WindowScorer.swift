import Features
import SensorData
import VectorMath

/// Turns a stream of rows, or of windows, into scored records with one model.
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
    private let fold: ColumnFold
    private var rows: FittedRows
    private var assembler: WindowAssembler
    private var alarms: AlarmStream?
    private var windows: WindowBatch

    /// Scores with `bundle`.
    ///
    /// - Throws: `FeatureError` when the bundle's windows are impossible.
    public init(_ bundle: ModelBundle, options: Options = Options(), pool: WorkerPool) throws {
        self.bundle = bundle
        self.options = options
        self.pool = pool
        let features = bundle.description.features
        rows = FittedRows(features, of: "model \(bundle.version)", missing: options.missing)
        assembler = try WindowAssembler(
            columns: features.columns, shape: WindowShape(length: bundle.description.window.length))
        windows = assembler.emptyBatch(keys: [])
        fold = ColumnFold(columns: features.columns, inputs: features.inputs)
        alarms = options.alarm.map(AlarmStream.init)
    }

    /// Rows far from every operating regime of the model.
    public var strangers: FeatureStream.Strangers { rows.strangers }
    /// How many missing values the unit's last one stood in for.
    public var heldCount: Int { rows.heldCount }
    /// How many rows were skipped because a value was missing.
    public var droppedCount: Int { rows.droppedCount }
    /// How many gaps in cycles broke a window.
    public var gapCount: Int { assembler.gapCount }
    /// Units that have not filled one window so far.
    public var unitsWithoutWindow: [Int64] { assembler.unitsWithoutWindow }

    /// Replaces `records` by those of the rows of `batch`: one for each row that ends a window, and with `emitsWarmup` one
    /// without a score for each that does not.
    ///
    /// - Throws: `DataError` naming the row, and the model where a column is missing. `records` then holds those of the
    ///   rows before.
    public mutating func score(_ batch: RowBatch, into records: inout [ScoredRecord]) throws {
        records.removeAll(keepingCapacity: true)
        var failure: (any Error)?
        do {
            try rows.take(batch)
        } catch {
            failure = error
        }
        let admitted = rows.admitted
        assembler.append(admitted, values: rows.values, of: batch, into: &windows)
        var scored = try self.records(of: windows)
        markFleetBaseline(&scored)
        warmupCount += admitted.count - scored.count
        if options.emitsWarmup, scored.count < admitted.count {
            merge(scored, of: batch, into: &records)
        } else {
            records = scored
        }
        if let failure { throw failure }
    }

    /// Replaces `records` by those of `windows`, which come without the rows before them.
    ///
    /// - Throws: `DataError` naming the model where a column is missing or the length is another.
    public mutating func score(_ windows: WindowBatch, into records: inout [ScoredRecord]) throws {
        records.removeAll(keepingCapacity: true)
        let features = try rows.check(windows.columns, at: windows.origin)
        let length = bundle.description.window.length
        guard windows.length == length else {
            throw DataError(
                "model \(bundle.version) takes windows of \(length) rows; found \(windows.length)", at: windows.origin)
        }
        records = try self.records(of: features.apply(windows))
        guard features.usesBaseline else { return }
        for index in records.indices { records[index].baseline = WindowScorer.fleet }
    }

    /// What `baseline` says where the fleet's stood in for the unit's own.
    private static let fleet = "fleet"

    /// Marks the records, one for each of the assembler's last windows, in whose last row the unit's own baseline was not
    /// known.
    private func markFleetBaseline(_ records: inout [ScoredRecord]) {
        guard rows.onFleetBaseline.contains(true) else { return }
        var index = 0
        for (row, isFleet) in zip(rows.admitted.rows, rows.onFleetBaseline)
        where index < records.count && row == assembler.endRows[index] {
            if isFleet { records[index].baseline = WindowScorer.fleet }
            index += 1
        }
    }

    private mutating func records(of windows: WindowBatch) throws -> [ScoredRecord] {
        guard windows.count > 0 else { return [] }
        let description = bundle.description
        let (errors, shares) =
            options.contributions == 0
            ? (try bundle.detector.errors(of: windows, pool: pool), [])
            : try bundle.detector.judge(windows, pool: pool)
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
            if !shares.isEmpty {
                let width = windows.width
                record.contributions = fold.contributions(
                    shares[index * width..<(index + 1) * width], limit: options.contributions)
            }
            alarms?.mark(&record)
            return record
        }
    }

    /// Puts a record without a score between those that have one, for each row that ends no window.
    private func merge(_ scored: [ScoredRecord], of batch: RowBatch, into records: inout [ScoredRecord]) {
        var next = 0
        for row in rows.admitted.rows {
            if next < scored.count, assembler.endRows[next] == row {
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
            + "\(assembler.shape.length) rows"
    }

    /// Replaces the state file at `path` by what is remembered of each unit.
    ///
    /// - Throws: `SystemError`.
    public func saveState(to path: String) throws {
        try StateFile.write(kind: WindowScorer.kind, settings: commonSettings, to: path) { encoder in
            rows.encode(into: &encoder)
            assembler.encode(into: &encoder)
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
        try rows.restore(from: &decoder)
        try assembler.restore(from: &decoder)
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
