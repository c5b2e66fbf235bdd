import Features
import SensorData

/// Alarms over a stream of scored records: says of each record what it did to its unit's alarm.
///
/// Memory: seven numbers a unit.
struct AlarmStream: Sendable {
    private struct Unit {
        var track = AlarmTrack()
        /// The last record's cycle, or its timestamp where cycles are not known.
        var position = RowBatch.unknown
        /// Where the last alarm was raised: it names the episode.
        var raised = RowBatch.unknown
    }

    private let policy: AlarmPolicy
    private var units: [Int64: Unit] = [:]

    init(_ policy: AlarmPolicy) {
        self.policy = policy
    }

    /// Marks `record`, the next of its unit.
    mutating func mark(_ record: inout ScoredRecord) {
        guard let score = record.anomalyScore, let threshold = record.threshold, let isCalled = record.isAnomaly else {
            return
        }
        var unit = units[record.unitID] ?? Unit()
        defer { units[record.unitID] = unit }
        let position = record.cycle ?? record.timestamp ?? (unit.position == RowBatch.unknown ? 1 : unit.position + 1)
        // A unit whose cycle goes back began a new life.
        if unit.position != RowBatch.unknown, position <= unit.position, record.cycle != nil { unit = Unit() }
        unit.position = position
        let holds = policy.holds(score, threshold: threshold)
        guard let event = unit.track.take(isCalled: isCalled, holds: holds, policy: policy) else { return }
        if event == .raised { unit.raised = position }
        record.alarm = ScoredRecord.Alarm(id: "\(record.unitID)-\(unit.raised)", event: event)
    }
}

extension AlarmStream {
    /// Writes what is known of each unit.
    func encode(into encoder: inout StateEncoder) {
        let known = units.sorted { $0.key < $1.key }
        encoder.put(known.map(\.key))
        encoder.put(known.map(\.value.position))
        encoder.put(known.map(\.value.raised))
        encoder.put(known.flatMap { $0.value.track.numbers })
    }

    /// Takes on what `encode` wrote, under whatever policy.
    ///
    /// - Throws: `DataError` where the state is damaged.
    mutating func restore(from decoder: inout StateDecoder) throws {
        let ids = try decoder.int64s()
        let positions = try decoder.int64s()
        let raised = try decoder.int64s()
        let numbers = try decoder.int64s()
        let size = AlarmTrack.numberCount
        guard positions.count == ids.count, raised.count == ids.count, numbers.count == ids.count * size else {
            throw decoder.damaged("the units' alarms do not agree")
        }
        for (place, id) in ids.enumerated() {
            guard let track = AlarmTrack(numbers: numbers[place * size..<(place + 1) * size]) else {
                throw decoder.damaged("the alarm of unit \(id) is impossible")
            }
            units[id] = Unit(track: track, position: positions[place], raised: raised[place])
        }
    }
}
