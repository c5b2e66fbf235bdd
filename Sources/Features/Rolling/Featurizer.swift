import Kernels
import SensorData
import VectorMath

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
    /// All columns that were picked.
    private var groups: [ColumnGroup] = []
    /// What the features of the rows taken up last look like; nil where there are none.
    public private(set) var taken: RowSchema?

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
    /// - Throws: as `take`. `result` then holds the rows before the faulty one.
    public mutating func apply(_ batch: RowBatch, into result: inout RowBatch) throws {
        var failure: (any Error)?
        do {
            try take(batch)
        } catch {
            failure = error
        }
        if let taken {
            let stride = MemoryLayout<Double>.stride * taken.columns.count
            result.take(admitted.rows, of: batch, schema: taken) { memory in
                if let base = memory.baseAddress { write(0..<admitted.count, to: base, stride: stride) }
            }
        } else {
            result.removeAll()
        }
        if let failure { throw failure }
    }

    /// Takes up the rows of `batch`, whose features `write` then makes.
    ///
    /// - Throws: `FeatureError` where the settings name columns that the rows lack; `DataError` naming row and column. The
    ///   rows before that one are taken.
    public mutating func take(_ batch: RowBatch) throws {
        if batch.schema != schema {
            taken = nil
            admitted = AdmittedRows()
            try adopt(batch)
        }
        guard let plan else { return }
        if taken == nil { taken = RowSchema(keys: batch.schema.keys, columns: plan.outputs) }
        try intake.admit(batch, into: &admitted)
    }

    /// The rows taken up last, by their place in their batch.
    public var takenRows: [Int] { admitted.rows }

    /// Writes the features of some of the rows taken up last; of all of them in the end, and in their order.
    ///
    /// - Parameters:
    ///   - rows: in `takenRows`.
    ///   - target: where the first row's numbers go, side by side; it need not be aligned. `stride` bytes from a row to the
    ///     next.
    public mutating func write(_ rows: Range<Int>, to target: UnsafeMutableRawPointer, stride: Int) {
        guard let plan else { return }
        let width = admitted.width
        let size = MemoryLayout<Double>.stride
        admitted.values.withUnsafeBufferPointer { values in
            guard let from = values.baseAddress else { return }
            groups.withUnsafeBufferPointer { groups in
                // Every number was looked at when its row was taken up.
                _ = kernels.copyRows(
                    RowCopy(
                        from: from + rows.lowerBound * width, stride: width * size, to: target, stride: stride,
                        count: rows.count, columns: groups, limit: .infinity))
            }
            var start = rows.lowerBound
            while start < rows.upperBound {
                let end = min(admitted.endOfRun(from: start), rows.upperBound)
                let slot = admitted.slots[start]
                if admitted.arrivals[start] == .begins { rolling.begin(slot) }
                rolling.take(
                    end - start, of: slot, rows: from + start * width + plan.settings.count, rowStride: width,
                    into: target + ((start - rows.lowerBound) * stride + width * size), resultStride: stride)
                start = end
            }
        }
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
        let picked = chosen.settings + chosen.kept
        groups = ColumnGroup.groups(of: picked.indices)
        intake = RowIntake(columns: picked, missing: settings.missing)
        rolling = RollingStatistics(
            columns: chosen.kept.count, windows: settings.windows, statistics: settings.statistics)
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
