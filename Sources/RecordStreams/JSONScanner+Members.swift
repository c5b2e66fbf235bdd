import SensorData

/// Values of members that records have in common.
extension JSONScanner {
    /// Reads an ISO 8601 instant, or null.
    mutating func timestamp() throws(JSONFault) -> Int64? {
        if takeWord("null") { return nil }
        let start = at
        guard at.pointee == UInt8(ascii: "\"") else {
            throw JSONFault("expected an ISO 8601 time such as \"2024-01-01T00:00:00Z\", found \(found())", at: at)
        }
        let text = try string()
        guard let milliseconds = Timestamp.parse(text.bytes) else {
            throw JSONFault(
                "expected an ISO 8601 time such as \"2024-01-01T00:00:00Z\", found \"\(text.text.prefix(40))\"",
                at: start)
        }
        return milliseconds
    }

    /// Reads true, false, 1, 0, or null.
    mutating func label() throws(JSONFault) -> Int8? {
        if takeWord("null") { return nil }
        if takeWord("true") { return 1 }
        if takeWord("false") { return 0 }
        let start = at
        guard at.pointee == UInt8(ascii: "0") || at.pointee == UInt8(ascii: "1"), let value = try? number(),
            value == 0 || value == 1
        else { throw JSONFault("expected true or false, found \(JSONScanner(start).found())", at: start) }
        return value == 1 ? 1 : 0
    }
}

extension JSONScanner {
    /// Reads a line that is one object, calling `member` with each key and the scanner before its value.
    static func record(
        _ line: JSONSlice, _ member: (JSONSlice, inout JSONScanner) throws(JSONFault) -> Void
    ) throws(JSONFault) {
        var scanner = JSONScanner(line.start)
        try scanner.expect("{", "at the start of a record")
        if !scanner.take("}") {
            repeat {
                let key = try scanner.key()
                try member(key, &scanner)
            } while scanner.take(",")
            try scanner.expect("}", "or ',' after a value")
        }
        try scanner.expectEnd(line.end)
    }

    /// Takes optional space up to `end`, where the line must end.
    mutating func expectEnd(_ end: UnsafePointer<UInt8>) throws(JSONFault) {
        skipSpace()
        guard at == end else {
            throw JSONFault("expected the end of the line after the record, found \(found())", at: at)
        }
    }
}
