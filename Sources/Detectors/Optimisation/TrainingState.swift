import VectorMath

/// Where a training loop stands after an epoch: all it takes to go on.
public struct TrainingState: Sendable, Equatable {
    /// The losses of an epoch.
    public struct Epoch: Sendable, Equatable {
        /// The mean loss of the steps, each before it was taken.
        public var training: Double
        /// The loss of the validation windows at the end.
        public var validation: Double
        /// The learning rate of its steps, before a cosine.
        public var rate: Double
    }

    /// The losses of each epoch.
    public private(set) var history: [Epoch] = []
    /// The epoch with the lowest validation loss, from 1; 0 before the first.
    public private(set) var bestEpoch = 0
    /// The learning rate of the next epoch, before a cosine.
    public private(set) var rate: Double

    private var watch = PlateauWatch()
    private var steps = 0
    private var parameters: [Float] = []
    private var best: [Float] = []
    private var firstMoment: [Float] = []
    private var secondMoment: [Float] = []

    /// The start of a training with learning rate `rate`.
    public init(rate: Double) {
        self.rate = rate
    }

    /// The number of epochs done.
    public var epoch: Int { history.count }

    /// The lowest validation loss.
    public var bestLoss: Double { bestEpoch > 0 ? history[bestEpoch - 1].validation : .infinity }

    mutating func finishEpoch(
        _ trainee: some Trainee, training: Double, validation: Double, schedule: RateSchedule
    ) {
        let isBest = validation < bestLoss
        history.append(Epoch(training: training, validation: validation, rate: rate))
        parameters = trainee.parameters.values
        firstMoment = trainee.adam.firstMoment.values
        secondMoment = trainee.adam.secondMoment.values
        steps = trainee.adam.steps
        if isBest {
            bestEpoch = epoch
            best = parameters
        }
        if case .plateau(let patience, let factor) = schedule, watch.reduces(after: validation, patience: patience) {
            rate *= factor
        }
    }

    /// Puts the network and its optimiser where the last epoch left them; a state before the first leaves them alone.
    func restore(_ trainee: some Trainee) {
        guard epoch > 0 else { return }
        trainee.parameters.replace(with: parameters)
        trainee.adam.firstMoment.replace(with: firstMoment)
        trainee.adam.secondMoment.replace(with: secondMoment)
        trainee.adam.steps = steps
        trainee.parametersWereReplaced()
    }

    /// Gives the network the parameters of the best epoch, if there is one.
    func restoreBest(_ trainee: some Trainee) {
        guard bestEpoch > 0 else { return }
        trainee.parameters.replace(with: best)
        trainee.parametersWereReplaced()
    }
}

extension TrainingState {
    /// The state as tensors, for a checkpoint.
    ///
    /// - Parameter identity: what the training depends on; a checkpoint of another identity is refused.
    public func tensors(identity: String) -> [String: Tensor] {
        [
            "identity": Tensor(Array(identity.utf8).map { Int32($0) }),
            "parameters": Tensor(parameters), "best_parameters": Tensor(best), "first_moment": Tensor(firstMoment),
            "second_moment": Tensor(secondMoment),
            "history": Tensor(
                history.flatMap { [$0.training, $0.validation, $0.rate] }, shape: [history.count, 3]),
            "rate": Tensor([rate]), "plateau_best": Tensor([watch.best]),
            "counts": Tensor([Int64(bestEpoch), Int64(watch.badEpochs), Int64(steps)]),
        ]
    }

    /// Reads a checkpoint.
    ///
    /// - Parameters:
    ///   - parameters: the number of parameters of the network.
    ///   - identity: what the training depends on.
    /// - Throws: `BundleError` when the checkpoint is damaged or belongs to another training.
    public init(_ tensors: [String: Tensor], parameters count: Int, identity: String) throws {
        func floats(_ name: String) throws -> [Float] {
            try tensors.tensor(name, .float32, shape: [count]).floats ?? []
        }
        let found = try tensors.tensor("identity", .int32, shape: [nil]).int32s ?? []
        guard found == Array(identity.utf8).map({ Int32($0) }) else {
            throw BundleError("it belongs to a training with other data, settings or seed")
        }
        let history = try tensors.tensor("history", .float64, shape: [nil, 3]).doubles ?? []
        let counts = try tensors.tensor("counts", .int64, shape: [3]).int64s ?? []
        let rates = try tensors.tensor("rate", .float64, shape: [1]).doubles ?? []
        let plateau = try tensors.tensor("plateau_best", .float64, shape: [1]).doubles ?? []
        guard history.count >= 3, counts.count == 3, counts[0] >= 1, counts[0] <= Int64(history.count / 3),
            counts[1] >= 0, counts[2] >= 1, let rate = rates.first, let plateauBest = plateau.first
        else { throw BundleError("its counts are impossible") }
        self.rate = rate
        self.history = stride(from: 0, to: history.count, by: 3).map {
            Epoch(training: history[$0], validation: history[$0 + 1], rate: history[$0 + 2])
        }
        bestEpoch = Int(counts[0])
        watch = PlateauWatch(best: plateauBest, badEpochs: Int(counts[1]))
        steps = Int(counts[2])
        parameters = try floats("parameters")
        best = try floats("best_parameters")
        firstMoment = try floats("first_moment")
        secondMoment = try floats("second_moment")
    }
}
