/// A JSON document whose members stand in the order they were given.
indirect enum ReportJSON {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([ReportJSON])
    case object([(String, ReportJSON)])

    /// A number, or null where it is undefined.
    static func number(_ value: Double?) -> ReportJSON { value.map { .number($0) } ?? .null }
    /// A whole number, or null where it is undefined.
    static func integer(_ value: Int64?) -> ReportJSON { value.map { .integer($0) } ?? .null }
    /// A count.
    static func integer(_ value: Int) -> ReportJSON { .integer(Int64(value)) }
    /// `[low, high]`, or null.
    static func range(_ value: ClosedRange<Double>?) -> ReportJSON {
        value.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
    }

    /// The text, indented by two blanks a level; what holds no object stands on one line.
    func text() -> String {
        var result = ""
        write(to: &result, indent: 0)
        return result + "\n"
    }

    private var holdsObject: Bool {
        switch self {
        case .object: true
        case .array(let elements): elements.contains { $0.holdsObject }
        default: false
        }
    }

    /// True for an object of plain values that reads well on one line.
    private var isShort: Bool {
        guard case .object(let members) = self else { return !holdsObject }
        return members.count <= 12 && members.allSatisfy { !$0.1.holdsObject }
    }

    private func write(to result: inout String, indent: Int) {
        let newline = "\n" + String(repeating: " ", count: indent + 2)
        let end = "\n" + String(repeating: " ", count: indent)
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .integer(let value): result += "\(value)"
        case .number(let value): result += value.isFinite ? NumberText.shortest(value) : "null"
        case .string(let value): ReportJSON.quote(value, to: &result)
        case .array(let elements):
            result += "["
            for (place, element) in elements.enumerated() {
                if place > 0 { result += "," }
                if holdsObject { result += newline } else if place > 0 { result += " " }
                element.write(to: &result, indent: indent + 2)
            }
            result += holdsObject && !elements.isEmpty ? end + "]" : "]"
        case .object(let members):
            let onOneLine = indent > 2 && isShort
            result += "{"
            for (place, member) in members.enumerated() {
                if place > 0 { result += "," }
                if !onOneLine { result += newline } else if place > 0 { result += " " }
                ReportJSON.quote(member.0, to: &result)
                result += ": "
                member.1.write(to: &result, indent: indent + 2)
            }
            result += onOneLine || members.isEmpty ? "}" : end + "}"
        }
    }

    private static func quote(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
