import SensorData

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a member of a row is.
enum RowMember: Hashable {
    case unitID
    case cycle
    case timestamp
    case rul
    case isAnomaly
    case column(Int)
    /// Passed through as it stands.
    case text
    /// A member that only windows or scored records have.
    case foreign

    /// The meaning of a name that the format defines.
    init?(name: String) {
        switch name {
        case "unit_id": self = .unitID
        case "cycle": self = .cycle
        case "timestamp": self = .timestamp
        case "rul": self = .rul
        case "is_anomaly": self = .isAnomaly
        case "window", "anomaly_score": self = .foreign
        default: return nil
        }
    }

    /// The schema key a member stands for, where it is one.
    var key: RowSchema.Keys? {
        switch self {
        case .cycle: .cycle
        case .timestamp: .timestamp
        case .rul: .rul
        case .isAnomaly: .isAnomaly
        default: nil
        }
    }
}

/// The text between the values of a row, as one line of the stream has it. Lines laid out alike differ in their values
/// only, so that their keys are compared and not parsed.
struct RowLayout {
    /// A value, and the text before it.
    struct Slot {
        /// Where the text lies in `text`; it is followed by at least eight readable bytes.
        var offset: Int
        var length: Int
        var member: RowMember
        /// For passed-through members, `"key":`.
        var key = ""
    }

    private(set) var slots: [Slot] = []
    /// The text before each value, one after another; after the last value, the rest of the line with its newline.
    private(set) var text: [UInt8] = []
    private(set) var tailOffset = 0
    private(set) var tailLength = 0

    /// Takes the layout of a line.
    ///
    /// - Parameter member: what a key stands for; it is told the key and the first byte of the value.
    init(
        line: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>,
        member: (JSONSlice, UnsafePointer<UInt8>) throws(JSONFault) -> RowMember
    ) throws(JSONFault) {
        var scanner = JSONScanner(line)
        var textStart = line
        try scanner.expect("{", "at the start of a record")
        if !scanner.take("}") {
            repeat {
                let key = try scanner.key()
                let slot = Slot(
                    offset: text.count, length: scanner.at - textStart, member: try member(key, scanner.at),
                    key: "\"\(key.text)\":")
                text.append(contentsOf: UnsafeBufferPointer(start: textStart, count: slot.length))
                slots.append(slot)
                try scanner.skipValue()
                textStart = scanner.at
            } while scanner.take(",")
            try scanner.expect("}", "or ',' after a value")
        }
        scanner.skipSpace()
        guard scanner.at == end else {
            throw JSONFault("expected the end of the line after the record, found \(scanner.found())", at: scanner.at)
        }
        tailOffset = text.count
        tailLength = scanner.at + 1 - textStart
        text.append(contentsOf: UnsafeBufferPointer(start: textStart, count: tailLength))
        text.append(contentsOf: repeatElement(0, count: 8))
    }

    /// Whether the `length` bytes at `at` are those at `expected`. Both are followed by eight readable bytes.
    @inline(__always)
    static func matches(_ at: UnsafePointer<UInt8>, _ expected: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        let left = UnsafeRawPointer(at)
        let right = UnsafeRawPointer(expected)
        var place = 0
        while place + 8 <= length {
            guard
                left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                    == right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            else { return false }
            place += 8
        }
        let rest = length - place
        guard rest > 0 else { return true }
        let difference =
            left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            ^ right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        // Little-endian: the first bytes are the lowest.
        return difference << UInt64(64 - 8 * rest) == 0
    }
}
