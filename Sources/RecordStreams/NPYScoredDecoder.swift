import SensorData

/// Reads scored records from NPY; `NPYScoredEncoder` says how they are laid out. Fields it does not know are skipped.
final class NPYScoredDecoder {
    private static let batchSize = 512
    private let arrays: NPYArrayReader
    private var plans = NPYPlan<Plan>()
    private var fault: DataError?
    private var lastVersion = ""

    private struct Plan {
        /// The fields of one value, by name.
        var fields: [String: (offset: Int, type: NPYScalar)] = [:]
        var contributions: [(name: String, offset: Int, type: NPYScalar)] = []
    }

    init(_ arrays: NPYArrayReader) {
        self.arrays = arrays
    }

    /// Replaces `records` by those that are there, waiting only for the first.
    ///
    /// - Returns: false at the end of the file.
    func next(_ records: inout [ScoredRecord]) throws -> Bool {
        records.removeAll(keepingCapacity: true)
        if let fault { throw fault }
        guard try arrays.advance() else { return false }
        guard arrays.kind == .scored else {
            throw arrays.error("expected scored records, found \(arrays.kind.rawValue)")
        }
        let plan = try plans.current(for: arrays, make: makePlan)
        let count = try arrays.arrived(atMost: NPYScoredDecoder.batchSize)
        for index in 0..<count {
            do throws(NPYFault) {
                records.append(try decode(arrays.first + index * arrays.elementSize, plan))
            } catch {
                fault = arrays.error(error.message, offset: index)
                break
            }
        }
        if let fault, records.isEmpty { throw fault }
        arrays.consume(records.count)
        return true
    }

    private func decode(_ at: UnsafeRawPointer, _ plan: Plan) throws(NPYFault) -> ScoredRecord {
        func number(_ name: String) throws(NPYFault) -> Double? {
            guard let field = plan.fields[name] else { return nil }
            let value = field.type.double(at + field.offset)
            guard value.magnitude != .infinity else { throw NPYFault("'\(name)': expected a finite number") }
            return value.isNaN ? nil : value
        }
        func whole(_ name: String) throws(NPYFault) -> Int64? {
            guard let field = plan.fields[name] else { return nil }
            let place = at + field.offset
            if field.type.kind == .float, field.type.double(place).isNaN { return nil }
            guard let value = name == "timestamp" ? field.type.instant(place) : field.type.integer(place) else {
                throw NPYFault("'\(name)': expected a whole number")
            }
            return value == RowBatch.unknown ? nil : value
        }
        func truth(_ name: String) throws(NPYFault) -> Bool? {
            guard let value = try whole(name), value != -1 else { return nil }
            guard value == 0 || value == 1 else { throw NPYFault("'\(name)': expected 0, 1 or -1, found \(value)") }
            return value == 1
        }
        func text(_ name: String) throws(NPYFault) -> String? {
            guard let field = plan.fields[name] else { return nil }
            guard let text = field.type.string(at + field.offset) else {
                throw NPYFault("'\(name)': expected UTF-8 text")
            }
            return text.isEmpty ? nil : text
        }
        guard let unitID = try whole("unit_id") else { throw NPYFault("'unit_id': expected a whole number") }
        var record = ScoredRecord(unitID: unitID, modelVersion: shared(try text("model_version") ?? ""))
        record.cycle = try whole("cycle")
        record.timestamp = try whole("timestamp")
        record.anomalyScore = try number("anomaly_score")
        record.isAnomaly = try truth("is_anomaly")
        record.confidence = try number("confidence")
        record.threshold = try number("threshold")
        record.error = try number("error")
        record.rul = try whole("rul")
        record.label = try truth("label")
        record.baseline = try text("baseline")
        if let status = try text("status") {
            guard let known = ScoredRecord.Status(rawValue: status) else {
                throw NPYFault("'status': expected scored or warmup, found '\(status.prefix(40))'")
            }
            record.status = known
        }
        if let event = try text("alarm") {
            guard let known = AlarmTrack.Event(rawValue: event) else {
                throw NPYFault("'alarm': expected raised, standing or ended, found '\(event.prefix(40))'")
            }
            record.alarm = ScoredRecord.Alarm(id: try text("alarm_id") ?? "", event: known)
        }
        record.contributions = try contributions(at, plan)
        return record
    }

    private func contributions(_ at: UnsafeRawPointer, _ plan: Plan) throws(NPYFault) -> [ScoredRecord.Contribution] {
        var contributions: [ScoredRecord.Contribution] = []
        for (name, offset, type) in plan.contributions {
            let share = type.double(at + offset)
            guard share.magnitude != .infinity else { throw NPYFault("'\(name)': expected a finite share") }
            if !share.isNaN { contributions.append(ScoredRecord.Contribution(name: name, share: share)) }
        }
        // Equal shares stay in the order of the fields.
        return contributions.enumerated()
            .sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }
            .map(\.element)
    }

    private func shared(_ version: String) -> String {
        if version != lastVersion { lastVersion = version }
        return lastVersion
    }

    private func makePlan() throws(NPYFault) -> Plan {
        guard case .record(let fields, _)? = arrays.header?.type else { throw NPYFault("expected records") }
        var plan = Plan()
        for field in fields {
            switch field.type {
            case .scalar(let type) where field.shape.isEmpty: plan.fields[field.name] = (field.offset, type)
            case .record(let parts, _) where field.name == "contributions" && field.shape.isEmpty:
                for part in parts {
                    guard case .scalar(let type) = part.type, part.shape.isEmpty,
                        type.isNumeric || type.kind == .padding
                    else { throw NPYFault("'\(part.name)': expected one number as a contribution") }
                    if type.kind != .padding {
                        plan.contributions.append((part.name, field.offset + part.offset, type))
                    }
                }
            default: throw NPYFault("'\(field.name)': expected one number or text")
            }
        }
        guard plan.fields["unit_id"] != nil else { throw NPYFault("expected a field 'unit_id', found none") }
        return plan
    }
}
