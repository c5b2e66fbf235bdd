import SensorData

/// Where the members that rows and windows have in common stand in a record.
struct NPYIdentity {
    private(set) var keys: RowSchema.Keys = []
    private(set) var unitID: (offset: Int, type: NPYScalar)?
    private(set) var members: [(member: RowMember, offset: Int, type: NPYScalar)] = []

    /// Notes `field` if it is such a member.
    ///
    /// - Returns: false where it is none.
    mutating func take(_ field: NPYField) throws(NPYFault) -> Bool {
        guard let member = RowMember(name: field.name), member != .foreign else { return false }
        guard case .scalar(let type) = field.type, field.shape.isEmpty else {
            throw NPYFault("'\(field.name)': expected one number")
        }
        let isInstant = if case .instant = type.kind { member == .timestamp } else { false }
        guard type.isNumeric || isInstant else { throw NPYFault("'\(field.name)': expected a number") }
        if member == .unitID {
            unitID = (field.offset, type)
        } else if let key = member.key {
            keys.insert(key)
            members.append((member, field.offset, type))
        }
        return true
    }

    /// One record's members.
    struct Values {
        var unitID: Int64 = 0
        var cycle = RowBatch.unknown
        var timestamp = RowBatch.unknown
        var rul = RowBatch.unknown
        var isAnomaly = RowBatch.unknownLabel
    }

    var hasUnitID: Bool { unitID != nil }

    /// Reads the members of the record at `at`. A float that is NaN is unknown.
    @inline(__always)
    func read(_ at: UnsafeRawPointer) throws(NPYFault) -> Values {
        var values = Values()
        if let unitID {
            guard let value = unitID.type.integer(at + unitID.offset) else {
                throw NPYFault("'unit_id': expected a whole number")
            }
            values.unitID = value
        }
        for (member, offset, type) in members {
            let place = at + offset
            let isUnknown = type.kind == .float && type.double(place).isNaN
            switch member {
            case .cycle: values.cycle = isUnknown ? RowBatch.unknown : try whole("cycle", type.integer(place))
            case .rul: values.rul = isUnknown ? RowBatch.unknown : try whole("rul", type.integer(place))
            case .timestamp:
                guard let instant = isUnknown ? RowBatch.unknown : type.instant(place) else {
                    throw NPYFault("'timestamp': expected milliseconds of the years 0000 to 9999")
                }
                values.timestamp = instant
            default:
                let label = isUnknown ? -1 : try whole("is_anomaly", type.integer(place))
                guard (-1...1).contains(label) else {
                    throw NPYFault("'is_anomaly': expected 0, 1 or -1 for unknown, found \(label)")
                }
                values.isAnomaly = Int8(truncatingIfNeeded: label)
            }
        }
        return values
    }

    private func whole(_ name: StaticString, _ value: Int64?) throws(NPYFault) -> Int64 {
        guard let value else { throw NPYFault("'\(name)': expected a whole number") }
        return value
    }
}
