import Detectors
import SensorData
import Testing
import VectorMath

/// A trainee whose validation losses are given, and whose steps do nothing.
private final class Scripted: Trainee {
    let parameters = AlignedBuffer<Float>([0])
    let adam = Adam<Float>(count: 1)
    let windowCount = 10
    var losses: [Double]
    var stepLoss: (Int) -> Double = { _ in 1 }
    var rates: [Double] = []
    var orders: [[Int]] = []
    private var epoch = 0

    init(_ losses: [Double]) { self.losses = losses }

    func step(_ windows: ArraySlice<Int>, rate: Double) -> Double {
        rates.append(rate)
        orders.append(Array(windows))
        return stepLoss(rates.count)
    }

    func validationLoss() -> Double {
        epoch += 1
        parameters.pointer[0] = Float(epoch)
        return losses[epoch - 1]
    }

    func parametersWereReplaced() {}
}

@Suite struct TrainingLoopTests {
    private func loop(
        epochs: Int, batch: Int = 10, schedule: RateSchedule = .constant, patience: Int = 100
    ) -> TrainingLoop {
        TrainingLoop(.init(epochs: epochs, batch: batch, rate: 1, schedule: schedule, patience: patience, seed: 1))
    }

    @Test func plateauReducesLikePyTorch() throws {
        // torch.optim.lr_scheduler.ReduceLROnPlateau(factor=0.5, patience=1) over these losses.
        let trainee = Scripted([5, 4, 4, 4, 4, 3, 3.0, 3.0, 3.0, 2])
        var state = TrainingState(rate: 1)
        #expect(
            try loop(epochs: 10, schedule: .plateau(patience: 1, factor: 0.5)).run(trainee, from: &state) == .epochs)
        #expect(trainee.rates == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25])
    }

    @Test func cosineFallsFromStepToStep() throws {
        let trainee = Scripted([1, 1])
        var state = TrainingState(rate: 1)
        _ = try loop(epochs: 2, batch: 5, schedule: .cosine(minimum: 0)).run(trainee, from: &state)
        let expected = [1, 0.8535533905932737, 0.5, 0.14644660940672627]
        #expect(zip(trainee.rates, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func stepsEndTrainingWithinAnEpoch() throws {
        let trainee = Scripted([3, 2, 1])
        var state = TrainingState(rate: 1)
        let settings = TrainingLoop.Settings(
            epochs: 3, steps: 5, batch: 4, rate: 1, schedule: .cosine(minimum: 0.5, steps: 4), patience: 100, seed: 1)
        var epochs: Set<Int> = []
        let end = try TrainingLoop(settings).run(
            trainee, from: &state,
            afterStep: { step in
                epochs.insert(step.epochs)
                return true
            })
        #expect(end == .steps)
        #expect(epochs == [2], "the third epoch never comes")
        // An epoch has three steps; the second ends after two, and is measured there.
        #expect(trainee.orders.map(\.count) == [4, 4, 2, 4, 4])
        #expect(state.history.map(\.validation) == [3, 2])
        #expect(trainee.parameters.values == [2])
        let expected = [1, 0.9267766952966369, 0.75, 0.5732233047033631, 0.5]
        #expect(zip(trainee.rates, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        var again = state
        #expect(try TrainingLoop(settings).run(trainee, from: &again) == .steps)
        #expect(again == state)
    }

    @Test func theBestEpochIsKept() throws {
        let trainee = Scripted([3, 1, 2, 2, 2, 0])
        var state = TrainingState(rate: 1)
        #expect(try loop(epochs: 6, patience: 3).run(trainee, from: &state) == .patience)
        #expect(state.epoch == 5)
        #expect(state.bestEpoch == 2)
        #expect(trainee.parameters.values == [2])
    }

    @Test func everyEpochSeesEveryWindowInAnotherOrder() throws {
        let trainee = Scripted([1, 1])
        var state = TrainingState(rate: 1)
        _ = try loop(epochs: 2, batch: 4).run(trainee, from: &state)
        #expect(trainee.orders.map(\.count) == [4, 4, 2, 4, 4, 2])
        let (first, second) = (trainee.orders[0..<3].flatMap { $0 }, trainee.orders[3..<6].flatMap { $0 })
        #expect(first.sorted() == Array(0..<10))
        #expect(second.sorted() == Array(0..<10))
        #expect(first != second)
    }

    @Test func divergenceLeavesTheLastGoodModel() throws {
        let trainee = Scripted([3, 2, 1])
        trainee.stepLoss = { $0 == 5 ? .nan : 1 }
        var state = TrainingState(rate: 1)
        #expect(try loop(epochs: 3, batch: 5).run(trainee, from: &state) == .divergence(epoch: 3, step: 1))
        #expect(state.bestEpoch == 2)
        #expect(trainee.parameters.values == [2])
        let blind = Scripted([.infinity])
        var start = TrainingState(rate: 1)
        #expect(try loop(epochs: 3).run(blind, from: &start) == .divergence(epoch: 1, step: 0))
        #expect(start.bestEpoch == 0)
    }

    @Test func interruptionKeepsTheBestSoFar() throws {
        let trainee = Scripted([3, 4, 5])
        var state = TrainingState(rate: 1)
        let end = try loop(epochs: 3, batch: 5).run(
            trainee, from: &state, afterStep: { !($0.epoch == 3 && $0.step == 1) })
        #expect(end == .interruption)
        #expect(state.epoch == 2)
        #expect(trainee.parameters.values == [1])
    }

    @Test func aResumedTrainingEqualsAnUninterruptedOne() throws {
        let windows = randomWindows(90, length: 6, features: 3, seed: 2)
        let shape = LSTMAutoencoder<Float>.Shape(steps: 6, features: 3, units: 8, bottleneck: 4, layers: 2)
        func trainee() -> AutoencoderTrainee {
            AutoencoderTrainee(
                LSTMAutoencoder(shape, seed: 3), on: windows,
                validation: randomWindows(20, length: 6, features: 3, seed: 5), adam: .init(weightDecay: 1e-4),
                dropout: 0.2, seed: 3, pool: WorkerPool())
        }
        let loop = loop(epochs: 4, batch: 64, schedule: .plateau(patience: 0, factor: 0.5))
        let whole = trainee()
        var state = TrainingState(rate: 0.01)
        var saved: [[String: Tensor]] = []
        _ = try loop.run(whole, from: &state, afterEpoch: { saved.append($0.tensors(identity: "i")) })
        #expect(state.history.count == 4)
        #expect(state.history[3].training < state.history[0].training)
        for epoch in 1...3 {
            let resumed = trainee()
            var later = try TrainingState(saved[epoch - 1], parameters: resumed.parameters.count, identity: "i")
            _ = try loop.run(resumed, from: &later)
            #expect(later == state)
            let same = resumed.parameters.values == whole.parameters.values
            #expect(same)
        }
        #expect(throws: BundleError.self) {
            try TrainingState(saved[0], parameters: whole.parameters.count, identity: "j")
        }
        #expect(throws: BundleError.self) { try TrainingState(saved[0], parameters: 5, identity: "i") }
    }
}

@Suite struct AutoencoderDetectorTests {
    private let pool = WorkerPool()

    private func detector() -> AutoencoderDetector {
        AutoencoderDetector(
            LSTMAutoencoder(.init(steps: 6, features: 3, units: 8, bottleneck: 4, layers: 2), seed: 3),
            columns: ["sensor_1", "sensor_2", "sensor_3"])
    }

    @Test func errorsAndSharesAreThoseOfTheReconstruction() throws {
        let windows = randomWindows(5, length: 6, features: 3, seed: 2)
        let (errors, shares) = try detector().judge(windows, pool: pool)
        let pass = AutoencoderPass(detector().network, capacity: 1, trains: false)
        for window in 0..<windows.count {
            pass.begin(rows: 1)
            windows.withWindow(window) { values in
                if let base = values.baseAddress { pass.setWindow(0, base) }
            }
            pass.forward()
            var squares = [0.0, 0, 0]
            windows.withWindow(window) { values in
                for index in 0..<18 {
                    let output = pass.reconstruction.pointer[index / 3 * pass.featureStride + index % 3]
                    squares[index % 3] += Double(output - values[index]) * Double(output - values[index])
                }
            }
            let sum = squares.reduce(0, +)
            #expect(abs(errors[window] - sum / 18) < 1e-6)
            for feature in 0..<3 { #expect(abs(shares[window * 3 + feature] - squares[feature] / sum) < 1e-6) }
        }
    }

    @Test func tensorsAreNamedAsInPyTorchAndReadBack() throws {
        let detector = detector()
        #expect(detector.tensors["encoder.lstm.weight_ih_l0"]?.shape == [32, 3])
        #expect(detector.tensors["decoder.fc_output.bias"]?.shape == [3])
        #expect(detector.tensors.count == 4 * 4 + 3 * 2)
        func read(_ tensors: [String: Tensor]) throws -> any Detector {
            try SafeTensors.decode(SafeTensors.encode(tensors)).detector(
                detector.architecture, columns: detector.columns, length: 6)
        }
        let windows = randomWindows(5, length: 6, features: 3, seed: 2)
        #expect(try read(detector.tensors).errors(of: windows, pool: pool) == detector.errors(of: windows, pool: pool))
        var damaged = detector.tensors
        damaged["encoder.fc.weight"] = Tensor([Float](repeating: 0, count: 32), shape: [8, 4])
        #expect(throws: BundleError.self) { try read(damaged) }
        damaged = detector.tensors
        damaged["encoder.fc.bias"] = Tensor([0, .nan, 0, 0] as [Float])
        #expect(throws: BundleError.self) { try read(damaged) }
        damaged["encoder.fc.bias"] = nil
        #expect(throws: BundleError.self) { try read(damaged) }
    }
}

extension [String: Tensor] {
    fileprivate func detector(
        _ architecture: DetectorArchitecture, columns: [String], length: Int
    ) throws -> any Detector {
        try architecture.detector(tensors: self, columns: columns, length: length)
    }
}
