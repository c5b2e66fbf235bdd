/// What a detector says of one window.
public struct ScoredRecord: Equatable, Sendable {
    /// One sensor's or feature's part in a score.
    public struct Contribution: Equatable, Sendable {
        /// The column's name.
        public var name: String
        /// Its share; the shares of a record add up to one.
        public var share: Double

        /// Names a share.
        public init(name: String, share: Double) {
            self.name = name
            self.share = share
        }
    }

    /// The part of a record in an alarm of its unit.
    public struct Alarm: Equatable, Sendable {
        /// The episode: the unit, and where in its life the alarm was raised (`7-182`).
        public var id: String
        /// What the record did.
        public var event: AlarmTrack.Event

        /// Names an episode and a part in it.
        public init(id: String, event: AlarmTrack.Event) {
            self.id = id
            self.event = event
        }
    }

    /// Whether there was enough of the unit to judge.
    public enum Status: String, Sendable {
        /// The record carries a score.
        case scored
        /// The unit had fewer rows than a window; the score is null.
        case warmup
    }

    /// `unit_id`
    public var unitID: Int64
    /// `cycle` of the window's last row.
    public var cycle: Int64?
    /// `timestamp` of the window's last row, milliseconds since 1970-01-01T00:00:00Z.
    public var timestamp: Int64?
    /// `scored` or `warmup`; written only when it is `warmup`.
    public var status = Status.scored
    /// In [0, 1], higher is worse; depends on nothing but the window, the unit's history and the model.
    public var anomalyScore: Double?
    /// The decision: `anomalyScore >= threshold`.
    public var isAnomaly: Bool?
    /// The probability that the decision is right; nil when the model was trained without labels.
    public var confidence: Double?
    /// The threshold of the decision.
    public var threshold: Double?
    /// Which model judged.
    public var modelVersion: String
    /// The detector's raw error before calibration; nil where it has none.
    public var error: Double?
    /// What explains the score, largest share first.
    public var contributions: [Contribution] = []
    /// Ground truth: remaining useful life in cycles.
    public var rul: Int64?
    /// Ground truth of the row; called `label` because `is_anomaly` is the decision.
    public var label: Bool?
    /// `fleet` when the unit's own baseline was not known and the fleet's stood in.
    public var baseline: String?
    /// The alarm that the record raised, that stands or that it ended; nil where there is none, or no alarm policy.
    public var alarm: Alarm?

    /// A record without a score.
    public init(unitID: Int64, cycle: Int64? = nil, timestamp: Int64? = nil, modelVersion: String) {
        self.unitID = unitID
        self.cycle = cycle
        self.timestamp = timestamp
        self.modelVersion = modelVersion
    }

    /// Whether every number of it can be written down.
    public var isFinite: Bool {
        func isSound(_ number: Double?) -> Bool { number?.isFinite ?? true }
        return isSound(anomalyScore) && isSound(confidence) && isSound(threshold) && isSound(error)
            && contributions.allSatisfy(\.share.isFinite)
    }
}
