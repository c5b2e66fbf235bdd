import Features
import Foundation
import SensorData
import Testing

@Suite struct StateTests {
    private let rows = madeRows(units: [1: 45, 2: 3, 3: 30, 7: 70], columns: ["a", "b", "c"])

    /// Calls `body` with a path in a folder that goes away afterwards.
    private func withPath(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("borescope-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appendingPathComponent("state").path)
    }

    private func features(_ batch: RowBatch, state: String?, _ settings: FeaturizerSettings) throws -> [Double] {
        var featurizer = try Featurizer(settings: settings)
        if let state { try featurizer.restoreState(from: state) }
        var result = RowBatch(schema: batch.schema)
        try featurizer.apply(batch, into: &result)
        if let state { try featurizer.saveState(to: state) }
        return result.values
    }

    private func windows(
        _ batch: RowBatch, state: String?, shape: WindowShape = WindowShape(length: 12, stride: 3)
    ) throws -> [[Float]] {
        var cutter = try WindowCutter(settings: WindowSettings(shape: shape))
        if let state { try cutter.restoreState(from: state) }
        var result = WindowBatch(columns: [], length: 1, keys: [])
        try cutter.apply(batch, into: &result)
        if let state { try cutter.saveState(to: state) }
        return (0..<result.count).map { index in result.withWindow(index) { Array($0) } }
    }

    @Test func aStreamCutAnywhereContinues() throws {
        let mixed = rows.picking(rows.interleaved(seed: 2))
        let settings = FeaturizerSettings(windows: [2, 5, 20])
        for batch in [rows, mixed] {
            let whole = try features(batch, state: nil, settings)
            let wholeWindows = try windows(batch, state: nil)
            for cut in stride(from: 1, to: batch.count, by: 7) {
                try withPath { path in
                    let first = try features(batch.picking(0..<cut), state: path, settings)
                    let second = try features(batch.picking(cut..<batch.count), state: path, settings)
                    #expect((first + second).map(\.bitPattern) == whole.map(\.bitPattern))
                }
                try withPath { path in
                    let first = try windows(batch.picking(0..<cut), state: path)
                    #expect(first + (try windows(batch.picking(cut..<batch.count), state: path)) == wholeWindows)
                }
            }
        }
    }

    /// Longer than there is room for at first, so that what is remembered moves while the unit goes on.
    @Test func longWindowsContinue() throws {
        let rows = madeRows(units: [1: 200, 2: 3, 3: 90, 4: 340], columns: ["a", "b"])
        let settings = FeaturizerSettings(windows: [3, 150, 300])
        let shape = WindowShape(length: 180, stride: 7)
        for batch in [rows, rows.picking(rows.interleaved(seed: 3))] {
            let whole = try features(batch, state: nil, settings)
            let wholeWindows = try windows(batch, state: nil, shape: shape)
            #expect(!wholeWindows.isEmpty)
            for cut in [1, 60, 130, 195, 300, 500, 632] {
                let parts = [batch.picking(0..<cut), batch.picking(cut..<batch.count)]
                try withPath { path in
                    let found = try parts.flatMap { try features($0, state: path, settings) }
                    #expect(found.map(\.bitPattern) == whole.map(\.bitPattern))
                }
                try withPath { path in
                    let found = try parts.flatMap { try windows($0, state: path, shape: shape) }
                    #expect(found == wholeWindows)
                }
            }
        }
    }

    @Test func aLongWindowTakesNoMoreRoomThanUnitsFill() throws {
        let rows = madeRows(units: [1: 10, 2: 70], columns: ["a", "b"])
        func size(_ path: String) throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }
        try withPath { path in
            _ = try features(rows, state: path, FeaturizerSettings(windows: [1_000_000]))
            #expect(try size(path) < 10_000)
        }
        try withPath { path in
            _ = try windows(rows, state: path, shape: WindowShape(length: 100_000))
            #expect(try size(path) < 10_000)
        }
    }

    @Test func fittedFeaturesContinue() throws {
        let features = try FittedFeatures(
            inputs: ["a"], stages: [.minMax(MinMaxScaling(columns: ["a"], low: [0], high: [10]))])
        var intake = RowIntake(columns: features.inputs)
        var stream = FeatureStream(features)
        var admitted = AdmittedRows()
        var values: [Float] = []
        try intake.admit(rows.picking(0..<20), into: &admitted)
        stream.apply(admitted, of: rows, into: &values)
        var encoder = StateEncoder()
        intake.encode(into: &encoder)
        stream.encode(into: &encoder)
        var decoder = StateDecoder(encoder.bytes, file: "memory")
        var secondIntake = RowIntake(columns: features.inputs)
        var second = FeatureStream(features)
        try secondIntake.restore(from: &decoder)
        try second.restore(from: &decoder)
        try decoder.finish()
        try secondIntake.admit(rows.picking(20..<30), into: &admitted)
        #expect(admitted.arrivals.allSatisfy { $0 == .follows })
    }

    @Test func otherSettingsAreRefused() throws {
        try withPath { path in
            _ = try features(rows.picking(0..<9), state: path, FeaturizerSettings())
            #expect(throws: FeatureError.self) {
                try self.features(self.rows.picking(9..<20), state: path, FeaturizerSettings(windows: [5]))
            }
            #expect(throws: DataError.self) {
                try self.features(
                    self.rows.picking(9..<20), state: path, FeaturizerSettings(drop: ColumnSelection(["a"])))
            }
            #expect(throws: FeatureError.self) { try self.windows(self.rows.picking(9..<20), state: path) }
        }
    }

    @Test func damageIsFound() throws {
        try withPath { path in
            _ = try features(rows.picking(0..<9), state: path, FeaturizerSettings())
            let good = try Data(contentsOf: URL(fileURLWithPath: path))
            var random = FixedRandom(seed: 12)
            for _ in 0..<200 {
                var bad = good
                let place = Int.random(in: 0..<good.count, using: &random)
                if Bool.random(using: &random) {
                    bad[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
                } else {
                    bad = bad.prefix(place)
                }
                try bad.write(to: URL(fileURLWithPath: path))
                #expect(throws: (any Error).self) {
                    try self.features(self.rows.picking(9..<20), state: path, FeaturizerSettings())
                }
            }
        }
    }

    @Test func whatHasNoEndIsNoState() throws {
        for path in ["/dev/zero", "/dev/full", "/dev/null"] {
            let error = #expect(throws: DataError.self) {
                try self.features(self.rows.picking(0..<9), state: path, FeaturizerSettings())
            }
            #expect(error?.message.hasPrefix("\(path): this is no state file; expected a plain file") == true)
        }
        try withPath { path in
            try #require(mkfifo(path, 0o600) == 0)
            #expect(throws: DataError.self) {
                try self.features(self.rows.picking(0..<9), state: path, FeaturizerSettings())
            }
        }
    }

    /// Bytes whose check sum is right but whose contents are not: what the decoder itself has to refuse.
    @Test func lengthsThatLieAreFound() throws {
        for count in [Int64(-1), 3, 1 << 60, .max] {
            var encoder = StateEncoder()
            encoder.put(count)
            encoder.put(Int64(0))
            var numbers = StateDecoder(encoder.bytes, file: "memory")
            #expect(throws: DataError.self) { try numbers.doubles() }
            var texts = StateDecoder(encoder.bytes, file: "memory")
            #expect(throws: DataError.self) { try texts.strings() }
        }
    }
}

@Suite struct WindowCutterTests {
    private func columns(_ available: [String], _ settings: WindowSettings) throws -> [String] {
        try settings.chosenColumns(of: available)
    }

    @Test func anotherMachineNeedsNoConfiguration() throws {
        let turbofan = WindowSettings(
            columns: ColumnSelection(["sensor_2", "sensor_3"]), settings: ColumnSelection(["op_*"]))
        let pump = ["op_speed", "flow", "heat_mean", "flow_mean_5", "flow_std_5", "flow_std_x", "head_mean_5"]
        #expect(try columns(pump, turbofan) == ["flow", "heat_mean", "flow_std_x", "head_mean_5"])
        #expect(try columns(["op_1", "sensor_3", "sensor_2", "x"], turbofan) == ["sensor_2", "sensor_3"])
        #expect(throws: FeatureError.noColumns(available: ["op_1"])) { try self.columns(["op_1"], turbofan) }
        let typed = WindowSettings(columns: ColumnSelection(["sensor_2"], isStrict: true))
        #expect(throws: FeatureError.self) { try self.columns(pump, typed) }
    }

    @Test func whatWasChosenForAnotherMachineIsKnown() throws {
        let turbofan = WindowSettings(
            columns: ColumnSelection(["sensor_2", "sensor_3"]), settings: ColumnSelection(["op_*"]))
        let machine = ["op_1", "sensor_1", "sensor_2", "sensor_2_mean_5", "flow"]
        #expect(try turbofan.passedOver(of: machine) == ["sensor_1", "flow"])
        #expect(try turbofan.passedOver(of: machine + ["sensor_3"]) == [])
        #expect(try turbofan.passedOver(of: ["op_1", "flow"]) == [])
        let featurizer = FeaturizerSettings(drop: ColumnSelection(["sensor_1", "sensor_5"]))
        #expect(try featurizer.passedOver(of: machine) == ["sensor_1"])
        #expect(try featurizer.passedOver(of: machine + ["sensor_5"]) == [])
        #expect(try FeaturizerSettings().passedOver(of: machine) == [])
    }

    @Test(arguments: [WindowShape(length: 0), WindowShape(length: 5, stride: 0), WindowShape(length: 1_000_000)])
    func impossibleShapesAreRefused(shape: WindowShape) {
        #expect(throws: FeatureError.self) { try WindowCutter(settings: WindowSettings(shape: shape)) }
    }
}
