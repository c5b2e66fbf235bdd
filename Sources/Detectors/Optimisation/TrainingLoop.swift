import VectorMath

/// A network with its optimiser and its windows: what a training loop drives.
public protocol Trainee: AnyObject {
    /// The parameters, flat.
    var parameters: AlignedBuffer<Float> { get }
    /// The optimiser.
    var adam: Adam<Float> { get }
    /// The number of windows to train on.
    var windowCount: Int { get }
    /// Takes a step on the windows named and returns their mean loss before it.
    func step(_ windows: ArraySlice<Int>, rate: Double) -> Double
    /// The mean loss of the validation windows.
    func validationLoss() -> Double
    /// Is called when `parameters` were replaced.
    func parametersWereReplaced()
}

/// Epochs of shuffled batches; the parameters of the epoch with the lowest validation loss are kept.
public struct TrainingLoop: Sendable {
    /// How to train.
    public struct Settings: Sendable, Hashable {
        /// The most epochs.
        public var epochs: Int
        /// The most steps in all, after which training ends within an epoch; nil for whole epochs.
        public var steps: Int?
        /// The windows of a step.
        public var batch: Int
        /// The first learning rate.
        public var rate: Double
        /// How the rate changes.
        public var schedule: RateSchedule
        /// After so many epochs without a lower validation loss training ends.
        public var patience: Int
        /// What the order of the windows depends on.
        public var seed: UInt64

        /// Takes all of it.
        public init(
            epochs: Int, steps: Int? = nil, batch: Int, rate: Double, schedule: RateSchedule, patience: Int,
            seed: UInt64
        ) {
            self.epochs = epochs
            self.steps = steps
            self.batch = batch
            self.rate = rate
            self.schedule = schedule
            self.patience = patience
            self.seed = seed
        }
    }

    /// Why training ended.
    public enum End: Sendable, Equatable, CustomStringConvertible {
        /// All epochs are done.
        case epochs
        /// All steps are done.
        case steps
        /// The validation loss no longer fell.
        case patience
        /// It was asked to stop.
        case interruption
        /// The loss of a step, or of an epoch's validation windows (step 0), was no finite number.
        case divergence(epoch: Int, step: Int)

        /// Why, in words.
        public var description: String {
            switch self {
            case .epochs: "all epochs done"
            case .steps: "all steps done"
            case .patience: "the validation loss no longer fell"
            case .interruption: "interrupted"
            case .divergence(let epoch, 0):
                "the validation loss of epoch \(epoch) is no finite number; try a lower learning rate"
            case .divergence(let epoch, let step):
                "the loss of epoch \(epoch), step \(step) is no finite number; try a lower learning rate"
            }
        }
    }

    /// What is told while training.
    public struct Progress: Sendable {
        /// The epoch, from 1.
        public var epoch: Int
        /// How many there are at most.
        public var epochs: Int
        /// The steps of this epoch done so far.
        public var step: Int
        /// The steps of an epoch.
        public var steps: Int
        /// The mean loss of the epoch so far.
        public var loss: Double
    }

    /// How to train.
    public let settings: Settings

    /// A loop with `settings`.
    public init(_ settings: Settings) {
        self.settings = settings
    }

    /// Trains until an end is reached, and leaves `trainee` with its best parameters.
    ///
    /// - Parameters:
    ///   - state: where to begin; that of the last complete epoch afterwards. Continuing from the state of any epoch gives
    ///     the same bits as not having stopped.
    ///   - afterStep: is told the progress; false stops.
    ///   - afterEpoch: is told the state, to report and to write a checkpoint.
    /// - Throws: what `afterEpoch` throws.
    public func run(
        _ trainee: some Trainee, from state: inout TrainingState, afterStep: (Progress) -> Bool = { _ in true },
        afterEpoch: (TrainingState) throws -> Void = { _ in }
    ) throws -> End {
        state.restore(trainee)
        defer { state.restoreBest(trainee) }
        let wholeEpoch = (trainee.windowCount + settings.batch - 1) / settings.batch
        let limit = min(settings.steps ?? .max, settings.epochs * wholeEpoch)
        let epochs = (limit + wholeEpoch - 1) / wholeEpoch
        while state.epoch * wholeEpoch < limit {
            if state.epoch - state.bestEpoch >= settings.patience { return .patience }
            let order = shuffled(trainee.windowCount, epoch: state.epoch)
            let steps = min(wholeEpoch, limit - state.epoch * wholeEpoch)
            let seen = min(steps * settings.batch, order.count)
            var sum = 0.0
            for step in 0..<steps {
                let first = step * settings.batch
                let batch = order[first..<min(first + settings.batch, order.count)]
                let rate = settings.schedule.rate(
                    state.rate, step: state.epoch * wholeEpoch + step, of: settings.epochs * wholeEpoch)
                let loss = trainee.step(batch, rate: rate)
                guard loss.isFinite else { return .divergence(epoch: state.epoch + 1, step: step + 1) }
                sum += loss * Double(batch.count)
                let progress = Progress(
                    epoch: state.epoch + 1, epochs: epochs, step: step + 1, steps: steps,
                    loss: sum / Double(first + batch.count))
                guard afterStep(progress) else { return .interruption }
            }
            let validation = trainee.validationLoss()
            guard validation.isFinite else { return .divergence(epoch: state.epoch + 1, step: 0) }
            state.finishEpoch(
                trainee, training: sum / Double(seen), validation: validation, schedule: settings.schedule)
            try afterEpoch(state)
        }
        return limit == settings.steps ? .steps : .epochs
    }

    /// The windows in the order of an epoch, by Fisher and Yates.
    private func shuffled(_ count: Int, epoch: Int) -> [Int] {
        var random = CounterRandom(seed: settings.seed, stream: RandomStream.shuffling + UInt64(epoch))
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(random.next().multipliedFullWidth(by: UInt64(last + 1)).high))
        }
        return order
    }
}
