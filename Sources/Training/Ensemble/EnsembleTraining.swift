import Detectors
import Evaluation
import Features
import SensorData
import VectorMath

/// Members in, an ensemble out: standardises what they say of the units that all of them were validated on, and chooses
/// the threshold there.
public struct EnsembleTraining: Sendable {
    /// The bundle to write.
    public let bundle: ModelBundle
    private let assessment: Assessment

    /// Puts `members` together.
    ///
    /// - Parameters:
    ///   - data: rows of the units the members were validated on, from each unit's first row on; others are passed over.
    ///   - settings: the model's name, and how the threshold is chosen; see `TrainingSettings.init(_:ensemble:)`.
    ///   - tool: the program that does it.
    /// - Throws: `BundleError` when the members cannot be one model, `TrainingError` when they were validated on different
    ///   units or the data lack one of those, `DataError`, and `UsageError` as `PreparedTraining` does.
    public init(
        _ members: [ModelBundle], on data: TrainingData, settings: TrainingSettings, tool: ToolRecord, pool: WorkerPool
    ) throws {
        let (length, columns) = try EnsembleDetector.intake(of: members)
        let split = try EnsembleTraining.split(of: members)
        let table = data.table
        if let absent = split.validation.subtracting(table.unitIDs).min() {
            throw TrainingError("the rows lack unit \(absent), which the members were validated on")
        }
        let seen = try members.map { try MemberWindows($0, of: table) }
        let errors = try seen.map { try $0.errors(of: split.validation, pool: pool) }
        guard errors.allSatisfy({ !$0.isEmpty }) else {
            throw TrainingError("the \(split.validation.count) validation units have too few rows for a window")
        }
        let ensemble = try EnsembleArchitecture(
            members: zip(members, errors).map { try EnsembleArchitecture.Member($0, errors: $1) })
        let validation = try seen[0].windows(of: split.validation)
        let combined = ensemble.combined(errors)
        let calibration = try EnsembleTraining.calibration(combined, validation, settings)
        func labelled(_ errors: [Double], _ windows: WindowBatch) throws -> LabelledScores {
            try LabelledScores(errors.map(calibration.score), of: windows, anomalyLife: settings.anomalyLife)
        }
        let scores = try labelled(combined, validation)
        let tested = split.test.intersection(table.unitIDs)
        assessment = try Assessment(
            calibration: calibration, validation: scores, healthy: [],
            test: labelled(
                tested.isEmpty ? [] : ensemble.combined(seen.map { try $0.errors(of: tested, pool: pool) }),
                seen[0].windows(of: tested)),
            validates: true, objective: settings.objective(validates: true, isLabelled: scores.labelledCount > 0),
            settings: settings, method: EnsembleTraining.method(split, length))
        let detector = try EnsembleDetector(ensemble, members: members)
        let description = ModelDescription(
            name: settings.name, architecture: detector.architecture,
            features: try FittedFeatures(inputs: columns, stages: []), window: WindowShape(length: length),
            calibration: calibration, confidence: assessment.confidence, threshold: assessment.threshold,
            metrics: assessment.metrics,
            training: TrainingRecord(
                sha256: data.digest(), rows: table.rowCount, windows: validation.count, units: split.listed,
                healthy: "not labelled anomalous", seed: members[0].description.training.seed),
            tool: tool)
        bundle = try ModelBundle(
            description, detector: detector,
            selfTest: table.windows(
                of: EnsembleTraining.plainValues(table, columns), columns: columns, shape: WindowShape(length: length),
                endingIn: table.rows(ofUnits: split.validation)
            ).selfTest, pool: pool)
    }

    /// Drawings of how it judges the validation units.
    public func figures() -> [Figure] { TrainingFigures.all(assessment, nil) }

    /// What was found, in a few lines.
    public func summary(path: String) -> String {
        guard case .ensemble(let ensemble) = bundle.description.architecture else { return "" }
        return bundle.summary(
            ensemble.members.map { member in
                ("member", "\(member.version): log error \(rounded(member.mean)) ± \(rounded(member.deviation))")
            }, path: path)
    }

    /// The units that every member was validated on, those that none learned from and all were measured on, and the
    /// others.
    private static func split(of members: [ModelBundle]) throws -> UnitSplit {
        func units(_ member: ModelBundle, _ set: String) -> Set<Int64> {
            Set(member.description.training.units[set] ?? [])
        }
        guard let first = members.first else { return try UnitSplit(training: [], validation: []) }
        let validation = units(first, "validation")
        for member in members {
            let own = units(member, "validation")
            guard !own.isEmpty else {
                throw TrainingError("model \(member.version) has no validation units to put it together with others on")
            }
            guard own != validation else { continue }
            let unit = own.symmetricDifference(validation).min() ?? 0
            throw TrainingError(
                "models \(first.version) and \(member.version) were validated on different units, such as \(unit); "
                    + "expected members trained on the same rows with the same --split-seed and --validation")
        }
        let test = members.dropFirst().reduce(units(first, "test")) { $0.intersection(units($1, "test")) }
        let training = members.reduce(into: Set<Int64>()) { $0.formUnion(units($1, "training")) }
        return try UnitSplit(
            training: training.subtracting(validation).subtracting(test), validation: validation, test: test)
    }

    /// One half at the 99th percentile of the windows that are not known to be anomalous.
    private static func calibration(
        _ errors: [Double], _ windows: WindowBatch, _ settings: TrainingSettings
    ) throws -> ScoreCalibration {
        let labels = try LabelledScores(errors, of: windows, anomalyLife: settings.anomalyLife).labels
        let healthy = zip(errors, labels).filter { $0.1 != 1 }.map(\.0)
        guard !healthy.isEmpty else { throw TrainingError("every window of the validation units is anomalous") }
        return .logistic(reference: ThresholdSweep.quantile(ofSorted: healthy.sorted(), share: 0.99))
    }

    /// The table's values in `columns`; a column that it lacks, a setting that no member needs, is 0.
    private static func plainValues(_ table: FeatureTable, _ columns: [String]) -> [Float] {
        let places = columns.map { table.columns.firstIndex(of: $0) }
        return (0..<table.rowCount).flatMap { row in
            places.map { $0.map { Float(table.values[row * table.width + $0]) } ?? 0 }
        }
    }

    private static func method(_ split: UnitSplit, _ length: Int) -> String {
        "members trained apart and validated on the same \(split.validation.count) units; one score per row from a unit's "
            + "row \(length) on; logarithms of errors standardised on the windows of these units"
    }
}

/// The rows of a table as one member sees them.
private struct MemberWindows {
    let bundle: ModelBundle
    let table: FeatureTable
    let columns: [String]
    /// Row-major, shape (table.rowCount, columns.count).
    let mapped: [Float]

    init(_ bundle: ModelBundle, of table: FeatureTable) throws {
        let features = try bundle.description.features.adapted(to: table.columns)
        if let missing = features.inputs.first(where: { !table.columns.contains($0) }) {
            throw DataError(
                "model \(bundle.version) needs column '\(missing)'; found \(table.columns.joined(separator: ", "))")
        }
        self.bundle = bundle
        self.table = table
        columns = features.columns
        mapped = try features.finiteValues(of: table.selecting(features.inputs))
    }

    func windows(of units: Set<Int64>) throws -> WindowBatch {
        try table.windows(
            of: mapped, columns: columns, shape: WindowShape(length: bundle.description.window.length),
            endingIn: table.rows(ofUnits: units))
    }

    /// The raw errors of all windows of `units`.
    func errors(of units: Set<Int64>, pool: WorkerPool) throws -> [Double] {
        let windows = try windows(of: units)
        return windows.count == 0 ? [] : try bundle.detector.errors(of: windows, pool: pool)
    }
}
