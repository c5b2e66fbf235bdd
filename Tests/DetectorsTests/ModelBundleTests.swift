import Detectors
import DurableFiles
import Foundation
import SensorData
import Testing
import VectorMath

/// A detector one of whose errors is not-a-number.
private struct Muddled: Detector {
    let base: any Detector
    let place: Int
    var architecture: DetectorArchitecture { base.architecture }
    var length: Int { base.length }
    var columns: [String] { base.columns }
    var tensors: [String: Tensor] { base.tensors }

    func errors(of windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        var errors = try base.errors(of: windows, pool: pool)
        errors[place] = .nan
        return errors
    }

    func contributions(to windows: WindowBatch, pool: WorkerPool) throws -> [Double] {
        try base.contributions(to: windows, pool: pool)
    }
}

@Suite struct ModelBundleTests {
    private let pool = WorkerPool(threads: 1)

    /// Writes the sample bundle, lets `change` edit one of its files, and reads it again.
    private func reread(_ file: String, _ change: (inout [UInt8]) throws -> Void) throws -> ModelBundle {
        let scratch = try Scratch()
        let path = "\(scratch.path)/model"
        try sampleBundle().write(to: path)
        var bytes = try readFile("\(path)/\(file)")
        try change(&bytes)
        try AtomicFile.write(bytes, to: "\(path)/\(file)")
        return try ModelBundle(path: path)
    }

    /// Writes the sample bundle with other tensors, digests and all, and reads it again.
    private func reread(tensors change: (inout [String: Tensor]) throws -> Void) throws -> ModelBundle {
        let scratch = try Scratch()
        let path = "\(scratch.path)/model"
        let bundle = try sampleBundle()
        try bundle.write(to: path)
        var tensors = try SafeTensors.decode(try readFile("\(path)/weights.safetensors"))
        try change(&tensors)
        let weights = try SafeTensors.encode(tensors)
        let text = String(decoding: try readFile("\(path)/model.json"), as: UTF8.self)
            .replacing(bundle.description.weights.sha256, with: Digest.hexadecimal(of: weights))
            .replacing("\"bytes\" : \(bundle.description.weights.bytes)", with: "\"bytes\" : \(weights.count)")
        try AtomicFile.write(weights, to: "\(path)/weights.safetensors")
        try AtomicFile.write(Array(text.utf8), to: "\(path)/model.json")
        return try ModelBundle(path: path)
    }

    @Test(arguments: WindowView.allCases) func givesBackWhatWasWritten(view: WindowView) throws {
        let scratch = try Scratch()
        let bundle = try sampleBundle(view: view)
        try bundle.write(to: "\(scratch.path)/one")
        try bundle.write(to: "\(scratch.path)/two")
        for file in ["model.json", "weights.safetensors"] {
            #expect(try readFile("\(scratch.path)/one/\(file)") == readFile("\(scratch.path)/two/\(file)"))
        }
        let read = try ModelBundle(path: "\(scratch.path)/one")
        #expect(read.description == bundle.description)
        #expect(read.version == bundle.version)
        #expect(read.detector.tensors == bundle.detector.tensors)
        let windows = noiseWindows(50, width: 3, length: 5, seed: 9)
        #expect(try read.detector.errors(of: windows, pool: pool) == bundle.detector.errors(of: windows, pool: pool))
        #expect(try read.selfTest.deviation(of: read.detector, pool: pool) == 0)
        #expect(read.selfTest.windows.count == 3)
    }

    @Test func theVersionNamesEverythingThatMatters() throws {
        let bundle = try sampleBundle()
        #expect(bundle.version.hasPrefix("sample-") && bundle.version.count == "sample-".count + 12)
        #expect(try sampleBundle().version == bundle.version)
        #expect(try sampleBundle(seed: 4).version != bundle.version)
        let moved = try bundle.replacingThreshold(by: 0.7, method: "f1")
        #expect(moved.version != bundle.version)
        #expect(moved.description.weights == bundle.description.weights)
    }

    @Test(arguments: [1.0000000000000002, -1, 1.5, .nan, .infinity])
    func aThresholdThatIsNoScoreIsRefused(value: Double) throws {
        let bundle = try sampleBundle()
        #expect(throws: ThresholdError.self) { try bundle.replacingThreshold(by: value, method: "f1") }
    }

    @Test func anotherThresholdTakesTheMeasurementsOfTheOldOneAway() throws {
        let scratch = try Scratch()
        var description = try sampleBundle().description
        description.metrics = MetricsRecord(
            protocol: "how",
            sets: [
                "validation": [
                    "f1": 0.9, "precision": 0.9, "recall": 0.9, "alarm_share": 0.1, "expected_calibration_error": 0.01,
                    "auc_roc": 0.99, "average_precision": 0.98, "windows": 100, "positives": 9, "prevalence": 0.09,
                ]
            ])
        description.threshold.candidates = [.init(method: "f1", value: 0.55, f1: 0.9)]
        let sample = try sampleBundle()
        let bundle = try ModelBundle(
            description, detector: sample.detector, selfTest: sample.selfTest.windows, pool: pool)
        let moved = try bundle.replacingThreshold(by: 1, method: "cost:1:2")
        try moved.write(to: "\(scratch.path)/moved")
        let again = try ModelBundle(path: "\(scratch.path)/moved").replacingThreshold(by: 0, method: "f1")
        for changed in [moved, again] {
            #expect(
                changed.description.metrics.sets["validation"]?.keys.sorted() == [
                    "auc_roc", "average_precision", "positives", "prevalence", "windows",
                ])
            #expect(changed.description.metrics.protocol.hasPrefix("how; the threshold was replaced"))
            #expect(changed.description.metrics.protocol == moved.description.metrics.protocol)
            #expect(changed.description.threshold.candidates == description.threshold.candidates)
            #expect(changed.scoresAlike(bundle.version) && changed.scoresAlike(changed.version))
            #expect(!changed.scoresAlike(try sampleBundle(seed: 4).version))
        }
        #expect(again.scoresAlike(moved.version) && !moved.scoresAlike(again.version))
        #expect(try bundle.replacingThreshold(by: 1, method: "cost:1:2").version == moved.version)
    }

    @Test func aSelfTestThatIsNoNumberPassesForNothing() throws {
        func numbers(_ name: String) -> (inout [String: Tensor]) throws -> Void {
            { tensors in
                let old = try #require(tensors[name])
                tensors[name] =
                    old.type == .float64
                    ? Tensor([Double](repeating: .nan, count: old.shape[0]))
                    : Tensor([Float](repeating: .infinity, count: old.bytes.count / 4), shape: old.shape)
            }
        }
        for name in ["self_test.errors", "self_test.windows"] {
            let error = #expect(throws: BundleError.self) { try reread(tensors: numbers(name)) }
            #expect(error?.message == "tensor '\(name)' holds a number that is not finite")
        }
        // Not-a-number in any place is a deviation.
        for place in 0..<3 {
            let bundle = try sampleBundle()
            let deviation = try bundle.selfTest.deviation(of: Muddled(base: bundle.detector, place: place), pool: pool)
            #expect(deviation == .infinity)
        }
    }

    @Test(arguments: [
        ("\"format_version\" : 1", "\"format_version\" : 99", "format version 99"),
        ("\"isolation-forest\"", "\"oracle\"", "detector 'oracle' is unknown"),
        ("\"identity\"", "\"magic\"", "calibration 'magic' is unknown"),
        ("\"value\" : 0.55", "\"value\" : 1.5", "threshold is 1.5"),
        ("\"name\" : \"sample\"", "\"name\" : \"\"", "name is empty"),
        ("\"name\" : \"sample\"", "\"nome\" : \"sample\"", "'name' is missing"),
        ("\"length\" : 5", "\"length\" : 0", "window length"),
        ("\"length\" : 5", "\"length\" : 6", "tensor 'self_test.windows'"),
        ("\"trees\" : 20", "\"trees\" : 21", "forest.node_counts"),
        ("\"samples\" : 32", "\"samples\" : 33", "do not make a tree of 33"),
        ("\"dimension\" : 6", "\"dimension\" : 7", "looks at 7 numbers"),
        ("\"weights.safetensors\"", "\"../../etc/passwd\"", "weights are called"),
    ])
    func saysWhatIsWrongWithTheDescription(old: String, new: String, reason: String) {
        let error = #expect(throws: BundleError.self) {
            try reread("model.json") { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                try #require(text.contains(old))
                bytes = Array(text.replacing(old, with: new).utf8)
            }
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "no error")")
        #expect(error?.file?.hasSuffix("/model.json") == true || error?.file?.hasSuffix("/weights.safetensors") == true)
    }

    @Test func noticesEveryChangeOfTheWeights() {
        for place in [0, 9, 500] {
            #expect(throws: BundleError.self) { try reread("weights.safetensors") { $0[place] ^= 1 } }
        }
        #expect(throws: BundleError.self) { try reread("weights.safetensors") { $0.removeLast() } }
        #expect(throws: BundleError.self) { try reread("model.json") { $0.removeLast(20) } }
        #expect(throws: BundleError.self) { try reread("model.json") { $0 = [] } }
    }

    @Test func aMissingBundleIsAMissingFile() {
        let error = #expect(throws: SystemError.self) { try ModelBundle(path: "/nowhere/model") }
        #expect(error?.operation == "open")
    }

    /// Trees whose digests are right and whose nodes are not.
    @Test func refusesTreesThatAreNone() throws {
        func change(_ name: String, _ place: Int, to value: Int32) -> (inout [String: Tensor]) throws -> Void {
            { tensors in
                var numbers = try #require(tensors[name]?.int32s)
                numbers[place] = value
                tensors[name] = Tensor(numbers)
            }
        }
        let sound = try reread { _ in }
        #expect(sound.description.name == "sample")
        // A leaf at the root leaves the rest nobody's child; a split at the end has no children; and so on.
        #expect(throws: BundleError.self) { try reread(tensors: change("forest.feature", 0, to: -1)) }
        #expect(throws: BundleError.self) { try reread(tensors: change("forest.feature", 0, to: 6)) }
        #expect(throws: BundleError.self) { try reread(tensors: change("forest.feature", 0, to: -2)) }
        #expect(throws: BundleError.self) { try reread(tensors: change("forest.sample_count", 0, to: 31)) }
        #expect(throws: BundleError.self) { try reread(tensors: change("forest.sample_count", 1, to: .max)) }
        let error = #expect(throws: BundleError.self) {
            try reread { tensors in
                var sizes = try #require(tensors["forest.sample_count"]?.int32s)
                sizes.replaceSubrange(0..<3, with: [-4, -2, -2])
                tensors["forest.sample_count"] = Tensor(sizes)
            }
        }
        #expect(error?.message == "tree 0: node 0 holds -4 points; expected at least 1")
        let last = (sound.detector.tensors["forest.feature"]?.shape[0] ?? 1) - 1
        #expect(throws: BundleError.self) { try reread(tensors: change("forest.feature", last, to: 0)) }
        #expect(throws: BundleError.self) {
            try reread { tensors in
                var counts = try #require(tensors["forest.node_counts"]?.int64s)
                counts[0] += 2
                counts[1] -= 2
                tensors["forest.node_counts"] = Tensor(counts)
            }
        }
        #expect(throws: BundleError.self) {
            try reread { tensors in
                var counts = try #require(tensors["forest.node_counts"]?.int64s)
                counts[3] = -counts[3]
                tensors["forest.node_counts"] = Tensor(counts)
            }
        }
        #expect(throws: BundleError.self) {
            try reread { tensors in
                var values = try #require(tensors["forest.threshold"]?.floats)
                values[0] = .infinity
                tensors["forest.threshold"] = Tensor(values)
            }
        }
        #expect(throws: BundleError.self) { try reread { $0["forest.threshold"] = nil } }
    }

    @Test func damagedTreesNeverCrash() throws {
        var random = CounterRandom(seed: 2, stream: 0)
        var refusals = 0
        for _ in 0..<150 {
            do {
                let bundle = try reread { tensors in
                    let name = ["forest.feature", "forest.sample_count"].randomElement(using: &random) ?? ""
                    var numbers = try #require(tensors[name]?.int32s)
                    numbers[Int.random(in: 0..<numbers.count, using: &random)] = Int32.random(
                        in: -3...40, using: &random)
                    tensors[name] = Tensor(numbers)
                }
                let windows = noiseWindows(40, width: 3, length: 5, seed: 1)
                #expect(try bundle.detector.errors(of: windows, pool: pool).allSatisfy { $0 > 0 && $0 <= 1 })
            } catch is BundleError {
                refusals += 1
            }
        }
        #expect(refusals > 50)
    }

    /// Written by version 1 of the format; every later reader must read them and score as it did, networks within
    /// what another processor's arithmetic may change.
    @Test(arguments: [
        ("iforest-v1", 1e-12), ("lstmae-v1", 1e-6), ("patchtst-v1", 1e-6), ("iforest-weighed-v1", 1e-6),
        ("ensemble-v1", 1e-5),
    ])
    func theGoldenBundlesLoadForEver(name: String, tolerance: Double) throws {
        let bundle = try ModelBundle(path: "\(repository)/Tests/Goldens/bundles/\(name)")
        #expect(bundle.description.formatVersion == 1)
        #expect(bundle.selfTest.windows.count == 4)
        #expect(try bundle.selfTest.deviation(of: bundle.detector, pool: pool) < tolerance)
        #expect(bundle.description.confidence != nil)
    }

    @Test(arguments: [
        ("\"units\" : 8", "\"units\" : 9", "tensor 'encoder.lstm.weight_hh_l1'"),
        ("\"units\" : 8", "\"units\" : 0", "0 units"),
        ("\"bottleneck\" : 4", "\"bottleneck\" : 5", "tensor 'encoder.fc.weight'"),
        ("\"bottleneck\" : 4", "\"bottleneck\" : 1000000", "a bottleneck of 1000000"),
        ("\"layers\" : 2", "\"layers\" : 3", "tensor 'encoder.lstm.weight_hh_l2'"),
        ("\"layers\" : 2", "\"layers\" : 1", "tensors that an autoencoder of 1 layer"),
        ("\"length\" : 30", "\"length\" : 29", "tensor 'self_test.windows'"),
    ])
    func anAutoencoderOfOtherSizesThanItsTensorsIsRefused(old: String, new: String, reason: String) throws {
        let scratch = try Scratch()
        let golden = "\(repository)/Tests/Goldens/bundles/lstmae-v1"
        try FileManager.default.copyItem(atPath: golden, toPath: "\(scratch.path)/model")
        let path = "\(scratch.path)/model/model.json"
        let text = String(decoding: try readFile(path), as: UTF8.self)
        try #require(text.contains(old))
        try AtomicFile.write(Array(text.replacing(old, with: new).utf8), to: path)
        let error = #expect(throws: BundleError.self) { try ModelBundle(path: "\(scratch.path)/model") }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "no error")")
    }
}
