import SensorData

/// When a unit's records amount to an alarm.
public struct AlarmRule: Equatable, Sendable {
    /// How many records in a row must be called anomalous; the alarm is raised at the last of them, because nobody can know
    /// earlier, and stands until a record is called healthy.
    public var consecutive: Int
    /// False alarms raised at this remaining useful life (in cycles) or above are counted apart: those nearer to the end
    /// are early rather than wrong.
    public var farRUL: Int64

    /// Takes the two numbers.
    ///
    /// - Precondition: `consecutive >= 1`.
    public init(consecutive: Int = 3, farRUL: Int64 = 60) {
        precondition(consecutive >= 1)
        self.consecutive = consecutive
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
    /// - Returns: one entry a unit, by rising `unit_id`.
    /// - Throws: `DataError` when a unit has two records of one cycle.
    public static func follow(_ data: LabelledScores, rule: AlarmRule = AlarmRule()) throws -> [UnitAlarms] {
        let order = data.chronologicalOrder()
        var result: [UnitAlarms] = []
        var first = 0
        while first < order.count {
            let unit = data.units[Int(order[first])]
            var end = first + 1
            while end < order.count, data.units[Int(order[end])] == unit { end += 1 }
            result.append(try UnitAlarms(data, order[first..<end], rule))
            first = end
        }
        return result.sorted { $0.unitID < $1.unitID }
    }

    /// Follows one unit along `records`.
    private init(_ data: LabelledScores, _ records: ArraySlice<Int32>, _ rule: AlarmRule) throws {
        unitID = records.first.map { data.unitIDs[Int(data.units[Int($0)])] } ?? 0
        recordCount = records.count
        var run = Run()
        var lastCycle = LabelledScores.unknown
        for record in records {
            let index = Int(record)
            if data.cycles[index] != LabelledScores.unknown, data.cycles[index] == lastCycle {
                throw DataError(
                    "unit \(unitID): cycle \(lastCycle) occurs twice; give each stream and each model a file of its own"
                )
            }
            lastCycle = data.cycles[index]
            let label = data.labels[index]
            if label == 0 { healthyCount += 1 } else if label == 1 { anomalousCount += 1 }
            guard data.decisions[index] == 1 else {
                end(run, rule)
                run = Run()
                continue
            }
            if label == 0 { falseRecords += 1 }
            run.length += 1
            if run.length == rule.consecutive {
                run.raisedAtHealthy = label == 0
                run.raisedRUL = data.rul[index]
                raised.append(index)
            }
            if run.length >= rule.consecutive, label == 1 { run.sawAnomaly = true }
        }
        end(run, rule)
    }

    /// Records called anomalous one after the other.
    private struct Run {
        var length = 0
        var raisedAtHealthy = false
        var raisedRUL = LabelledScores.unknown
        var sawAnomaly = false
    }

    private mutating func end(_ run: Run, _ rule: AlarmRule) {
        guard run.length >= rule.consecutive else { return }
        if run.sawAnomaly {
            if !isDetected, run.raisedRUL != LabelledScores.unknown { leadTime = run.raisedRUL }
            isDetected = true
        } else if run.raisedAtHealthy {
            falseAlarms += 1
            if run.raisedRUL >= rule.farRUL { farFalseAlarms += 1 }
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
