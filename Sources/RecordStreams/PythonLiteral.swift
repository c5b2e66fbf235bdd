import SensorData

/// The part of Python's literals that NumPy headers are written in.
indirect enum PythonLiteral {
    case string(String)
    case integer(Int)
    case boolean(Bool)
    case list([PythonLiteral])
    case tuple([PythonLiteral])
    case dictionary([(key: String, value: PythonLiteral)])

    /// Reads one literal, which must fill `text` but for space around it.
    ///
    /// - Returns: nil where the text is no such literal, or nested deeper than sixteen levels.
    init?(_ text: String) {
        var parser = PythonLiteralParser(bytes: Array(text.utf8))
        guard let value = parser.value(depth: 0) else { return nil }
        parser.skipSpace()
        guard parser.at == parser.bytes.count else { return nil }
        self = value
    }
}

private struct PythonLiteralParser {
    static let deepest = 16
    let bytes: [UInt8]
    var at = 0

    var byte: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skipSpace() {
        while let byte, byte == 0x20 || (0x09...0x0d).contains(byte) { at += 1 }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard byte == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    mutating func value(depth: Int) -> PythonLiteral? {
        guard depth < PythonLiteralParser.deepest else { return nil }
        skipSpace()
        guard let byte else { return nil }
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return string().map(PythonLiteral.string)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return integer().map(PythonLiteral.integer)
        case UInt8(ascii: "T"): return takeWord("True") ? .boolean(true) : nil
        case UInt8(ascii: "F"): return takeWord("False") ? .boolean(false) : nil
        case UInt8(ascii: "["): return sequence(end: "]", depth: depth).map { .list($0.items) }
        case UInt8(ascii: "("):
            guard let sequence = sequence(end: ")", depth: depth) else { return nil }
            // Parentheses around one item without a comma are only parentheses.
            return sequence.items.count == 1 && !sequence.endsInComma ? sequence.items[0] : .tuple(sequence.items)
        case UInt8(ascii: "{"): return dictionary(depth: depth)
        default: return nil
        }
    }

    private mutating func takeWord(_ word: String) -> Bool {
        guard bytes[at...].starts(with: word.utf8) else { return false }
        at += word.utf8.count
        return true
    }

    private mutating func integer() -> Int? {
        var value = 0
        while let digit = byte.map({ Int($0) - 48 }), (0...9).contains(digit) {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(digit)
            guard !overflows, !overflowsToo else { return nil }
            value = sum
            at += 1
        }
        // Python 2 wrote long integers so.
        if byte == UInt8(ascii: "L") { at += 1 }
        return value
    }

    private mutating func sequence(end: Unicode.Scalar, depth: Int) -> (items: [PythonLiteral], endsInComma: Bool)? {
        at += 1
        var items: [PythonLiteral] = []
        var endsInComma = false
        while !take(end) {
            guard items.isEmpty || endsInComma, let item = value(depth: depth + 1) else { return nil }
            items.append(item)
            endsInComma = take(",")
        }
        return (items, endsInComma)
    }

    private mutating func dictionary(depth: Int) -> PythonLiteral? {
        at += 1
        var items: [(key: String, value: PythonLiteral)] = []
        var endsInComma = false
        while !take("}") {
            guard items.isEmpty || endsInComma, case .string(let key)? = value(depth: depth + 1), take(":"),
                let item = value(depth: depth + 1)
            else { return nil }
            items.append((key, item))
            endsInComma = take(",")
        }
        return .dictionary(items)
    }

    private mutating func string() -> String? {
        guard let quote = byte else { return nil }
        at += 1
        var text: [UInt8] = []
        while let next = byte {
            at += 1
            switch next {
            case quote: return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\n"): return nil
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text.append(contentsOf: String(scalar).utf8)
            default: text.append(next)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard let next = byte else { return nil }
        at += 1
        switch next {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): return Unicode.Scalar(next)
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "x"): return hexadecimal(2)
        case UInt8(ascii: "u"): return hexadecimal(4)
        case UInt8(ascii: "U"): return hexadecimal(8)
        default: return nil
        }
    }

    private mutating func hexadecimal(_ digits: Int) -> Unicode.Scalar? {
        guard at + digits <= bytes.count, let text = String(validating: bytes[at..<at + digits], as: UTF8.self),
            text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt32(text, radix: 16)
        else { return nil }
        at += digits
        return Unicode.Scalar(value)
    }
}
