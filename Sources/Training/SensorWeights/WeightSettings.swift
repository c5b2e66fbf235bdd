import CommandKit
import Detectors

/// Whether and how a detector's evidence is weighed.
public struct WeightSettings: Sendable {
    /// What decides how much a sensor counts.
    public enum Source: String, CaseIterable, Sendable {
        /// The labels of training units, where they have some.
        case labels
        /// Nothing: all count alike, as the detector has them.
        case uniform
    }

    /// What decides.
    public var source: Source
    /// Where the functions of the evidence bend.
    public var knots: Knots
    /// How much freedom they have.
    public var penalty: SensorWeights.Penalty

    /// Takes all of it.
    public init(source: Source, knots: Knots, penalty: SensorWeights.Penalty) {
        self.source = source
        self.knots = knots
        self.penalty = penalty
    }

    /// Reads the section `weights` of a trainer's configuration.
    ///
    /// - Throws: `UsageError` naming file, line and key.
    public init(_ settings: Settings) throws {
        guard let knots = try? Knots(try settings.doubles("weights.knots")) else {
            throw settings.fault("weights.knots", expected: "rising numbers, 0 among them, at most \(Knots.most)")
        }
        self.init(
            source: try settings.choice("weights.from"), knots: knots,
            penalty: SensorWeights.Penalty(
                ridge: try settings.double("weights.ridge", in: 1e-12...1e6),
                smoothness: try settings.double("weights.smoothness", in: 0...1e6)))
    }
}
