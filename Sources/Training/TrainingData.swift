import Detectors
import Features
import RecordStreams
import SensorData

/// The rows that a training run has read.
public struct TrainingData: Sendable {
    /// All rows, unit by unit.
    public let table: FeatureTable
    /// Missing values that the unit's last one stood in for.
    public let heldCount: Int
    /// Rows skipped for a missing value.
    public let droppedCount: Int

    /// Reads rows, or the rows that windows were cut from.
    ///
    /// - Throws: `TrainingError` when there is nothing, `DataError`, `FeatureError`, `SystemError`.
    public init(_ reader: RecordReader, settings: WindowSettings) throws {
        var builder: FeatureTableBuilder?
        switch try reader.kind() {
        case .rows:
            var rows = RowBatch(schema: RowSchema(keys: [], columns: []))
            while try reader.next(&rows) {
                var filled = try builder ?? TrainingData.builder(rows.schema.columns, settings)
                try filled.append(rows)
                builder = filled
            }
        case .windows:
            var windows = WindowBatch(columns: [], length: settings.shape.length, keys: [])
            while try reader.next(&windows) {
                guard windows.length == settings.shape.length else {
                    throw DataError(
                        "expected windows of \(settings.shape.length) rows, found \(windows.length)", at: windows.origin
                    )
                }
                var filled = builder ?? FeatureTableBuilder(columns: windows.columns, missing: settings.missing)
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
        table = builder.finish()
    }

    private static func builder(_ available: [String], _ settings: WindowSettings) throws -> FeatureTableBuilder {
        FeatureTableBuilder(columns: try settings.chosenColumns(of: available), missing: settings.missing)
    }

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
