import VectorMath

/// Which units a model learns from, which its threshold is chosen on, and which it is only measured on.
///
/// Units are split whole: neighbouring windows of one unit are nearly the same, and a model that has seen one of them
/// knows the others.
public struct UnitSplit: Sendable, Equatable {
    /// The random numbers that shuffle units; trees draw from the streams 0, 1, 2, …
    private static let stream = UInt64.max

    /// Learned from.
    public let training: Set<Int64>
    /// Thresholds and calibrations are chosen on these.
    public let validation: Set<Int64>
    /// Only measured on.
    public let test: Set<Int64>

    /// Takes three sets of units.
    ///
    /// - Throws: `TrainingError` when a unit is in two of them, or none is left to learn from.
    public init(training: Set<Int64>, validation: Set<Int64>, test: Set<Int64> = []) throws {
        for (one, other) in [(training, validation), (training, test), (validation, test)] {
            if let unit = one.intersection(other).min() {
                throw TrainingError("unit \(unit) is in two sets of the split; expected every unit in one")
            }
        }
        guard !training.isEmpty else { throw TrainingError("the split leaves no unit to learn from") }
        self.training = training
        self.validation = validation
        self.test = test
    }

    /// Splits `units` at random.
    ///
    /// - Parameters:
    ///   - units: the units, in any order; the split does not depend on it.
    ///   - validation: the share of units to validate on, rounded; at least one unit unless it is 0.
    ///   - test: the share of units to measure on; at least one unit unless it is 0.
    /// - Throws: `TrainingError` when there are too few units.
    public init(units: [Int64], validation: Double, test: Double, seed: UInt64) throws {
        var order = Set(units).sorted()
        func count(_ share: Double) -> Int {
            share > 0 ? max(1, Int((share * Double(order.count)).rounded())) : 0
        }
        let (validationCount, testCount) = (count(validation), count(test))
        let needed = 1 + (validation > 0 ? 1 : 0) + (test > 0 ? 1 : 0)
        guard order.count >= needed, validationCount + testCount < order.count else {
            throw TrainingError(
                "too few units to split by unit: expected at least \(needed), found \(order.count); "
                    + "a validation share of 0 uses all of them and takes the threshold from a quantile")
        }
        var random = CounterRandom(seed: seed, stream: UnitSplit.stream)
        order.shuffle(using: &random)
        try self.init(
            training: Set(order[(validationCount + testCount)...]), validation: Set(order[..<validationCount]),
            test: Set(order[validationCount..<validationCount + testCount]))
    }

    /// The sets by name, each in rising order; empty ones are left out.
    public var listed: [String: [Int64]] {
        ["training": training, "validation": validation, "test": test].filter { !$0.value.isEmpty }
            .mapValues { $0.sorted() }
    }
}
