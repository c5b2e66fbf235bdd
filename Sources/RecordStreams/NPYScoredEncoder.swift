import SensorData

/// Writes scored records as NPY arrays.
///
/// The fields, in this order: `unit_id`, `cycle`, `timestamp` `<i8`; `anomaly_score` `<f8`; `is_anomaly` `|b1`;
/// `confidence`, `threshold` `<f8`; `model_version` `|S16` or a larger multiple of 16; `error` `<f8`; `contributions`, a
/// record of `<f8` by column name; `rul` `<i8`; `label` `|b1`; `status` `|S6`; `baseline` `|S16` or a larger multiple;
/// `alarm` `|S8` and `alarm_id` `|S32` or a larger multiple of 16.
/// NaN stands for null, the lowest integer for an unknown one; an `is_anomaly` or `label` that may be null is `|i1` with
/// -1 for null. A field that is optional in NDJSON stands in an array when a record of it, or of an earlier one, has it:
/// from array to array the type can only grow.
struct NPYScoredEncoder {
    private var arrays: NPYArrayWriter
    private var waiting: [ScoredRecord] = []
    private var layout = Layout()

    private struct Layout {
        var hasCycle = false
        var hasTimestamp = false
        var hasUnknownDecision = false
        var hasRUL = false
        var hasLabel = false
        var hasUnknownLabel = false
        var hasStatus = false
        var versionSize = 16
        var baselineSize = 0
        var alarmSize = 0
        var contributions: [String] = []
        var contributionIndex: [String: Int] = [:]

        mutating func grow(for record: ScoredRecord) {
            hasCycle = hasCycle || record.cycle != nil
            hasTimestamp = hasTimestamp || record.timestamp != nil
            hasUnknownDecision = hasUnknownDecision || record.isAnomaly == nil
            hasRUL = hasRUL || record.rul != nil
            hasLabel = hasLabel || record.label != nil
            hasStatus = hasStatus || record.status != .scored
            versionSize = max(versionSize, Layout.roundedUp(record.modelVersion.utf8.count))
            if let baseline = record.baseline {
                baselineSize = max(baselineSize, 16, Layout.roundedUp(baseline.utf8.count))
            }
            if let alarm = record.alarm {
                alarmSize = max(alarmSize, 32, Layout.roundedUp(alarm.id.utf8.count))
            }
            for contribution in record.contributions where contributionIndex[contribution.name] == nil {
                contributionIndex[contribution.name] = contributions.count
                contributions.append(contribution.name)
            }
        }

        static func roundedUp(_ size: Int) -> Int { (size + 15) / 16 * 16 }

        var recordSize: Int {
            let integers = [hasCycle, hasTimestamp, hasRUL].count { $0 }
            return 8 + 8 * integers + 4 * 8 + 1 + versionSize + 8 * contributions.count + (hasLabel ? 1 : 0)
                + (hasStatus ? 6 : 0) + baselineSize + (alarmSize > 0 ? 8 + alarmSize : 0)
        }

        var descr: String {
            var fields = ["('unit_id', '<i8')"]
            if hasCycle { fields.append("('cycle', '<i8')") }
            if hasTimestamp { fields.append("('timestamp', '<i8')") }
            fields.append("('anomaly_score', '<f8')")
            fields.append("('is_anomaly', '\(hasUnknownDecision ? "|i1" : "|b1")')")
            fields.append("('confidence', '<f8')")
            fields.append("('threshold', '<f8')")
            fields.append("('model_version', '|S\(versionSize)')")
            fields.append("('error', '<f8')")
            if !contributions.isEmpty {
                let shares = contributions.map { "(\(NPYHeader.quote($0)), '<f8')" }.joined(separator: ", ")
                fields.append("('contributions', [\(shares)])")
            }
            if hasRUL { fields.append("('rul', '<i8')") }
            if hasLabel { fields.append("('label', '\(hasUnknownLabel ? "|i1" : "|b1")')") }
            if hasStatus { fields.append("('status', '|S6')") }
            if baselineSize > 0 { fields.append("('baseline', '|S\(baselineSize)')") }
            if alarmSize > 0 { fields += ["('alarm', '|S8')", "('alarm_id', '|S\(alarmSize)')"] }
            return "[\(fields.joined(separator: ", "))]"
        }

        func put(_ record: ScoredRecord, _ shares: [Double], _ start: RecordCursor) {
            var cursor = start
            func truth(_ value: Bool?) -> Int8 { value.map { $0 ? 1 : 0 } ?? -1 }
            cursor.put(record.unitID)
            if hasCycle { cursor.put(record.cycle ?? RowBatch.unknown) }
            if hasTimestamp { cursor.put(record.timestamp ?? RowBatch.unknown) }
            cursor.put(record.anomalyScore ?? .nan)
            cursor.put(truth(record.isAnomaly))
            cursor.put(record.confidence ?? .nan)
            cursor.put(record.threshold ?? .nan)
            cursor.put(record.modelVersion, size: versionSize)
            cursor.put(record.error ?? .nan)
            shares.withUnsafeBufferPointer { cursor.put(contentsOf: $0) }
            if hasRUL { cursor.put(record.rul ?? RowBatch.unknown) }
            if hasLabel { cursor.put(truth(record.label)) }
            if hasStatus { cursor.put(record.status.rawValue, size: 6) }
            if baselineSize > 0 { cursor.put(record.baseline ?? "", size: baselineSize) }
            if alarmSize > 0 {
                cursor.put(record.alarm?.event.rawValue ?? "", size: 8)
                cursor.put(record.alarm?.id ?? "", size: alarmSize)
            }
        }
    }

    init(arrayLength: Int) {
        arrays = NPYArrayWriter(arrayLength: arrayLength)
    }

    /// Adds `records`, and writes the arrays that are full.
    ///
    /// - Throws: `DataError` where a number is not finite.
    mutating func write(_ records: [ScoredRecord], to sink: ByteSink) throws {
        for record in records {
            try NDJSONScoredEncoder.requireFinite(record)
            waiting.append(record)
            if waiting.count == arrays.arrayLength { try finish(to: sink) }
        }
    }

    /// Writes the records that wait as an array.
    mutating func finish(to sink: ByteSink) throws {
        guard !waiting.isEmpty else { return }
        for record in waiting { layout.grow(for: record) }
        if layout.hasLabel { layout.hasUnknownLabel = layout.hasUnknownLabel || waiting.contains { $0.label == nil } }
        arrays.begin(recordSize: layout.recordSize)
        var shares = [Double](repeating: .nan, count: layout.contributions.count)
        for record in waiting {
            for index in shares.indices { shares[index] = .nan }
            for contribution in record.contributions {
                if let index = layout.contributionIndex[contribution.name] { shares[index] = contribution.share }
            }
            arrays.append { [layout] in layout.put(record, shares, RecordCursor($0)) }
        }
        waiting.removeAll(keepingCapacity: true)
        try arrays.write(descr: layout.descr, to: sink)
    }
}
