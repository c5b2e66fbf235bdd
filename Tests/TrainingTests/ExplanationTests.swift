import Detectors
import Features
import Foundation
import RecordStreams
import SensorData
import Testing
import Training
import VectorMath

/// What the forest names on NASA's FD001, as shipped in `examples/data`.
///
/// All engines of FD001 wear in the high-pressure compressor, which loses efficiency and flow (Saxena et al. 2008, "Damage
/// propagation modeling for aircraft engine run-to-failure simulation", doi:10.1109/PHM.2008.4711414). To keep its thrust the
/// engine runs hotter: the outlet temperatures of both compressors and the turbine (2, 3, 4) rise. The compressor's outlet
/// pressure (7), the fuel per pressure (12) and the coolant bleeds (20, 21) fall; its static outlet pressure (11), the
/// bypass ratio (15) and the bleed's enthalpy (17) rise; the controller turns both shafts faster (8, 9, 13, 14). So each of
/// the fourteen sensors moves with the fault. What does not are altitude and Mach number (settings 1 and 2), which are
/// flown, not suffered.
@Suite struct ExplanationTests {
    private static let sensors = [2, 3, 4, 7, 8, 9, 11, 12, 13, 14, 15, 17, 20, 21].map { "sensor_\($0)" }
    private static let flown = ["op_setting_1", "op_setting_2"]
    /// Those that tell most about wear: |correlation| with min(RUL, 125) 0.775 to 0.707 over the training file; of the other
    /// eight 0.705 to 0.370.
    private static let strongest: Set = ["sensor_11", "sensor_4", "sensor_12", "sensor_7", "sensor_15", "sensor_21"]

    /// The training file, one batch an engine.
    private static func engines() throws -> [RowBatch] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let source = try ByteSource(path: root.appendingPathComponent("examples/data/train_FD001.txt.gz").path)
        var ingestion = CMAPSSIngestion(
            file: "train_FD001", labels: .runToFailure(threshold: 30),
            clock: RowClock(start: 0, interval: 1000, stagger: 3_600_000))
        var engines: [RowBatch] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            try buffer.withUnsafeBytes { bytes in
                try ingestion.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count])) { engines.append($0) }
            }
        }
        try ingestion.finish { engines.append($0) }
        return engines.filter { !$0.isEmpty }
    }

    /// A forest by the recipe of `configs/train-iforest.yaml`, with half the trees.
    private static func forest(
        on engines: [RowBatch], columns: [String], seed: UInt64, pool: WorkerPool
    ) throws -> (bundle: ModelBundle, validation: Set<Int64>) {
        var bytes: [UInt8] = []
        let writer = RecordWriter(ByteSink { bytes.append(contentsOf: $0) }, format: .npy)
        for engine in engines { try writer.write(engine) }
        try writer.finish()
        var settings = TrainingSettings()
        settings.windows = WindowSettings(columns: ColumnSelection(lists: columns, isStrict: true))
        settings.features = FeatureRecipe(
            scaling: .zScore, baseline: UnitBaseline(prior: 20),
            derived: [.mean(span: 10), .meanDeviation(span: 10), .slope(short: 10, long: 100)])
        settings.healthy = .remaining(atLeast: 45)
        settings.contaminations = [0.01]
        settings.seed = seed
        var rest = bytes[...]
        let source = ByteSource(name: "train_FD001") { buffer in
            let part = rest.prefix(buffer.count)
            buffer.copyBytes(from: part)
            rest = rest.dropFirst(part.count)
            return part.count
        }
        let prepared = try PreparedTraining(
            try TrainingData(RecordReader(source), settings: settings), settings: settings)
        let detector = try ForestDetector(
            fitting: prepared.healthy, view: .last, configuration: .init(trees: 100, samples: nil, seed: seed),
            pool: pool)
        let assessment = try Assessment(detector, calibration: .identity, on: prepared, pool: pool)
        let tool = ToolRecord(name: "test", version: "0")
        let model = try TrainedModel(detector, assessment, on: prepared, tool: tool, pool: pool)
        return (model.bundle, prepared.split.validation)
    }

    private static func records(
        of engines: [RowBatch], by bundle: ModelBundle, contributions: Int?, pool: WorkerPool
    ) throws -> [ScoredRecord] {
        var options = WindowScorer.Options()
        options.contributions = contributions
        var scorer = try WindowScorer(bundle, options: options, pool: pool)
        return try engines.flatMap { engine in
            var records: [ScoredRecord] = []
            try scorer.score(engine, into: &records)
            return records
        }
    }

    /// The standard deviation of a column over the rows with more than 125 cycles to live.
    private static func healthyDeviation(of column: Int, in engines: [RowBatch]) -> Double {
        var values: [Double] = []
        for engine in engines {
            for row in 0..<engine.count where engine.rul[row] > 125 {
                values.append(engine.values[row * engine.width + column])
            }
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.map { ($0 - mean) * ($0 - mean) }
        return (squares.reduce(0, +) / Double(values.count)).squareRoot()
    }

    @Test func trueAlarmsNameWhatTheFaultMoves() throws {
        let pool = WorkerPool(threads: 1)
        let engines = try Self.engines()
        let (bundle, validation) = try Self.forest(
            on: engines, columns: Self.sensors + Self.flown, seed: 0, pool: pool)
        let records = try Self.records(
            of: engines.filter { validation.contains($0.unitIDs[0]) }, by: bundle, contributions: nil, pool: pool)
        let alarms = records.filter { $0.isAnomaly == true && $0.label == true }.map(\.contributions)
        #expect(alarms.count > 300)
        func share(_ names: some Sequence<String>) -> Double {
            let names = Set(names)
            return alarms.reduce(0) { $0 + $1.filter { names.contains($0.name) }.reduce(0) { $0 + $1.share } }
                / Double(alarms.count)
        }
        func lead(_ names: some Sequence<String>) -> Double {
            let names = Set(names)
            return Double(alarms.count { $0.first.map { names.contains($0.name) } ?? false }) / Double(alarms.count)
        }
        // By chance settings would lead one alarm in eight and have an eighth of the shares; found: none, and 0.029.
        #expect(lead(Self.flown) < 0.01)
        #expect(share(Self.flown) < 0.05)
        // By chance six of sixteen, 0.375; found 0.457 and 0.496. More would be too much to ask: all fourteen move
        // together, and which of them is first in an alarm changes with the forest's seed.
        #expect(share(Self.strongest) > 0.43)
        #expect(lead(Self.strongest) > 0.43)
    }

    @Test func aSensorThatDriftsAloneIsNamedFirst() throws {
        let pool = WorkerPool(threads: 1)
        let engines = try Self.engines()
        let (bundle, validation) = try Self.forest(on: engines, columns: Self.sensors, seed: 1, pool: pool)
        let columns = try #require(engines.first).schema.columns
        for sensor in Self.sensors {
            let column = try #require(columns.firstIndex(of: sensor))
            // Three standard deviations of the healthy fleet: far less than what ends an engine.
            let drift = 3 * Self.healthyDeviation(of: column, in: engines)
            let drifting = engines.filter { validation.contains($0.unitIDs[0]) }.prefix(5).map { engine in
                var engine = engine
                for row in 60..<engine.count { engine.values[row * engine.width + column] += drift }
                return engine
            }
            let late = try Self.records(of: drifting, by: bundle, contributions: 1, pool: pool).filter {
                (75...80).contains($0.cycle ?? 0)
            }
            let named = late.count { $0.contributions.first?.name == sensor }
            #expect(late.count == 30)
            #expect(named >= 27, "\(sensor) is first in \(named) of 30 records")
        }
    }
}
