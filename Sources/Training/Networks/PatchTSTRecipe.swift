import CommandKit
import Detectors
import VectorMath

/// How a PatchTST is built: what of its training is its own.
public struct PatchTSTRecipe: NetworkRecipe {
    /// The network's sizes.
    public var architecture: PatchTSTArchitecture
    /// The probability to drop an element.
    public var dropout: Double
    /// Which of the healthy windows the network learns from.
    public var learned: HealthyRule
    /// The forest that judges the residuals; nil where the mean squared error is the judgement.
    public var forest: ForestPlan?

    /// How the residuals' forest is grown, on all healthy windows.
    public struct ForestPlan: Sendable {
        /// The last rows of the forecast that a residual is the mean of.
        public var rows: Int
        /// The number of trees.
        public var trees: Int
        /// The residuals each tree is grown from; nil is all.
        public var samples: Int?
    }

    /// Takes all of it.
    public init(
        architecture: PatchTSTArchitecture, dropout: Double, learned: HealthyRule = .all, forest: ForestPlan? = nil
    ) {
        self.architecture = architecture
        self.dropout = dropout
        self.learned = learned
        self.forest = forest
    }

    /// Reads the sections `network` and `scoring`, and which windows are learned from, of `train-patchtst`'s configuration.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings) throws {
        let architecture = PatchTSTArchitecture(
            horizon: try settings.int("network.horizon", in: 1...4096),
            patch: try settings.int("network.patch", in: 1...4096),
            patchStep: try settings.int("network.patch_step", in: 1...4096),
            width: try settings.int("network.width", in: 1...4096),
            heads: try settings.int("network.heads", in: 1...256),
            layers: try settings.int("network.layers", in: 1...64),
            hidden: try settings.int("network.hidden", in: 1...16384),
            instanceNorm: try settings.choice("network.instance_norm"))
        guard architecture.width % architecture.heads == 0 else {
            throw settings.fault(among: [
                ("network.heads", "a divisor of the width, \(architecture.width)"),
                ("network.width", "a multiple of the heads, \(architecture.heads)"),
            ])
        }
        let length = try settings.int("length", in: 1...100_000)
        guard architecture.patch <= length - architecture.horizon else {
            let rows = length - architecture.horizon
            let least = architecture.patch + architecture.horizon
            throw settings.fault(among: [
                ("network.patch", "at most the \(rows) rows of a window before the horizon"),
                ("network.horizon", "at most \(length - architecture.patch), which leaves a patch before it"),
                ("length", "at least \(least), a patch and the horizon"),
            ])
        }
        guard let learned = HealthyRule(try settings.string("training.healthy")) else {
            throw settings.fault("training.healthy", expected: "rul>=N, cycle<=N or all")
        }
        self.init(
            architecture: architecture, dropout: try settings.double("network.dropout", in: 0...0.95),
            learned: learned, forest: try PatchTSTRecipe.forest(settings, horizon: architecture.horizon))
    }

    private static func forest(_ settings: Settings, horizon: Int) throws -> ForestPlan? {
        let samples = try settings.int("scoring.samples", in: 0...Int(Int32.max))
        let rows = try settings.int("scoring.rows", in: 1...4096)
        guard rows <= horizon else {
            throw settings.fault(among: [
                ("scoring.rows", "at most the \(horizon) rows of the horizon"),
                ("network.horizon", "at least the \(rows) rows that residuals are the mean of"),
            ])
        }
        let plan = ForestPlan(
            rows: rows,
            trees: try settings.int("scoring.trees", in: 1...100_000), samples: samples > 0 ? samples : nil)
        switch try settings.string("scoring.kind") {
        case "mse": return nil
        case "residual-forest": return plan
        default: throw settings.fault("scoring.kind", expected: "mse or residual-forest")
        }
    }

    /// A fresh network and what trains it.
    public func trainee(
        on prepared: PreparedTraining, _ training: NetworkTraining, pool: WorkerPool
    ) throws -> PatchTSTTrainee {
        let shape = try architecture.shape(length: prepared.healthy.length, columns: prepared.healthy.width)
        let windows = try learned.selecting(prepared.healthy)
        let validation = try learned.selecting(prepared.healthyValidation)
        guard windows.count > 0, validation.count > 0 else {
            throw TrainingError(
                "of the healthy windows (\(prepared.settings.healthy)), \(windows.count) of the training units and "
                    + "\(validation.count) of the validation units are \(learned); expected some of both")
        }
        return PatchTSTTrainee(
            PatchTST<Float>(shape, seed: training.loop.seed), on: windows, validation: validation, adam: training.adam,
            dropout: dropout, seed: training.loop.seed,
            pool: pool)
    }

    /// The forecast error of the trained network, or what a forest thinks of its residuals.
    public func detector(
        of trainee: PatchTSTTrainee, on prepared: PreparedTraining, pool: WorkerPool
    ) throws -> any Detector {
        let network = PatchTSTDetector(trainee.network, columns: prepared.healthy.columns)
        guard let forest else { return network }
        return try ResidualForestDetector(
            network, rows: forest.rows, fitting: prepared.healthy,
            configuration: IsolationForest.Configuration(
                trees: forest.trees, samples: forest.samples, seed: prepared.settings.seed), pool: pool)
    }

    /// A forest's score is one already; a squared error is relative to those of healthy validation windows.
    public func calibration(
        of detector: any Detector, on prepared: PreparedTraining, pool: WorkerPool
    ) throws -> ScoreCalibration {
        forest != nil ? .identity : try prepared.relativeCalibration(of: detector, pool: pool)
    }
}
