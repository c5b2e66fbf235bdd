import CommandKit
import Detectors
import Evaluation
import Features

extension TrainingSettings {
    /// Reads what every trainer's configuration has: name, columns, windows, features, split, healthy,
    /// threshold, seed.
    ///
    /// - Parameter columns: what `--columns` gives; where it is empty, the configuration's columns stand.
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings, columns: [String]) throws {
        self.init()
        name = try settings.modelName()
        let configured = ColumnSelection(names: try settings.strings("columns"))
        windows = WindowSettings(
            columns: columns.isEmpty ? configured : ColumnSelection(lists: columns, isStrict: true),
            settings: ColumnSelection(names: try settings.strings("settings")),
            shape: WindowShape(length: try settings.int("length", in: 1...100_000)),
            missing: try settings.choice("missing"))
        features = try FeatureRecipe(settings)
        validationShare = try settings.double("split.validation", in: 0...0.9)
        testShare = try settings.double("split.test", in: 0...0.9)
        guard validationShare + testShare < 1 else {
            throw settings.fault(among: [
                ("split.test", "less than what a share of \(validationShare) to validate on leaves"),
                ("split.validation", "less than what a share of \(testShare) to measure on leaves"),
            ])
        }
        func rule(_ key: String) throws -> HealthyRule {
            guard let rule = HealthyRule(try settings.string(key)) else {
                throw settings.fault(key, expected: "rul>=N, cycle<=N or all")
            }
            return rule
        }
        healthy = try rule("healthy")
        reference = try rule("features.reference")
        try readThreshold(settings)
        contaminations = try settings.doubles("threshold.contamination")
        guard contaminations.allSatisfy({ $0 > 0 && $0 < 1 }) else {
            throw settings.fault("threshold.contamination", expected: "shares above 0 and below 1")
        }
        seed = try settings.seed()
        if try settings.string("split.seed") != "auto" {
            guard let own = try? settings.int("split.seed", in: 0...Int.max) else {
                throw settings.fault("split.seed", expected: "a whole number of at least 0, or auto")
            }
            splitSeed = UInt64(own)
        }
    }

    /// Reads which windows are anomalous, and how a threshold is chosen and windows are weighted for it.
    mutating func readThreshold(_ settings: Settings) throws {
        anomalyLife = Int64(try settings.int("anomaly_rul", in: 0...Int.max))
        guard let objective = ThresholdChoice(try settings.string("threshold.objective")) else {
            throw settings.fault(
                "threshold.objective",
                expected: "f1, fbeta:BETA, cost:MISS:ALARM, false-alarms:PER1000, quantile:Q or contamination")
        }
        self.objective = objective
        guard let unlabelled = ThresholdObjective(try settings.string("threshold.unlabelled")), !unlabelled.needsLabels
        else { throw settings.fault("threshold.unlabelled", expected: "quantile:Q") }
        unlabelledObjective = unlabelled
        weighting = try settings.choice("threshold.weights")
    }

    /// The names given to the columns of a plain `.npy` array, where the selection is a list of names.
    public var plainColumns: [String]? {
        let names = windows.columns.patterns.map(\.text)
        return names.contains { $0.contains("*") } ? nil : names
    }
}

extension Settings {
    /// The name of a model.
    ///
    /// - Throws: `UsageError` naming file and line.
    func modelName() throws -> String {
        let name = try string("name")
        guard !name.isEmpty, name.utf8.count <= 100, !name.contains(where: { $0 == "/" || $0.isWhitespace }) else {
            throw fault("name", expected: "a name without slashes and spaces")
        }
        return name
    }

    /// What every random number depends on.
    ///
    /// - Throws: `UsageError` naming file and line.
    public func seed() throws -> UInt64 {
        UInt64(try int("seed", in: 0...Int.max))
    }
}

extension FeatureRecipe {
    /// Reads the section `features` of a trainer's configuration.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings) throws {
        guard let regimes = Regimes(try settings.string("features.regimes")) else {
            throw settings.fault("features.regimes", expected: "auto, none or a number from 1 to \(Regimes.most)")
        }
        let baseline = UnitBaseline(
            cycles: try settings.int("features.baseline.cycles", in: 1...DerivedFeature.longestSpan),
            prior: try settings.double("features.baseline.prior", in: 0...1e6),
            weight: try settings.double("features.baseline.weight", in: -10...10))
        let expected = "a list of value, dev, ewm_N, dev_ewm_N, slope_N_M, each once"
        let derived = try settings.strings("features.derive").map { text in
            guard let feature = DerivedFeature(text) else {
                throw settings.fault("features.derive", expected: expected)
            }
            return feature
        }
        guard !derived.isEmpty, Set(derived).count == derived.count else {
            throw settings.fault("features.derive", expected: expected)
        }
        self.init(
            regimes: regimes, scaling: try settings.choice("features.scaling"), baseline: baseline, derived: derived)
    }
}
