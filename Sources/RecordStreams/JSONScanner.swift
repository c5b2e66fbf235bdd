#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is wrong in a line, and where.
struct JSONFault: Error {
    /// The first byte that does not fit; valid while the line is.
    nonisolated(unsafe) let position: UnsafePointer<UInt8>
    let message: String

    init(_ message: String, at position: UnsafePointer<UInt8>) {
        self.message = message
        self.position = position
    }
}

/// A run of bytes within a line.
struct JSONSlice {
    var start: UnsafePointer<UInt8>
    var end: UnsafePointer<UInt8>
    /// For a string: whether a backslash occurs.
    var hasEscape = false

    var count: Int { end - start }
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }
    /// The bytes as they stand.
    var text: String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
}

/// Reads JSON (RFC 8259) from one line.
///
/// The line must end in a newline, which no JSON text within a line can contain: it bounds every loop. Text is checked as
/// strictly as the RFC allows: UTF-8, escapes, surrogate pairs, the grammar of numbers, and at most 64 levels of nesting.
struct JSONScanner {
    static let deepestNesting = 64

    /// The next byte to read.
    var at: UnsafePointer<UInt8>

    init(_ line: UnsafePointer<UInt8>) {
        at = line
    }

    @inline(__always)
    mutating func skipSpace() {
        while at.pointee == 0x20 || at.pointee == 0x09 || at.pointee == 0x0d { at += 1 }
    }

    /// Takes `character` after optional space.
    mutating func expect(_ character: Unicode.Scalar, _ context: String) throws(JSONFault) {
        skipSpace()
        guard at.pointee == UInt8(ascii: character) else {
            throw JSONFault("expected '\(character)' \(context), found \(found())", at: at)
        }
        at += 1
    }

    /// Takes `character` after optional space if it is there.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard at.pointee == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    /// Takes `word` if it is there.
    mutating func takeWord(_ word: StaticString) -> Bool {
        guard memcmp(at, word.utf8Start, word.utf8CodeUnitCount) == 0 else { return false }
        at += word.utf8CodeUnitCount
        return true
    }

    /// Names the next byte, or the value that begins with it, for a message.
    func found() -> String {
        switch at.pointee {
        case UInt8(ascii: "\n"): "the end of the line"
        case UInt8(ascii: "\""): "a string"
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "["): "a list"
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): "a number"
        case UInt8(ascii: "t") where memcmp(at, "true", 4) == 0: "true"
        case UInt8(ascii: "f") where memcmp(at, "false", 5) == 0: "false"
        case UInt8(ascii: "n") where memcmp(at, "null", 4) == 0: "null"
        case UInt8(ascii: "N") where memcmp(at, "NaN", 3) == 0: "NaN"
        case UInt8(ascii: "I") where memcmp(at, "Infinity", 8) == 0: "Infinity"
        case 0x21...0x7e: "'\(Unicode.Scalar(at.pointee))'"
        default: "byte 0x\(String(at.pointee, radix: 16))"
        }
    }

    /// Reads a key and its colon.
    mutating func key() throws(JSONFault) -> JSONSlice {
        skipSpace()
        guard at.pointee == UInt8(ascii: "\"") else {
            throw JSONFault("expected a key in quotation marks, found \(found())", at: at)
        }
        let key = try string()
        try expect(":", "after the key")
        skipSpace()
        return key
    }

    /// Reads a string; the slice lies between the quotation marks.
    mutating func string() throws(JSONFault) -> JSONSlice {
        guard at.pointee == UInt8(ascii: "\"") else { throw JSONFault("expected a string, found \(found())", at: at) }
        at += 1
        var slice = JSONSlice(start: at, end: at)
        while true {
            let byte = at.pointee
            switch byte {
            case UInt8(ascii: "\""):
                slice.end = at
                at += 1
                return slice
            case UInt8(ascii: "\\"):
                slice.hasEscape = true
                try escape()
            case 0..<0x20:
                let what = byte == 0x0a ? "the string does not end" : "a control character stands in a string"
                throw JSONFault(what, at: at)
            case 0x20..<0x80: at += 1
            default: try multibyte()
            }
        }
    }

    private mutating func escape() throws(JSONFault) {
        switch at[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at += 2
        case UInt8(ascii: "u"):
            guard let unit = JSONScanner.hexadecimal(at + 2) else {
                throw JSONFault("expected four hexadecimal digits after '\\u'", at: at)
            }
            switch unit {
            case 0xd800..<0xdc00:
                guard at[6] == UInt8(ascii: "\\"), at[7] == UInt8(ascii: "u"),
                    let low = JSONScanner.hexadecimal(at + 8), (0xdc00..<0xe000).contains(low)
                else { throw JSONFault("a surrogate stands alone", at: at) }
                at += 12
            case 0xdc00..<0xe000: throw JSONFault("a surrogate stands alone", at: at)
            default: at += 6
            }
        default: throw JSONFault("an unknown escape stands in a string", at: at)
        }
    }

    /// Four hexadecimal digits; nil where there are fewer, without looking past the first byte that is none.
    private static func hexadecimal(_ at: UnsafePointer<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for place in 0..<4 {
            switch at[place] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(at[place] - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(at[place] - 0x57)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(at[place] - 0x37)
            default: return nil
            }
        }
        return value
    }

    /// Skips one scalar of two to four bytes; RFC 3629, which excludes overlong forms and surrogates.
    private mutating func multibyte() throws(JSONFault) {
        let lead = at[0]
        let second = at[1]
        func continues(_ place: Int) -> Bool { at[place] & 0xc0 == 0x80 }
        let isThree =
            continues(1) && continues(2) && !(lead == 0xe0 && second < 0xa0) && !(lead == 0xed && second >= 0xa0)
        let isFour =
            continues(1) && continues(2) && continues(3) && !(lead == 0xf0 && second < 0x90)
            && !(lead == 0xf4 && second >= 0x90)
        switch lead {
        case 0xc2...0xdf where continues(1): at += 2
        case 0xe0...0xef where isThree: at += 3
        case 0xf0...0xf4 where isFour: at += 4
        default: throw JSONFault("the text is not UTF-8", at: at)
        }
    }

    /// Reads a finite number.
    mutating func number() throws(JSONFault) -> Double {
        var value = 0.0
        if let end = NumberScanner.scan(at, &value) {
            at = end
            return value
        }
        guard at.pointee == UInt8(ascii: "-") || at.pointee &- 48 <= 9 else {
            throw JSONFault("expected a number, found \(found())", at: at)
        }
        guard NumberScanner.isWellFormed(at) else {
            throw JSONFault("expected a number, found a malformed one", at: at)
        }
        throw JSONFault("the number is too large for a double", at: at)
    }

    /// Reads a whole number, which may be written `12` or `12.0`.
    mutating func integer() throws(JSONFault) -> Int64 {
        if let (value, end) = NumberScanner.integer(at) {
            at = end
            return value
        }
        let start = at
        let value = try number()
        guard value.rounded() == value, abs(value) <= 9_007_199_254_740_992 else {
            throw JSONFault("expected a whole number, found \(JSONSlice(start: start, end: at).text)", at: start)
        }
        return Int64(value)
    }

    /// Checks and skips one value.
    mutating func skipValue() throws(JSONFault) {
        // Bit d of `objects` says whether level d is an object.
        var objects: UInt64 = 0
        var depth = 0
        while true {
            skipSpace()
            switch at.pointee {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < JSONScanner.deepestNesting else {
                    throw JSONFault("values are nested deeper than \(JSONScanner.deepestNesting) levels", at: at)
                }
                let isObject = at.pointee == UInt8(ascii: "{")
                at += 1
                if take(isObject ? "}" : "]") { break }
                objects = isObject ? objects | 1 << depth : objects & ~(1 << depth)
                depth += 1
                if isObject { _ = try key() }
                continue
            case UInt8(ascii: "\""): _ = try string()
            default:
                if !(takeWord("true") || takeWord("false") || takeWord("null")) { _ = try number() }
            }
            while depth > 0 {
                let isObject = objects >> (depth - 1) & 1 == 1
                if take(",") {
                    if isObject { _ = try key() }
                    break
                }
                try expect(isObject ? "}" : "]", "or ','")
                depth -= 1
            }
            if depth == 0 { return }
        }
    }

    /// Decodes the escapes of a string that was read.
    static func decoded(_ slice: JSONSlice) -> String {
        guard slice.hasEscape else { return slice.text }
        var units: [UInt8] = []
        units.reserveCapacity(slice.count)
        var at = slice.start
        while at < slice.end {
            guard at.pointee == UInt8(ascii: "\\") else {
                units.append(at.pointee)
                at += 1
                continue
            }
            switch at[1] {
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0c)
            case UInt8(ascii: "n"): units.append(0x0a)
            case UInt8(ascii: "r"): units.append(0x0d)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = hexadecimal(at + 2) ?? 0xfffd
                if (0xd800..<0xdc00).contains(scalar), let low = hexadecimal(at + 8) {
                    scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                    at += 6
                }
                units.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{fffd}").utf8)
                at += 4
            default: units.append(at[1])
            }
            at += 2
        }
        return String(decoding: units, as: UTF8.self)
    }
}
