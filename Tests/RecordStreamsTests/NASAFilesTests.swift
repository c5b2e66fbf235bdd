import Foundation
import RecordStreams
import SensorData
import Testing

/// NASA's own files, as shipped in `examples/data`, read as `cmapss-ingest` reads them.
@Suite struct NASAFilesTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let data = root.appendingPathComponent("examples/data")

    /// FNV-1a over 64-bit words.
    private struct Digest {
        private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

        mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }
    }

    /// The digest of each column of a file.
    private func digests(of name: String, _ labels: CMAPSSIngestion.Labels, chunkSize: Int) throws -> [String: UInt64] {
        let source = try ByteSource(path: NASAFilesTests.data.appendingPathComponent("\(name).txt.gz").path)
        var ingestion = CMAPSSIngestion(
            file: name, labels: labels, clock: RowClock(start: 0, interval: 1000, stagger: 3_600_000))
        var digests: [String: Digest] = [:]
        func take(_ rows: RowBatch) {
            for unit in rows.unitIDs { digests["unit_id", default: Digest()].add(UInt64(bitPattern: unit)) }
            for cycle in rows.cycles { digests["cycle", default: Digest()].add(UInt64(bitPattern: cycle)) }
            for rul in rows.rul { digests["rul", default: Digest()].add(UInt64(bitPattern: rul)) }
            for (column, name) in rows.schema.columns.enumerated() {
                var digest = digests[name] ?? Digest()
                for row in 0..<rows.count { digest.add(rows.values[row * rows.width + column].bitPattern) }
                digests[name] = digest
            }
        }
        var buffer = [UInt8](repeating: 0, count: chunkSize)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            try buffer.withUnsafeBytes { bytes in
                try ingestion.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count]), emit: take)
            }
        }
        try ingestion.finish(emit: take)
        return digests.mapValues(\.value)
    }

    @Test(arguments: [65_536, 4099])
    func everyBitIsThatOfPandas(chunkSize: Int) throws {
        let golden = NASAFilesTests.root.appendingPathComponent("Tests/Goldens/sources/fd001.csv")
        let lives = try Data(contentsOf: NASAFilesTests.data.appendingPathComponent("RUL_FD001.txt"))
        let life = try RemainingLife(file: "RUL_FD001.txt", text: Array(lives))
        let found = [
            "train_FD001": try digests(of: "train_FD001", .runToFailure(threshold: 30), chunkSize: chunkSize),
            "test_FD001": try digests(of: "test_FD001", .remaining(life, threshold: 30), chunkSize: chunkSize),
        ]
        let lines = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 * 27)
        for line in lines {
            let fields = line.split(separator: ",")
            #expect(found[String(fields[0])]?[String(fields[1])] == UInt64(fields[2], radix: 16), "\(line)")
        }
    }
}
