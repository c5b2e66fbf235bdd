/// The alarms of a fleet.
public struct FleetAlarms: Equatable, Sendable {
    /// Median, 10th and 90th percentile of a quantity.
    public struct Spread: Equatable, Sendable {
        /// Half lie below.
        public let median: Double
        /// A tenth lies below.
        public let low: Double
        /// A tenth lies above.
        public let high: Double

        /// Nil when `values` is empty.
        init?(_ values: [Double]) {
            guard !values.isEmpty else { return nil }
            let sorted = values.sorted()
            median = ThresholdSweep.quantile(ofSorted: sorted, share: 0.5)
            low = ThresholdSweep.quantile(ofSorted: sorted, share: 0.1)
            high = ThresholdSweep.quantile(ofSorted: sorted, share: 0.9)
        }
    }

    /// How many units there are.
    public let unitCount: Int
    /// How many of them have an anomalous record.
    public let failingCount: Int
    /// How many of the failing ones were detected.
    public let detectedCount: Int
    /// The lead times in cycles; nil when none is known.
    public let leadTime: Spread?
    /// False alarms.
    public let falseAlarms: Int
    /// False alarms at or above `AlarmRule.farRUL`.
    public let farFalseAlarms: Int
    /// Healthy records called anomalous.
    public let falseRecords: Int
    /// Healthy records.
    public let healthyCount: Int

    /// Adds up `units`.
    public init(_ units: [UnitAlarms]) {
        unitCount = units.count
        failingCount = units.count { $0.isFailing }
        detectedCount = units.count { $0.isDetected }
        leadTime = Spread(units.compactMap(\.leadTime).map { Double($0) })
        falseAlarms = units.reduce(0) { $0 + $1.falseAlarms }
        farFalseAlarms = units.reduce(0) { $0 + $1.farFalseAlarms }
        falseRecords = units.reduce(0) { $0 + $1.falseRecords }
        healthyCount = units.reduce(0) { $0 + $1.healthyCount }
    }

    /// `count` for every 1000 healthy cycles; nil when there is none.
    public func per1000(_ count: Int) -> Double? {
        healthyCount > 0 ? Double(count) * 1000 / Double(healthyCount) : nil
    }
}
