import Features
import SensorData
import VectorMath

/// A stream of rows, or of windows, as one model sees and judges it: its columns, what its features and windows remember of
/// each unit, its detector.
struct ModelStream: Sendable {
    /// What a model says of some windows, one entry each.
    struct Verdicts {
        /// The windows as the model sees them.
        var windows: WindowBatch
        /// Raw errors.
        var errors: [Double]
        /// The shares of the columns, row-major; empty where nobody asked.
        var shares: [Double]
        /// Whether the fleet's baseline stood in for the unit's own; empty where it never did.
        var isOnFleetBaseline: [Bool]
    }

    /// The model.
    let bundle: ModelBundle
    /// Which columns belong to which sensor.
    let fold: ColumnFold
    /// The rows last taken.
    private(set) var rows: FittedRows
    /// Where the windows of those end.
    private(set) var assembler: WindowAssembler
    private var windows: WindowBatch

    /// Knows no unit yet.
    ///
    /// - Parameter sensors: those of the models that judge the stream before this one.
    /// - Throws: `FeatureError` when the bundle's windows are impossible.
    init(_ bundle: ModelBundle, missing: MissingValuePolicy, after sensors: [String]) throws {
        self.bundle = bundle
        let features = bundle.description.features
        rows = FittedRows(features, of: "model \(bundle.version)", missing: missing)
        assembler = try WindowAssembler(
            columns: features.columns, shape: WindowShape(length: bundle.description.window.length))
        windows = assembler.emptyBatch(keys: [])
        fold = ColumnFold(columns: features.columns, inputs: features.inputs, after: sensors)
    }

    /// Takes the rows of `batch`.
    ///
    /// - Throws: `DataError` naming the row, and the model where a column is missing. The rows before it are taken.
    mutating func take(_ batch: RowBatch) throws {
        // Also after a failure, so that the windows are those of the rows before it.
        defer { assembler.append(rows.admitted, values: rows.values, of: batch, into: &windows) }
        try rows.take(batch)
    }

    /// Judges the windows that end in `ends`, which are some of those of the rows last taken.
    func verdicts(endingIn ends: [Int], explained: Bool, pool: WorkerPool) throws -> Verdicts {
        var chosen = windows
        if ends != assembler.endRows {
            let kept = Set(ends)
            chosen = windows.selecting { kept.contains(assembler.endRows[$0]) }
        }
        var verdicts = try judge(chosen, explained: explained, pool: pool)
        guard rows.onFleetBaseline.contains(true) else { return verdicts }
        for (row, isFleet) in zip(rows.admitted.rows, rows.onFleetBaseline)
        where verdicts.isOnFleetBaseline.count < ends.count && row == ends[verdicts.isOnFleetBaseline.count] {
            verdicts.isOnFleetBaseline.append(isFleet)
        }
        return verdicts
    }

    /// Judges windows that come without the rows before them.
    ///
    /// - Throws: `DataError` naming the model where a column is missing or the length is another.
    func verdicts(on windows: WindowBatch, explained: Bool, pool: WorkerPool) throws -> Verdicts {
        let features = try rows.check(windows.columns, at: windows.origin)
        let length = bundle.description.window.length
        guard windows.length == length else {
            throw DataError(
                "model \(bundle.version) takes windows of \(length) rows; found \(windows.length)", at: windows.origin)
        }
        var verdicts = try judge(features.apply(windows), explained: explained, pool: pool)
        if features.usesBaseline {
            verdicts.isOnFleetBaseline = [Bool](repeating: true, count: windows.count)
        }
        return verdicts
    }

    private func judge(_ windows: WindowBatch, explained: Bool, pool: WorkerPool) throws -> Verdicts {
        guard windows.count > 0 else {
            return Verdicts(windows: windows, errors: [], shares: [], isOnFleetBaseline: [])
        }
        let (errors, shares) =
            explained
            ? try bundle.detector.judge(windows, pool: pool) : (try bundle.detector.errors(of: windows, pool: pool), [])
        return Verdicts(windows: windows, errors: errors, shares: shares, isOnFleetBaseline: [])
    }
}

extension ModelStream {
    /// Writes what is remembered of each unit.
    func encode(into encoder: inout StateEncoder) {
        rows.encode(into: &encoder)
        assembler.encode(into: &encoder)
    }

    /// Takes on what `encode` wrote for the same model.
    ///
    /// - Throws: `FeatureError.otherSettings`, `DataError` where the state is damaged.
    mutating func restore(from decoder: inout StateDecoder) throws {
        try rows.restore(from: &decoder)
        try assembler.restore(from: &decoder)
    }
}
