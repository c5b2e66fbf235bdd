import SensorData

/// Writes scored records as NDJSON.
struct NDJSONScoredEncoder {
    /// Appends `records` to `sink`, each in one piece.
    ///
    /// - Throws: `DataError` where a number is not finite.
    func write(_ records: [ScoredRecord], to sink: ByteSink) throws {
        for record in records {
            try NDJSONScoredEncoder.requireFinite(record)
            let model = JSONText.quote(record.modelVersion)
            let names = record.contributions.map { JSONText.quote($0.name) }
            let baseline = record.baseline.map(JSONText.quote)
            let alarm = record.alarm.map { JSONText.quote($0.id) }
            var size = 560 + model.utf8.count + (baseline?.utf8.count ?? 0) + (alarm?.utf8.count ?? 0)
            for name in names { size += name.utf8.count + 2 + NumberText.longest }
            try sink.withSpace(atLeast: size) { room in
                guard let start = room.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
                return write(record, model, names, baseline, alarm, to: start) - start
            }
        }
    }

    /// - Throws: `DataError` where a number of `record` is not finite.
    static func requireFinite(_ record: ScoredRecord) throws {
        guard record.isFinite else {
            throw DataError(
                "the record of unit \(record.unitID) carries a number that is not finite; expected a finite score")
        }
    }

    private func write(
        _ record: ScoredRecord, _ model: String, _ names: [String], _ baseline: String?, _ alarm: String?,
        to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var at = MemberText.write("{\"unit_id\":", to: start)
        at = NumberText.write(record.unitID, to: at)
        if let cycle = record.cycle { at = MemberText.write(",\"cycle\":", known: cycle, to: at) }
        if let timestamp = record.timestamp { at = MemberText.write(",\"timestamp\":", time: timestamp, to: at) }
        at = write(",\"anomaly_score\":", record.anomalyScore, to: at)
        at = MemberText.write(",\"is_anomaly\":", label: record.isAnomaly.map { $0 ? 1 : 0 } ?? -1, to: at)
        at = write(",\"confidence\":", record.confidence, to: at)
        at = write(",\"threshold\":", record.threshold, to: at)
        at = MemberText.write(",\"model_version\":", to: at)
        at = MemberText.write(model, to: at)
        at = write(",\"error\":", record.error, to: at)
        at = MemberText.write(",\"contributions\":{", to: at)
        for (index, contribution) in record.contributions.enumerated() {
            if index > 0 { at = MemberText.write(",", to: at) }
            at = MemberText.write(names[index], to: at)
            at = MemberText.write(":", to: at)
            at = NumberText.write(contribution.share, to: at)
        }
        at = MemberText.write("}", to: at)
        if let rul = record.rul { at = MemberText.write(",\"rul\":", known: rul, to: at) }
        if let label = record.label { at = MemberText.write(",\"label\":", label: label ? 1 : 0, to: at) }
        if record.status == .warmup { at = MemberText.write(",\"status\":\"warmup\"", to: at) }
        if let baseline {
            at = MemberText.write(",\"baseline\":", to: at)
            at = MemberText.write(baseline, to: at)
        }
        if let event = record.alarm?.event, let alarm {
            at = MemberText.write(",\"alarm\":\"", to: at)
            at = MemberText.write(event.rawValue, to: at)
            at = MemberText.write("\",\"alarm_id\":", to: at)
            at = MemberText.write(alarm, to: at)
        }
        return MemberText.write("}\n", to: at)
    }

    private func write(
        _ key: StaticString, _ value: Double?, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        NumberText.write(value ?? .nan, to: MemberText.write(key, to: start))
    }
}
