import Detectors
import VectorMath

/// What one kind of network has of its own: how it is built and how it becomes a detector. The rest of its training is
/// `NetworkTraining`.
///
/// Its description takes part in what a checkpoint belongs to: a stored property for everything that the trained
/// parameters depend on.
public protocol NetworkRecipe: Sendable {
    /// The network in training.
    associatedtype Learner: Trainee

    /// A fresh network, its parameters drawn with the seed of `training`, and what trains it on the healthy windows.
    func trainee(on prepared: PreparedTraining, _ training: NetworkTraining, pool: WorkerPool) throws -> Learner

    /// The detector of the trained network.
    func detector(of trainee: Learner, on prepared: PreparedTraining, pool: WorkerPool) throws -> any Detector

    /// How the detector's errors become scores.
    func calibration(of detector: any Detector, on prepared: PreparedTraining, pool: WorkerPool) throws
        -> ScoreCalibration
}

extension NetworkRecipe {
    /// Relative to the 99th percentile of the healthy validation windows' errors.
    public func calibration(
        of detector: any Detector, on prepared: PreparedTraining, pool: WorkerPool
    ) throws -> ScoreCalibration {
        try prepared.relativeCalibration(of: detector, pool: pool)
    }
}
