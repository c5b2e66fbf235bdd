import Detectors
import Evaluation
import Features
import SensorData
import VectorMath

extension PreparedTraining {
    /// The same detector, its evidence weighed as the labels of the training units teach; the detector itself where nobody
    /// asked for that, or the training units have no anomalous windows, or no others.
    ///
    /// Validation and test units have no part in it, so that threshold, calibration and measurements stay honest. Windows
    /// count as they do for the threshold: by the chance that they survive a random cut of their unit.
    ///
    /// - Throws: `DataError` when truncation weights are asked for and the units do not run to failure.
    public func weighed(_ detector: any Detector, _ settings: WeightSettings, pool: WorkerPool) throws -> any Detector {
        guard settings.source == .labels, let lessons = try lessons() else { return detector }
        return try WeighedDetector(
            detector, lessons: lessons,
            sensors: ColumnFold(columns: training.columns, inputs: features.inputs).sensorOfColumn,
            knots: settings.knots, penalty: settings.penalty, pool: pool)
    }

    /// The windows of training units whose truth is known; nil unless some are anomalous and some are not.
    private func lessons() throws -> WeighedDetector.Lessons? {
        let truth = try training.truth(anomalyLife: settings.anomalyLife, weighting: settings.weighting)
        guard truth.labels.contains(1), truth.labels.contains(0) else { return nil }
        let known = truth.labels.indices.filter { truth.labels[$0] >= 0 }
        return WeighedDetector.Lessons(
            windows: training.selecting { truth.labels[$0] >= 0 }, targets: known.map { Double(truth.labels[$0]) },
            weights: known.map { truth.weights.isEmpty ? 1 : truth.weights[$0] }, reference: referenceWindows)
    }

    /// How the errors of `detector` become scores: of a weighed one relative to its error at even odds, of another relative
    /// to the 99th percentile of the healthy validation windows' errors.
    public func relativeCalibration(of detector: any Detector, pool: WorkerPool) throws -> ScoreCalibration {
        guard detector.architecture.weights == nil else { return .relative(reference: SensorWeights.errorAtEvenOdds) }
        let errors = try detector.errors(of: healthyValidation, pool: pool).sorted()
        let reference = errors[min(errors.count - 1, errors.count * 99 / 100)]
        return .relative(reference: max(reference, .leastNormalMagnitude))
    }
}
