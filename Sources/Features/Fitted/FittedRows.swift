import SensorData

/// The rows of a stream as a model sees them: picks its columns, maps them, remembers each unit.
public struct FittedRows: Sendable {
    /// What was learned.
    public let features: FittedFeatures
    /// The rows of the last batch that take part.
    public private(set) var admitted = AdmittedRows()
    /// Their features, row-major, shape (admitted.count, features.columns.count).
    public private(set) var values: [Float] = []

    /// Whose features they are, for messages.
    private let model: String
    private let missing: MissingValuePolicy
    private var schema: RowSchema?
    private var intake: RowIntake
    private var stream: FeatureStream

    /// Maps by `features`, knowing no unit yet.
    ///
    /// - Parameter model: whose features they are, for messages.
    public init(_ features: FittedFeatures, of model: String, missing: MissingValuePolicy = .error) {
        self.features = features
        self.model = model
        self.missing = missing
        intake = FittedRows.intake(features, missing)
        stream = FeatureStream(features)
    }

    private static func intake(_ features: FittedFeatures, _ missing: MissingValuePolicy) -> RowIntake {
        RowIntake(columns: features.inputs, missing: missing, largestMagnitude: RowIntake.largestFloat)
    }

    /// How many missing values the unit's last one stood in for.
    public var heldCount: Int { intake.heldCount }
    /// How many rows were skipped because a value was missing.
    public var droppedCount: Int { intake.droppedCount }
    /// Rows far from every operating regime of the model.
    public var strangers: FeatureStream.Strangers { stream.strangers }
    /// For each admitted row, whether the fleet's baseline stood in for the unit's own.
    public var onFleetBaseline: [Bool] { stream.onFleetBaseline }

    /// Replaces `admitted` and `values` by those of `batch`.
    ///
    /// - Throws: `DataError` naming the row, and the model where a column is missing. What was taken is then that of the
    ///   rows before.
    public mutating func take(_ batch: RowBatch) throws {
        if batch.schema != schema { try adopt(batch) }
        var failure: (any Error)?
        do {
            try intake.admit(batch, into: &admitted)
        } catch {
            failure = error
        }
        stream.apply(admitted, of: batch, into: &values)
        if let place = values.firstNotFinite { throw leaveOut(from: place, of: batch) }
        if let failure { throw failure }
    }

    /// Takes back the rows from that of value `place` on, and says what is wrong with it.
    private mutating func leaveOut(from place: Int, of batch: RowBatch) -> DataError {
        let width = features.columns.count
        let kept = place / width
        let row = admitted.rows[kept]
        admitted.keepFirst(kept)
        values.removeLast(values.count - kept * width)
        return features.overflow(of: place % width, unitID: batch.unitIDs[row], at: batch.location(of: row))
    }

    /// Sees that a schema has what the model needs, and settles with the first one whether it brings settings that the
    /// model can do without.
    private mutating func adopt(_ batch: RowBatch) throws {
        let columns = batch.schema.columns
        admitted = AdmittedRows()
        values.removeAll(keepingCapacity: true)
        let adapted = try check(columns, at: batch.location(of: 0))
        if intake.unitIDs.isEmpty, adapted.inputs != intake.columns { begin(adapted) }
        schema = batch.schema
    }

    /// The features that rows or windows of `columns` can have.
    ///
    /// - Throws: `DataError` naming a column that is missing.
    @discardableResult
    public func check(_ columns: [String], at location: SourceLocation) throws -> FittedFeatures {
        let adapted = try features.adapted(to: columns)
        let known = Set(columns)
        guard let missing = adapted.inputs.first(where: { !known.contains($0) }) else { return adapted }
        throw DataError("\(model) needs column '\(missing)'; found \(columns.joined(separator: ", "))", at: location)
    }

    private mutating func begin(_ features: FittedFeatures) {
        intake = FittedRows.intake(features, missing)
        stream = FeatureStream(features)
    }
}

extension FittedRows {
    /// Writes what is remembered of each unit.
    public func encode(into encoder: inout StateEncoder) {
        encoder.put(intake.columns)
        intake.encode(into: &encoder)
        stream.encode(into: &encoder)
    }

    /// Takes on what `encode` wrote under the same features.
    ///
    /// - Throws: `FeatureError.otherSettings`, `DataError` where the state is damaged.
    public mutating func restore(from decoder: inout StateDecoder) throws {
        begin(try features.adapted(to: try decoder.strings()))
        try intake.restore(from: &decoder)
        try stream.restore(from: &decoder)
    }
}

extension FittedRows {
    private static let kind = "featurize --model"

    /// Replaces the state file at `path` by what is remembered of each unit.
    ///
    /// - Parameter digest: names the features; a run that continues must have the same.
    /// - Throws: `SystemError`.
    public func saveState(to path: String, digest: String) throws {
        try StateFile.write(kind: FittedRows.kind, settings: FittedRows.settings(digest), to: path, contents: encode)
    }

    /// Continues from the state file at `path`, if there is one.
    ///
    /// - Throws: `FeatureError.otherSettings`, `DataError` where the file is damaged, `SystemError`.
    public mutating func restoreState(from path: String, digest: String) throws {
        let settings = FittedRows.settings(digest)
        guard var decoder = try StateFile.read(kind: FittedRows.kind, settings: settings, from: path) else { return }
        try restore(from: &decoder)
        try decoder.finish()
    }

    private static func settings(_ digest: String) -> String { "features \(digest.prefix(12))" }

    /// Makes `result` the rows last taken from `batch`: its identities and labels, and the features.
    public func write(_ batch: RowBatch, into result: inout RowBatch) {
        let schema = RowSchema(keys: batch.schema.keys, columns: features.columns)
        result.take(admitted.rows, of: batch, schema: schema) { numbers in
            for (index, value) in values.enumerated() { numbers.initializeElement(at: index, to: Double(value)) }
        }
    }
}
