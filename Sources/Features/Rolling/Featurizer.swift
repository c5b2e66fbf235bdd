import SensorData

/// Turns rows into feature rows: selected columns, and rolling statistics of each unit's last rows.
///
/// Nothing here is learned, so it is the same for every fleet and every model. Output columns are the settings, the kept
/// columns, and for each of those its statistics; identities, labels and members it does not know pass through.
public struct Featurizer: Sendable {
    /// What was asked for.
    public let settings: FeaturizerSettings
    private var plan: FeaturizerPlan?
    private var schema: RowSchema?
    private var intake: RowIntake
    private var rolling: RollingStatistics
    private var admitted = AdmittedRows()

    /// Makes features as `settings` say; the columns are chosen when the first rows come.
    ///
    /// - Throws: `FeatureError.invalid`.
    public init(settings: FeaturizerSettings) throws {
        try settings.validate()
        self.settings = settings
        intake = RowIntake(columns: [], missing: settings.missing)
        rolling = RollingStatistics(columns: 0, windows: [], statistics: [])
    }

    /// How many missing values the unit's last one stood in for.
    public var heldCount: Int { intake.heldCount }
    /// How many rows were skipped because a value was missing.
    public var droppedCount: Int { intake.droppedCount }

    /// Replaces `result` by the feature rows of `batch`.
    ///
    /// - Throws: `FeatureError` where the settings name columns that the rows lack; `DataError` naming row and column.
    ///   `result` then holds the rows before that one.
    public mutating func apply(_ batch: RowBatch, into result: inout RowBatch) throws {
        if batch.schema != schema {
            result.removeAll()
            try adopt(batch)
        }
        guard let plan else { return }
        var failure: (any Error)?
        do {
            try intake.admit(batch, into: &admitted)
        } catch {
            failure = error
        }
        let schema = RowSchema(keys: batch.schema.keys, columns: plan.outputs)
        result.take(admitted.rows, of: batch, schema: schema) { write(plan, into: $0) }
        if let failure { throw failure }
    }

    /// Chooses the columns, or sees that a later file has them too.
    private mutating func adopt(_ batch: RowBatch) throws {
        let chosen = try FeaturizerPlan(settings, for: batch.schema.columns)
        if let plan {
            // A run continues its own state and a second file the first one; both need the same columns.
            guard chosen == plan else {
                throw DataError(
                    "the columns change; expected \((plan.settings + plan.kept).joined(separator: ", ")), "
                        + "found \((chosen.settings + chosen.kept).joined(separator: ", "))", at: batch.location(of: 0))
            }
        } else {
            begin(chosen)
        }
        schema = batch.schema
    }

    private mutating func begin(_ chosen: FeaturizerPlan) {
        plan = chosen
        intake = RowIntake(columns: chosen.settings + chosen.kept, missing: settings.missing)
        rolling = RollingStatistics(
            columns: chosen.kept.count, windows: settings.windows, statistics: settings.statistics)
    }

    /// Writes the numbers of the admitted rows, shape (admitted.count, plan.outputs.count).
    private mutating func write(_ plan: FeaturizerPlan, into result: UnsafeMutableBufferPointer<Double>) {
        let (width, resultWidth) = (admitted.width, plan.outputs.count)
        admitted.values.withUnsafeBufferPointer { values in
            guard let from = values.baseAddress, let to = result.baseAddress else { return }
            for row in 0..<admitted.count {
                (to + row * resultWidth).initialize(from: from + row * width, count: width)
            }
            var start = 0
            while start < admitted.count {
                let end = admitted.endOfRun(from: start)
                let slot = admitted.slots[start]
                if admitted.arrivals[start] == .begins { rolling.begin(slot) }
                rolling.take(
                    end - start, of: slot, rows: from + start * width + plan.settings.count, rowStride: width,
                    into: to + start * resultWidth + width, resultStride: resultWidth)
                start = end
            }
        }
    }
}

extension Featurizer {
    private static let kind = "featurize"

    /// What runs that continue each other have in common.
    private var commonSettings: String {
        "windows \(settings.windows.map(String.init).joined(separator: ",")) and statistics "
            + settings.statistics.map(\.rawValue).joined(separator: ",")
    }

    /// Replaces the state file at `path` by what is remembered of each unit.
    ///
    /// - Throws: `SystemError`.
    public func saveState(to path: String) throws {
        try StateFile.write(kind: Featurizer.kind, settings: commonSettings, to: path) { encoder in
            encoder.put(plan?.settings ?? [])
            encoder.put(plan?.kept ?? [])
            intake.encode(into: &encoder)
            rolling.encode(into: &encoder)
        }
    }

    /// Continues from the state file at `path`, if there is one.
    ///
    /// - Throws: `FeatureError.otherSettings`, `DataError` where the file is damaged, `SystemError`.
    public mutating func restoreState(from path: String) throws {
        guard var decoder = try StateFile.read(kind: Featurizer.kind, settings: commonSettings, from: path) else {
            return
        }
        let settings = try decoder.strings()
        let kept = try decoder.strings()
        if !kept.isEmpty { begin(FeaturizerPlan(settings: settings, kept: kept, of: self.settings)) }
        try intake.restore(from: &decoder)
        try rolling.restore(from: &decoder)
        try decoder.finish()
    }
}
