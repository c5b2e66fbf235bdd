import SensorData

/// Reads rows from NPY arrays of records.
final class NPYRowDecoder {
    private let arrays: NPYArrayReader
    private var plans = NPYPlan<Plan>()
    private var fault: DataError?

    /// Where the members of a row stand in a record, and room for the rows. A class, so that handing it on is one count.
    private final class Plan {
        let schema: RowSchema
        let identity: NPYIdentity
        /// Of each column.
        let columns: [(offset: Int, type: NPYScalar)]
        /// Text members, which pass through.
        let texts: [(key: String, offset: Int, type: NPYScalar)]
        /// Where the columns are doubles side by side, the first one's offset.
        let blockOffset: Int?
        let stage: RowStage
        /// Where nothing is to be converted.
        let plain: NPYPlainRecords?

        init(
            _ identity: NPYIdentity, _ names: [String], _ columns: [(offset: Int, type: NPYScalar)],
            texts: [(key: String, offset: Int, type: NPYScalar)], recordSize: Int
        ) {
            (self.identity, self.columns, self.texts) = (identity, columns, texts)
            schema = RowSchema(keys: identity.keys, columns: names)
            stage = RowStage(schema: schema)
            let isBlock = columns.indices.allSatisfy {
                columns[$0].type == .float64 && columns[$0].offset == columns[0].offset + 8 * $0
            }
            blockOffset = isBlock ? columns.first?.offset : nil
            if let blockOffset, texts.isEmpty {
                plain = NPYPlainRecords(identity, schema: schema, recordSize: recordSize, blockOffset: blockOffset)
            } else {
                plain = nil
            }
        }
    }

    init(_ arrays: NPYArrayReader) {
        self.arrays = arrays
    }

    /// Replaces `batch` by the rows that are there, waiting only for the first.
    ///
    /// - Returns: false at the end of the file.
    func next(_ batch: inout RowBatch) throws -> Bool {
        if let fault { throw fault }
        guard try arrays.advance() else { return false }
        guard arrays.kind == .rows else { throw arrays.error("expected rows, found \(arrays.kind.rawValue)") }
        let plan = try plans.current(for: arrays, make: makePlan)
        let count = try arrays.arrived(atMost: plan.plain == nil ? plan.stage.capacity : NPYPlainRecords.batchRows)
        let origin = arrays.location()
        if let plain = plan.plain, plain.read(count, at: arrays.first, to: &batch, origin: origin) {
            arrays.consume(count)
            return true
        }
        for row in 0..<count {
            do throws(NPYFault) {
                try decode(arrays.first + row * arrays.elementSize, plan)
            } catch {
                fault = arrays.error(error.message, offset: row)
                break
            }
        }
        if let fault, plan.stage.count == 0 { throw fault }
        arrays.consume(plan.stage.count)
        plan.stage.move(to: &batch, origin: origin)
        return true
    }

    private func decode(_ record: UnsafeRawPointer, _ plan: Plan) throws(NPYFault) {
        let stage = plan.stage
        let row = stage.count
        let identity = try plan.identity.read(record)
        stage.unitIDs[row] = identity.unitID
        stage.cycles[row] = identity.cycle
        stage.timestamps[row] = identity.timestamp
        stage.rul[row] = identity.rul
        stage.isAnomaly[row] = identity.isAnomaly
        let values = stage.values + row * stage.width
        if let offset = plan.blockOffset {
            UnsafeMutableRawPointer(values).copyMemory(from: record + offset, byteCount: 8 * stage.width)
        } else {
            for column in 0..<stage.width {
                values[column] = plan.columns[column].type.double(record + plan.columns[column].offset)
            }
        }
        if containsInfinity(UnsafeBufferPointer(start: values, count: stage.width)) {
            let column = (0..<stage.width).first { values[$0].magnitude == .infinity } ?? 0
            throw NPYFault("'\(plan.schema.columns[column])': expected a finite number, found an infinite one")
        }
        if plan.texts.isEmpty {
            stage.commit()
        } else {
            stage.commit(passthrough: try passthrough(record, plan))
        }
    }

    private func passthrough(_ record: UnsafeRawPointer, _ plan: Plan) throws(NPYFault) -> String {
        var members: [String] = []
        for (key, offset, type) in plan.texts {
            guard let text = type.string(record + offset) else {
                throw NPYFault("\(key) the text is not valid Unicode")
            }
            members.append(key + JSONText.quote(text))
        }
        return members.joined(separator: ",")
    }

    private func makePlan() throws(NPYFault) -> Plan {
        guard case .record(let fields, _)? = arrays.header?.type else { throw NPYFault("expected records") }
        var identity = NPYIdentity()
        var names: [String] = []
        var columns: [(offset: Int, type: NPYScalar)] = []
        var texts: [(key: String, offset: Int, type: NPYScalar)] = []
        for field in fields where try !identity.take(field) {
            guard case .scalar(let type) = field.type, field.shape.isEmpty else {
                throw NPYFault("'\(field.name)': expected one number or text, found several")
            }
            switch type.kind {
            case .padding: continue
            case .bytes, .text: texts.append((JSONText.quote(field.name) + ":", field.offset, type))
            case .instant: throw NPYFault("'\(field.name)': expected a number, found an instant")
            default:
                names.append(field.name)
                columns.append((field.offset, type))
            }
        }
        guard identity.hasUnitID else { throw NPYFault("expected a field 'unit_id', found none") }
        return Plan(identity, names, columns, texts: texts, recordSize: arrays.elementSize)
    }
}
