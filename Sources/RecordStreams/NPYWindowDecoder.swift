import SensorData

/// Reads windows from NPY: records with a `window` sub-array, or plain arrays of floats of shape (count, length, width)
/// or, for one window, (length, width).
final class NPYWindowDecoder {
    private static let batchSize = 256
    private let arrays: NPYArrayReader
    private let givenColumns: [String]?
    private var plans = NPYPlan<Plan>()
    private var fault: DataError?

    /// Where the numbers of a window stand in an element.
    private struct Plan {
        var identity: NPYIdentity
        var columns: [String]
        var length: Int
        /// Of the first step, from the start of the element; of the next step, from there.
        var offset: Int
        var stride: Int
        /// Of each column, from the start of the step.
        var fields: [(offset: Int, type: NPYScalar)]
        /// True when the numbers are floats side by side.
        var isBlock: Bool
    }

    init(_ arrays: NPYArrayReader, columns: [String]?) {
        self.arrays = arrays
        givenColumns = columns
    }

    /// Replaces `batch` by the windows that are there, waiting only for the first. A window of a plain array has its
    /// number in the file, counted from 0, as `unit_id`.
    ///
    /// - Returns: false at the end of the file.
    func next(_ batch: inout WindowBatch) throws -> Bool {
        if let fault { throw fault }
        guard try arrays.advance() else { return false }
        guard arrays.kind == .windows else { throw arrays.error("expected windows, found \(arrays.kind.rawValue)") }
        let plan = try plans.current(for: arrays, make: makePlan)
        let count = try arrays.arrived(atMost: NPYWindowDecoder.batchSize)
        batch.removeAll()
        batch.origin = arrays.location()
        batch.columns = plan.columns
        batch.length = plan.length
        batch.keys = plan.identity.keys
        for index in 0..<count {
            do throws(NPYFault) {
                try decode(
                    arrays.first + index * arrays.elementSize, plan, number: arrays.number - 1 + index, into: &batch)
            } catch {
                fault = arrays.error(error.message, offset: index)
                break
            }
        }
        if let fault, batch.starts.isEmpty { throw fault }
        arrays.consume(batch.count)
        return true
    }

    private func decode(
        _ element: UnsafeRawPointer, _ plan: Plan, number: Int, into batch: inout WindowBatch
    ) throws(NPYFault) {
        let identity = try plan.identity.read(element)
        let size = plan.length * plan.columns.count
        let base = batch.rows.count
        if plan.isBlock {
            withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { room in
                UnsafeMutableRawBufferPointer(room).copyMemory(
                    from: UnsafeRawBufferPointer(start: element + plan.offset, count: 4 * size))
                batch.rows.append(contentsOf: room)
            }
        } else {
            for step in 0..<plan.length {
                let row = element + plan.offset + step * plan.stride
                for field in plan.fields { batch.rows.append(Float(field.type.double(row + field.offset))) }
            }
        }
        if let place = batch.rows[base...].firstIndex(where: { !$0.isFinite }) {
            batch.rows.removeLast(size)
            throw NPYFault(
                "'\(plan.columns[(place - base) % plan.columns.count])': expected a finite number in a window, found none"
            )
        }
        batch.starts.append(batch.count * plan.length)
        batch.unitIDs.append(plan.identity.hasUnitID ? identity.unitID : Int64(number))
        if batch.keys.contains(.cycle) { batch.cycles.append(identity.cycle) }
        if batch.keys.contains(.timestamp) { batch.timestamps.append(identity.timestamp) }
        if batch.keys.contains(.rul) { batch.rul.append(identity.rul) }
        if batch.keys.contains(.isAnomaly) { batch.isAnomaly.append(identity.isAnomaly) }
    }

    private func makePlan() throws(NPYFault) -> Plan {
        guard let header = arrays.header else { throw NPYFault("expected an array") }
        switch header.type {
        case .scalar(let type): return try plainPlan(type, Array(header.shape.suffix(2)))
        case .record(let fields, _): return try recordPlan(fields)
        }
    }

    private func plainPlan(_ type: NPYScalar, _ shape: [Int]) throws(NPYFault) -> Plan {
        let width = shape[1]
        guard let givenColumns else {
            throw NPYFault("the windows are a plain array, whose columns have no names, and none are known")
        }
        guard givenColumns.count == width else {
            throw NPYFault("expected windows of \(givenColumns.count) columns, found \(width)")
        }
        return Plan(
            identity: NPYIdentity(), columns: givenColumns, length: shape[0], offset: 0, stride: width * type.size,
            fields: (0..<width).map { ($0 * type.size, type) }, isBlock: type == .float32)
    }

    private func recordPlan(_ fields: [NPYField]) throws(NPYFault) -> Plan {
        var identity = NPYIdentity()
        var plan: Plan?
        for field in fields where try !identity.take(field) && field.name == "window" {
            guard case .record(let columns, let stride) = field.type, field.shape.count == 1, field.size > 0 else {
                throw NPYFault("'window': expected a sub-array of shape (length,) of records of numbers")
            }
            var numbers: [(name: String, offset: Int, type: NPYScalar)] = []
            for column in columns {
                guard case .scalar(let type) = column.type, column.shape.isEmpty,
                    type.isNumeric || type.kind == .padding
                else { throw NPYFault("'\(column.name)': expected one number in each step of a window") }
                if type.kind != .padding { numbers.append((column.name, column.offset, type)) }
            }
            guard !numbers.isEmpty else { throw NPYFault("'window': expected at least one column") }
            let isBlock =
                stride == 4 * numbers.count
                && numbers.indices.allSatisfy { numbers[$0].type == .float32 && numbers[$0].offset == 4 * $0 }
            plan = Plan(
                identity: identity, columns: numbers.map(\.name), length: field.shape[0], offset: field.offset,
                stride: stride, fields: numbers.map { ($0.offset, $0.type) }, isBlock: isBlock)
        }
        guard var plan, identity.hasUnitID else { throw NPYFault("expected the fields 'unit_id' and 'window'") }
        plan.identity = identity
        return plan
    }
}
