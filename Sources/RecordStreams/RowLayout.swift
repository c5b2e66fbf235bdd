import SensorData

/// The text between the values of a row, as one line of the stream has it. Lines laid out alike differ in their values
/// only, so that their keys are compared and not parsed.
final class RowLayout {
    /// A value, and the text before it.
    struct Slot {
        /// Where the text lies.
        var offset: Int32
        var length: Int32
        /// For columns, which one; for passed-through members, the place of their key in `keys`.
        var index: Int32
        var kind: Kind
    }

    /// What a value is.
    enum Kind: UInt8 {
        case column
        case unitID
        case cycle
        case timestamp
        case rul
        case isAnomaly
        case text
    }

    let slots: UnsafeMutableBufferPointer<Slot>
    /// The text before each value, one after another; after the last value, the rest of the line with its newline. Eight
    /// readable bytes stand before it and eight after it.
    let text: UnsafePointer<UInt8>
    let tailOffset: Int
    let tailLength: Int
    /// Whether each text may be compared wherever a line may break off: none is longer than what is readable behind the end
    /// of what has arrived.
    let isComparable: Bool
    /// Of passed-through members, `"key":`.
    let keys: [String]
    private let storage: UnsafeMutableBufferPointer<UInt8>

    /// Takes the layout of a line.
    ///
    /// - Parameter member: what a key stands for; it is told the key and the first byte of the value.
    init(
        line: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>,
        member: (JSONSlice, UnsafePointer<UInt8>) throws(JSONFault) -> RowMember
    ) throws(JSONFault) {
        var scanner = JSONScanner(line)
        var slots: [Slot] = []
        var keys: [String] = []
        var text = [UInt8](repeating: 0, count: 8)
        var textStart = line
        try scanner.expect("{", "at the start of a record")
        if !scanner.take("}") {
            repeat {
                let key = try scanner.key()
                let (kind, index) = RowLayout.kind(of: try member(key, scanner.at))
                slots.append(
                    Slot(
                        offset: Int32(text.count - 8), length: Int32(scanner.at - textStart),
                        index: Int32(kind == .text ? keys.count : index), kind: kind))
                if kind == .text { keys.append("\"\(key.text)\":") }
                text.append(contentsOf: UnsafeBufferPointer(start: textStart, count: scanner.at - textStart))
                try scanner.skipValue()
                textStart = scanner.at
            } while scanner.take(",")
            try scanner.expect("}", "or ',' after a value")
        }
        try scanner.expectEnd(end)
        tailOffset = text.count - 8
        tailLength = end + 1 - textStart
        isComparable = tailLength <= InputBuffer.slack && slots.allSatisfy { $0.length <= InputBuffer.slack }
        text.append(contentsOf: UnsafeBufferPointer(start: textStart, count: tailLength))
        text.append(contentsOf: repeatElement(0, count: 8))
        self.keys = keys
        self.slots = .allocate(capacity: slots.count)
        _ = self.slots.initialize(fromContentsOf: slots)
        storage = .allocate(capacity: text.count)
        _ = storage.initialize(fromContentsOf: text)
        self.text = UnsafePointer(storage.extracting(8...).baseAddress ?? UnsafeMutablePointer(mutating: line))
    }

    deinit {
        slots.deallocate()
        storage.deallocate()
    }

    private static func kind(of member: RowMember) -> (Kind, Int) {
        switch member {
        case .column(let column): (.column, column)
        case .unitID: (.unitID, 0)
        case .cycle: (.cycle, 0)
        case .timestamp: (.timestamp, 0)
        case .rul: (.rul, 0)
        case .isAnomaly: (.isAnomaly, 0)
        case .text, .foreign: (.text, 0)
        }
    }

    /// Whether the `length` bytes at `at` are those at `expected`. All of them are read, however early they differ, and
    /// eight where there are fewer.
    @inline(__always)
    static func matches(_ at: UnsafePointer<UInt8>, _ expected: UnsafePointer<UInt8>, _ length: Int) -> Bool {
        let left = UnsafeRawPointer(at)
        let right = UnsafeRawPointer(expected)
        @inline(__always) func difference(_ place: Int) -> UInt64 {
            left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                ^ right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        }
        // Little-endian: the first bytes are the lowest.
        if length < 8 { return length == 0 || difference(0) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* length) == 0 }
        // The last word overlaps the one before.
        var differences = difference(0) | difference(length &- 8)
        var place = 8
        while place &+ 8 < length {
            differences |= difference(place)
            place &+= 8
        }
        return differences == 0
    }
}
