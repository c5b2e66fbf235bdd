import Detectors
import DurableFiles
import Features
import RecordStreams
import SensorData

/// The rows that a training run has read.
public struct TrainingData: Sendable {
    /// All rows, unit by unit, with the columns `settingColumns`, then those that say how the machine is.
    public let table: FeatureTable
    /// The columns of `table` that say how the machine was run; empty where there are none or nobody asked.
    public let settingColumns: [String]
    /// Columns that were left out although they were chosen for another machine.
    public let passedOver: [String]
    /// Missing values that the unit's last one stood in for.
    public let heldCount: Int
    /// Rows skipped for a missing value.
    public let droppedCount: Int

    /// Reads rows, or the rows that windows were cut from.
    ///
    /// - Throws: `TrainingError` when there is nothing, `DataError`, `FeatureError`, `SystemError`.
    public init(_ reader: RecordReader, settings: TrainingSettings) throws {
        let shape = settings.windows.shape
        var builder: FeatureTableBuilder?
        var settingColumns: [String] = []
        var passedOver: [String] = []
        switch try reader.kind() {
        case .rows:
            var rows = RowBatch(schema: RowSchema(keys: [], columns: []))
            while try reader.next(&rows) {
                if builder == nil {
                    let chosen = try settings.windows.chosenColumns(of: rows.schema.columns)
                    passedOver = try settings.windows.passedOver(of: rows.schema.columns)
                    settingColumns = try settings.settingColumns(of: rows.schema.columns, beside: chosen)
                    builder = FeatureTableBuilder(columns: settingColumns + chosen, missing: settings.windows.missing)
                }
                guard var filled = builder else { break }
                try filled.append(rows)
                builder = filled
            }
        case .windows:
            var windows = WindowBatch(columns: [], length: shape.length, keys: [])
            while try reader.next(&windows) {
                guard windows.length == shape.length else {
                    throw DataError(
                        "expected windows of \(shape.length) rows, found \(windows.length)", at: windows.origin)
                }
                if builder == nil {
                    settingColumns = try settings.settingColumns(of: windows.columns, beside: [])
                    let chosen = windows.columns.filter { !settingColumns.contains($0) }
                    builder = FeatureTableBuilder(columns: settingColumns + chosen, missing: settings.windows.missing)
                }
                guard var filled = builder else { break }
                try filled.append(windows)
                builder = filled
            }
        case .scored:
            throw TrainingError("the input holds scored records; expected feature rows or windows")
        case nil: break
        }
        guard let builder else { throw TrainingError("the input is empty; expected feature rows or windows") }
        heldCount = builder.heldCount
        droppedCount = builder.droppedCount
        self.settingColumns = settingColumns
        self.passedOver = passedOver
        table = builder.finish()
        guard settingColumns.count < table.columns.count else { throw FeatureError.noColumns(available: table.columns) }
    }

    /// The columns that say how the machine is.
    public var columns: [String] { Array(table.columns.dropFirst(settingColumns.count)) }

    /// SHA-256 of the rows: unit, cycle (the smallest integer where it is unknown) and values, little-endian, row by row.
    public func digest() -> String {
        var digest = Digest()
        var numbers: [UInt64] = []
        for unit in table.units {
            for row in unit.rows {
                let cycle = table.cycles.isEmpty ? RowBatch.unknown : table.cycles[row]
                numbers.removeAll(keepingCapacity: true)
                numbers.append(UInt64(bitPattern: unit.id).littleEndian)
                numbers.append(UInt64(bitPattern: cycle).littleEndian)
                for value in table.values[row * table.width..<(row + 1) * table.width] {
                    numbers.append(value.bitPattern.littleEndian)
                }
                numbers.withUnsafeBytes { digest.update($0) }
            }
        }
        return digest.hexadecimal()
    }
}
