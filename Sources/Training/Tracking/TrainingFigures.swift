import Detectors
import Evaluation

/// The drawings that a training leaves in its run.
enum TrainingFigures {
    /// The losses where there are some, and how the validation units are judged where they are labelled: ROC and
    /// precision-recall curve, threshold curve, distribution of scores, confusion matrix.
    static func all(_ assessment: Assessment, _ history: HistoryRecord?) -> [Figure] {
        var figures: [Figure] = []
        if let history {
            figures.append(
                LossFigure.figure(training: history.training, validation: history.validation, best: history.bestEpoch))
        }
        guard assessment.validation.positiveCount > 0 else { return figures }
        var measure = EvaluationProtocol()
        measure.threshold = assessment.threshold.value
        measure.weighting = .automatic
        measure.replicates = 0
        // Windows without cycles have no order in which alarms could be followed.
        guard
            let evaluation = try? ModelEvaluation(assessment.validation, source: "validation units", measure: measure)
        else { return figures }
        let drawn = EvaluationFigures([evaluation])
        return figures + drawn.ranking.filter { $0.name != "metrics" } + drawn.models.flatMap(\.decisions)
    }
}
