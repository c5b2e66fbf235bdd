import Detectors
import DurableFiles
import Foundation
import RecordStreams
import SensorData
import Testing
import VectorMath

/// What a library says of a set of points, means over ten seeds.
private struct PeerScores: Decodable {
    var auc: Double
    var outliers: Double
    var inliers: Double
}

/// `Tests/Goldens/detectors/iforest.py` made the numbers.
@Suite struct PeerAgreementTests {
    private let folder = "\(repository)/Tests/Goldens/detectors"
    private let pool = WorkerPool(threads: 2)

    private func compare(_ name: String, _ fitted: PointSet, _ points: PointSet, _ isPositive: [Bool], samples: Int?)
        throws
    {
        let text = Data(try readFile("\(folder)/iforest.json"))
        let peers = try #require(try JSONDecoder().decode([String: [String: PeerScores]].self, from: text)[name])
        var (auc, outliers, inliers) = (0.0, 0.0, 0.0)
        for seed in 0..<10 {
            let forest = try IsolationForest(
                fitting: fitted, configuration: .init(trees: 200, samples: samples, seed: UInt64(seed)), pool: pool)
            let scores = forest.scores(of: points, pool: pool)
            auc += areaUnderROC(scores, isPositive) / 10
            let positive = scores.indices.filter { isPositive[$0] }.map { scores[$0] }
            let negative = scores.indices.filter { !isPositive[$0] }.map { scores[$0] }
            outliers += positive.reduce(0, +) / Double(positive.count) / 10
            inliers += negative.reduce(0, +) / Double(negative.count) / 10
        }
        #expect(peers.count == 2)
        for (library, peer) in peers {
            #expect(abs(auc - peer.auc) < 0.005, "\(name): AUC \(auc), \(library) \(peer.auc)")
            #expect(abs(outliers - peer.outliers) < 0.01, "\(name): outliers \(outliers), \(library) \(peer.outliers)")
            #expect(abs(inliers - peer.inliers) < 0.01, "\(name): inliers \(inliers), \(library) \(peer.inliers)")
        }
    }

    @Test(arguments: [("blob", 256), ("blob_all", nil as Int?)]) func aBlobAndItsOutliers(name: String, samples: Int?)
        throws
    {
        let bytes = try readFile("\(folder)/blob.f32")
        let values = bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
        let points = PointSet(rows: values, dimension: 4)
        try compare(name, points, points, points.offsets.indices.map { $0 >= 400 }, samples: samples)
    }

    @Test func windowsOfFD001() throws {
        let (windows, rul) = try turbofanWindows()
        let points = WindowView.statistics.points(of: windows, pool: pool)
        let healthy = points.selecting(rul.indices.filter { rul[$0] >= 30 })
        try compare("fd001", healthy, points, rul.map { $0 < 30 }, samples: 256)
    }

    /// Windows of 14 sensors of the shipped training file, and the remaining useful life at the end of each.
    private func turbofanWindows() throws -> (WindowBatch, [Int]) {
        let source = try ByteSource(path: "\(repository)/examples/data/train_FD001.txt.gz")
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try part.withUnsafeMutableBytes { try source.read(into: $0) }
            if count == 0 { break }
            text += part[..<count]
        }
        let sensors = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21]
        var windows = WindowBatch(columns: sensors.map { "sensor_\($0)" }, length: 30, keys: [])
        var rul: [Int] = []
        var units: [Int] = []
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            units.append(try #require(Int(fields[0])))
            for sensor in sensors { windows.rows.append(try #require(Float(fields[4 + sensor]))) }
        }
        var lastRow: [Int: Int] = [:]
        for (row, unit) in units.enumerated() { lastRow[unit] = row }
        for start in 0...(units.count - 30) where units[start] == units[start + 29] {
            windows.starts.append(start)
            windows.unitIDs.append(Int64(units[start]))
            rul.append(try #require(lastRow[units[start]]) - start - 29)
        }
        return (windows, rul)
    }
}
