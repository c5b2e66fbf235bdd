import CommandKit
import Detectors
import Features
import SensorData

extension TrainingSettings {
    /// Reads the configuration of an ensemble: name, missing values, threshold.
    ///
    /// - Parameter members: what the rows are for; their columns are read.
    /// - Throws: `UsageError` naming file, line and key, `BundleError` when the members cannot be one model.
    public init(_ settings: Settings, ensemble members: [ModelBundle]) throws {
        self.init()
        let (length, columns) = try EnsembleDetector.intake(of: members)
        name = try settings.modelName()
        windows = WindowSettings(
            columns: ColumnSelection(names: columns), shape: WindowShape(length: length),
            missing: try settings.choice("missing"))
        // The members know the regimes: the settings are columns like any other here.
        features.regimes = .none
        try readThreshold(settings)
    }
}
