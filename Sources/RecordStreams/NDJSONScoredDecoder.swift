import SensorData

/// Reads scored records from NDJSON. Members it does not know are skipped.
final class NDJSONScoredDecoder {
    private static let batchSize = 512
    private let lines: LineReader
    private var fault: DataError?
    /// Names of contributions, by their text, so that records share their storage.
    private var names: [String: String] = [:]

    init(_ lines: LineReader) {
        self.lines = lines
    }

    /// Replaces `records` by those that are there, waiting only for the first.
    ///
    /// - Returns: false at the end of the file.
    func next(_ records: inout [ScoredRecord]) throws -> Bool {
        records.removeAll(keepingCapacity: true)
        if let fault { throw fault }
        guard try lines.waitForLine() else { return false }
        while records.count < NDJSONScoredDecoder.batchSize, let line = lines.arrived() {
            do throws(JSONFault) {
                records.append(try decode(line))
            } catch {
                let located = lines.error(error)
                guard !records.isEmpty else { throw located }
                fault = located
                break
            }
            lines.consume(line)
        }
        return true
    }

    private func decode(_ line: JSONSlice) throws(JSONFault) -> ScoredRecord {
        var record = ScoredRecord(unitID: 0, modelVersion: "")
        var seen: Set<String> = []
        try JSONScanner.record(line) { key, scanner throws(JSONFault) in
            let name = JSONScanner.decoded(key)
            guard seen.insert(name).inserted else { throw JSONFault("'\(name)' occurs twice", at: key.start) }
            do throws(JSONFault) {
                try decode(name, &scanner, into: &record)
            } catch {
                throw JSONFault("'\(name)': \(error.message)", at: error.position)
            }
        }
        for name in ["unit_id", "anomaly_score"] where !seen.contains(name) {
            throw JSONFault("expected '\(name)', found a record without it", at: line.start)
        }
        return record
    }

    private func decode(
        _ name: String, _ scanner: inout JSONScanner, into record: inout ScoredRecord
    ) throws(JSONFault) {
        switch name {
        case "unit_id": record.unitID = try scanner.integer()
        case "cycle": record.cycle = scanner.takeWord("null") ? nil : try scanner.integer()
        case "timestamp": record.timestamp = try scanner.timestamp()
        case "anomaly_score": record.anomalyScore = scanner.takeWord("null") ? nil : try scanner.number()
        case "is_anomaly": record.isAnomaly = try scanner.label().map { $0 == 1 }
        case "confidence": record.confidence = scanner.takeWord("null") ? nil : try scanner.number()
        case "threshold": record.threshold = scanner.takeWord("null") ? nil : try scanner.number()
        case "model_version":
            let text = JSONScanner.decoded(try scanner.string())
            record.modelVersion = shared(text)
        case "error": record.error = scanner.takeWord("null") ? nil : try scanner.number()
        case "rul": record.rul = scanner.takeWord("null") ? nil : try scanner.integer()
        case "label": record.label = try scanner.label().map { $0 == 1 }
        case "baseline": record.baseline = scanner.takeWord("null") ? nil : JSONScanner.decoded(try scanner.string())
        case "status":
            let start = scanner.at
            let text = JSONScanner.decoded(try scanner.string())
            guard let status = ScoredRecord.Status(rawValue: text) else {
                throw JSONFault("expected scored or warmup, found '\(text.prefix(40))'", at: start)
            }
            record.status = status
        case "alarm":
            let start = scanner.at
            guard !scanner.takeWord("null") else { return }
            let text = JSONScanner.decoded(try scanner.string())
            guard let event = AlarmTrack.Event(rawValue: text) else {
                throw JSONFault("expected raised, standing or ended, found '\(text.prefix(40))'", at: start)
            }
            record.alarm = ScoredRecord.Alarm(id: record.alarm?.id ?? "", event: event)
        case "alarm_id":
            guard !scanner.takeWord("null") else { return }
            let id = JSONScanner.decoded(try scanner.string())
            record.alarm = ScoredRecord.Alarm(id: id, event: record.alarm?.event ?? .standing)
        case "contributions":
            guard !scanner.takeWord("null") else { return }
            record.contributions = try contributions(&scanner)
        default: try scanner.skipValue()
        }
    }

    private func contributions(_ scanner: inout JSONScanner) throws(JSONFault) -> [ScoredRecord.Contribution] {
        var contributions: [ScoredRecord.Contribution] = []
        try scanner.expect("{", "at the start of the contributions")
        if scanner.take("}") { return contributions }
        repeat {
            let name = shared(JSONScanner.decoded(try scanner.key()))
            contributions.append(ScoredRecord.Contribution(name: name, share: try scanner.number()))
        } while scanner.take(",")
        try scanner.expect("}", "or ',' after a contribution")
        return contributions
    }

    private func shared(_ text: String) -> String {
        if let known = names[text] { return known }
        if names.count < 4096 { names[text] = text }
        return text
    }
}
