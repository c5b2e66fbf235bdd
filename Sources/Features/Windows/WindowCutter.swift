import SensorData

/// Which columns of which rows become windows.
public struct WindowSettings: Hashable, Sendable {
    /// The columns of a window.
    public var columns: ColumnSelection
    /// Columns that say how the machine was run; they are no part of the plain columns.
    public var settings: ColumnSelection
    /// Length and stride.
    public var shape: WindowShape
    /// What becomes of rows with missing values.
    public var missing: MissingValuePolicy

    /// Describes windows.
    public init(
        columns: ColumnSelection = .none, settings: ColumnSelection = .none, shape: WindowShape = WindowShape(),
        missing: MissingValuePolicy = .error
    ) {
        self.columns = columns
        self.settings = settings
        self.shape = shape
        self.missing = missing
    }

    /// The columns chosen from a stream: those selected, or where a lenient selection matches none of them the plain
    /// ones, which are neither settings nor rolling features (`X_mean_5` beside an `X`).
    ///
    /// - Throws: `FeatureError.unknownColumns`, `FeatureError.noColumns`.
    public func chosenColumns(of available: [String]) throws -> [String] {
        let selected = try columns.columns(of: available)
        if !selected.isEmpty { return selected }
        let plain = plainColumns(of: available)
        guard !plain.isEmpty, !columns.isStrict else { throw FeatureError.noColumns(available: available) }
        return plain
    }

    /// The plain columns of a stream that are not chosen although the selection was made for another machine: it names columns
    /// that are not there.
    public func passedOver(of available: [String]) throws -> [String] {
        guard columns.matchesPartly(available) else { return [] }
        let chosen = try columns.columns(of: available)
        return plainColumns(of: available).filter { !chosen.contains($0) }
    }

    private func plainColumns(of available: [String]) -> [String] {
        let names = Set(available)
        return available.filter { !settings.contains($0) && !WindowSettings.isRollingFeature($0, beside: names) }
    }

    private static func isRollingFeature(_ name: String, beside names: Set<String>) -> Bool {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count > 2, let length = parts.last, Int(length) != nil,
            RollingStatistic(rawValue: String(parts[parts.count - 2])) != nil
        else { return false }
        return names.contains(parts.dropLast(2).joined(separator: "_"))
    }
}

/// Turns rows into windows of their own values, as they stand.
public struct WindowCutter: Sendable {
    /// What was asked for.
    public let settings: WindowSettings
    private var schema: RowSchema?
    private var intake: RowIntake
    private var assembler: WindowAssembler
    private var admitted = AdmittedRows()
    private var values: [Float] = []

    /// Cuts windows as `settings` say; the columns are chosen when the first rows come.
    ///
    /// - Throws: `FeatureError.invalid`.
    public init(settings: WindowSettings) throws {
        self.settings = settings
        intake = RowIntake(columns: [])
        assembler = try WindowAssembler(columns: [], shape: settings.shape)
    }

    /// The columns of the windows; empty before the first rows.
    public var columns: [String] { assembler.columns }
    /// How many missing values the unit's last one stood in for.
    public var heldCount: Int { intake.heldCount }
    /// How many rows were skipped because a value was missing.
    public var droppedCount: Int { intake.droppedCount }
    /// How many gaps in cycles broke a window.
    public var gapCount: Int { assembler.gapCount }
    /// Units that have not filled one window so far.
    public var unitsWithoutWindow: [Int64] { assembler.unitsWithoutWindow }

    /// Replaces `windows` by those that end in rows of `batch`.
    ///
    /// - Throws: `FeatureError` where the settings name columns that the rows lack; `DataError` naming row and column.
    ///   `windows` then holds those that end before that row.
    public mutating func apply(_ batch: RowBatch, into windows: inout WindowBatch) throws {
        if batch.schema != schema {
            windows.removeAll(keys: batch.schema.keys)
            try adopt(batch)
            windows = assembler.emptyBatch(keys: batch.schema.keys)
        }
        var failure: (any Error)?
        do {
            try intake.admit(batch, into: &admitted)
        } catch {
            failure = error
        }
        values.removeAll(keepingCapacity: true)
        for value in admitted.values { values.append(Float(value)) }
        assembler.append(admitted, values: values, of: batch, into: &windows)
        if let failure { throw failure }
    }

    private mutating func adopt(_ batch: RowBatch) throws {
        let chosen = try settings.chosenColumns(of: batch.schema.columns)
        if columns.isEmpty {
            try begin(chosen)
        } else if chosen != columns {
            throw DataError(
                "the columns change; expected \(columns.joined(separator: ", ")), found \(chosen.joined(separator: ", "))",
                at: batch.location(of: 0))
        }
        schema = batch.schema
    }

    private mutating func begin(_ columns: [String]) throws {
        intake = RowIntake(columns: columns, missing: settings.missing, largestMagnitude: RowIntake.largestFloat)
        assembler = try WindowAssembler(columns: columns, shape: settings.shape)
    }
}

extension WindowCutter {
    private static let kind = "window"

    /// What runs that continue each other have in common.
    private var commonSettings: String { "length \(settings.shape.length) and stride \(settings.shape.stride)" }

    /// Replaces the state file at `path` by the last rows of each unit.
    ///
    /// - Throws: `SystemError`.
    public func saveState(to path: String) throws {
        try StateFile.write(kind: WindowCutter.kind, settings: commonSettings, to: path) { encoder in
            encoder.put(columns)
            intake.encode(into: &encoder)
            assembler.encode(into: &encoder)
        }
    }

    /// Continues from the state file at `path`, if there is one.
    ///
    /// - Throws: `FeatureError.otherSettings`, `DataError` where the file is damaged, `SystemError`.
    public mutating func restoreState(from path: String) throws {
        guard var decoder = try StateFile.read(kind: WindowCutter.kind, settings: commonSettings, from: path) else {
            return
        }
        try begin(try decoder.strings())
        try intake.restore(from: &decoder)
        try assembler.restore(from: &decoder)
        try decoder.finish()
    }
}
