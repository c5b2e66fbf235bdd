import SensorData

/// When a unit's records amount to an alarm, and which false alarms are far from the end.
public struct AlarmRule: Equatable, Sendable {
    /// When an alarm is raised and when it ends.
    public var policy: AlarmPolicy
    /// False alarms raised at this remaining useful life (in cycles) or above are counted apart: those nearer to the end
    /// are early rather than wrong.
    public var farRUL: Int64

    /// Takes both.
    public init(policy: AlarmPolicy = AlarmPolicy(), farRUL: Int64 = 60) {
        self.policy = policy
        self.farRUL = farRUL
    }
}

/// What the alarms of one unit were worth.
///
/// An alarm that stands while a record labelled anomalous passes is right, even if it was raised before. An alarm that was
/// raised at a healthy record and ended before the first anomalous one is false.
public struct UnitAlarms: Equatable, Sendable {
    /// `unit_id`
    public let unitID: Int64
    /// How many records were judged.
    public private(set) var recordCount = 0
    /// How many of them are labelled healthy.
    public private(set) var healthyCount = 0
    /// How many of them are labelled anomalous; a unit that has any is a failing one.
    public private(set) var anomalousCount = 0
    /// True when an alarm stood while an anomalous record passed.
    public private(set) var isDetected = false
    /// Remaining useful life in cycles when the first right alarm was raised; nil without one, or where it is not known.
    public private(set) var leadTime: Int64?
    /// How many false alarms were raised.
    public private(set) var falseAlarms = 0
    /// How many of them were raised at or above `AlarmRule.farRUL`.
    public private(set) var farFalseAlarms = 0
    /// How many single records labelled healthy were called anomalous.
    public private(set) var falseRecords = 0
    /// The records at which alarms were raised, right or wrong, in order: indices into the scores judged.
    public private(set) var raised: [Int] = []

    /// True when any record is labelled anomalous.
    public var isFailing: Bool { anomalousCount > 0 }

    /// Follows each unit of `data` from its first cycle to its last, by the decisions that the records carry.
    ///
    /// - Parameter threshold: the decisions' threshold, which a policy with hysteresis needs to know.
    /// - Returns: one entry a unit, by rising `unit_id`.
    /// - Throws: `DataError` when a unit has two records of one cycle, or hysteresis lacks its threshold.
    public static func follow(
        _ data: LabelledScores, rule: AlarmRule = AlarmRule(), threshold: Double? = nil
    ) throws -> [UnitAlarms] {
        guard rule.policy.hysteresis == 0 || threshold != nil else {
            throw DataError("an alarm policy with hysteresis needs one threshold; the records carry none, or several")
        }
        let order = data.chronologicalOrder()
        var result: [UnitAlarms] = []
        var first = 0
        while first < order.count {
            let unit = data.units[Int(order[first])]
            var end = first + 1
            while end < order.count, data.units[Int(order[end])] == unit { end += 1 }
            result.append(try UnitAlarms(data, order[first..<end], rule, threshold ?? .infinity))
            first = end
        }
        return result.sorted { $0.unitID < $1.unitID }
    }

    /// Follows one unit along `records`.
    private init(
        _ data: LabelledScores, _ records: ArraySlice<Int32>, _ rule: AlarmRule, _ threshold: Double
    ) throws {
        unitID = records.first.map { data.unitIDs[Int(data.units[Int($0)])] } ?? 0
        recordCount = records.count
        var track = AlarmTrack()
        var episode: Episode?
        var lastCycle = LabelledScores.unknown
        for record in records {
            let index = Int(record)
            if data.cycles[index] != LabelledScores.unknown, data.cycles[index] == lastCycle {
                throw DataError(
                    "unit \(unitID): cycle \(lastCycle) occurs twice; give each stream and each model a file of its own"
                )
            }
            lastCycle = data.cycles[index]
            let isAnomalous = data.labels[index] == 1
            let isCalled = data.decisions[index] == 1
            if data.labels[index] == 0 {
                healthyCount += 1
                if isCalled { falseRecords += 1 }
            } else if isAnomalous {
                anomalousCount += 1
            }
            let holds = rule.policy.hysteresis > 0 && rule.policy.holds(data.scores[index], threshold: threshold)
            switch track.take(isCalled: isCalled, holds: holds, policy: rule.policy) {
            case .raised:
                close(episode, rule)
                episode = Episode(
                    raisedAtHealthy: data.labels[index] == 0, raisedRUL: data.rul[index], sawAnomaly: isAnomalous)
                raised.append(index)
            case .standing: if isAnomalous { episode?.sawAnomaly = true }
            case .ended, nil: break
            }
        }
        close(episode, rule)
    }

    /// From the raising of an alarm to the last record at which it stood.
    private struct Episode {
        let raisedAtHealthy: Bool
        let raisedRUL: Int64
        var sawAnomaly: Bool
    }

    private mutating func close(_ episode: Episode?, _ rule: AlarmRule) {
        guard let episode else { return }
        if episode.sawAnomaly {
            if !isDetected, episode.raisedRUL != LabelledScores.unknown { leadTime = episode.raisedRUL }
            isDetected = true
        } else if episode.raisedAtHealthy {
            falseAlarms += 1
            if episode.raisedRUL >= rule.farRUL { farFalseAlarms += 1 }
        }
    }
}

extension LabelledScores {
    /// The records unit by unit, each unit's by rising cycle; where cycles are not known, in stream order.
    func chronologicalOrder() -> [Int32] {
        var starts = [Int](repeating: 0, count: unitIDs.count + 1)
        for unit in units { starts[Int(unit) + 1] += 1 }
        for unit in unitIDs.indices { starts[unit + 1] += starts[unit] }
        var next = starts
        var order = [Int32](repeating: 0, count: count)
        for index in 0..<count {
            order[next[Int(units[index])]] = Int32(index)
            next[Int(units[index])] += 1
        }
        for unit in unitIDs.indices {
            let records = starts[unit]..<starts[unit + 1]
            let isRising = zip(order[records], order[records].dropFirst()).allSatisfy {
                cycles[Int($0)] <= cycles[Int($1)]
            }
            if !isRising {
                order[records].sort { (cycles[Int($0)], $0) < (cycles[Int($1)], $1) }
            }
        }
        return order
    }
}
