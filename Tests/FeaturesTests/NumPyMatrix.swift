import Foundation

/// A two-dimensional float64 array that a golden script saved.
struct NumPyMatrix {
    let rows: Int
    let columns: Int
    let values: [Double]

    subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

    /// Reads `Tests/Goldens/features/NAME.npy`.
    init(golden name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appendingPathComponent("Goldens/features/\(name).npy"))
        let headerLength = Int(data[8]) + Int(data[9]) << 8
        let header = String(decoding: data[10..<10 + headerLength], as: UTF8.self)
        guard header.contains("'<f8'"), header.contains("'fortran_order': False"),
            let shape = header.firstMatch(of: /\((\d+), (\d+)\)/), let rows = Int(shape.1), let columns = Int(shape.2)
        else { throw CocoaError(.fileReadCorruptFile) }
        self.rows = rows
        self.columns = columns
        values = data[(10 + headerLength)...].withUnsafeBytes { bytes in
            (0..<rows * columns).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
        }
    }
}
