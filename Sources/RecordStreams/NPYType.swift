import SensorData

/// The type of one number or text in a NumPy array.
struct NPYScalar: Hashable {
    /// How the bytes are read.
    enum Kind: Hashable {
        case boolean
        case signed
        case unsigned
        case float
        /// An instant; the value counts `perMillisecond` of a millisecond, or is that many milliseconds.
        case instant(milliseconds: Int64, perMillisecond: Int64)
        /// Bytes, padded with zeros.
        case bytes
        /// UTF-32, padded with zeros.
        case text
        /// Skipped.
        case padding
    }

    var kind: Kind
    /// In bytes.
    var size: Int

    static let int64 = NPYScalar(kind: .signed, size: 8)
    static let float64 = NPYScalar(kind: .float, size: 8)
    static let float32 = NPYScalar(kind: .float, size: 4)

    /// Understands `<f8`, `|b1`, `<M8[ms]`, `|S16` and their like.
    ///
    /// - Throws: `NPYFault` for types that hold neither numbers nor text, and for big-endian ones.
    init(_ code: String) throws(NPYFault) {
        var rest = Substring(code)
        guard let order = rest.popFirst(), let letter = rest.popFirst() else { throw NPYFault("'\(code)' is no type") }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let unit = rest.dropFirst(digits.count)
        guard letter != "O" else { throw NPYFault("the array holds Python objects, which are never loaded") }
        guard let number = Int(digits), number <= InputBuffer.longestRecord, letter == "M" || unit.isEmpty else {
            throw NPYFault("'\(code)' is no type that is understood")
        }
        let (kind, size): (Kind, Int)
        switch (letter, number) {
        case ("b", 1): (kind, size) = (.boolean, 1)
        case ("i", 1), ("i", 2), ("i", 4), ("i", 8): (kind, size) = (.signed, number)
        case ("u", 1), ("u", 2), ("u", 4), ("u", 8): (kind, size) = (.unsigned, number)
        case ("f", 4), ("f", 8): (kind, size) = (.float, number)
        case ("S", _): (kind, size) = (.bytes, number)
        case ("U", 0...InputBuffer.longestRecord / 4): (kind, size) = (.text, 4 * number)
        case ("V", _): (kind, size) = (.padding, number)
        case ("M", 8): (kind, size) = (try NPYScalar.instant(String(unit)), 8)
        default: throw NPYFault("'\(code)' is no type that is understood; expected numbers, text or booleans")
        }
        let hasOrder = size > 1 && kind != .bytes && kind != .padding
        guard order == "<" || (order == "|" && !hasOrder) || (order == ">" && !hasOrder) else {
            throw NPYFault("'\(code)' is not little-endian; expected '<\(letter)\(digits)'")
        }
        self.init(kind: kind, size: size)
    }

    init(kind: Kind, size: Int) {
        self.kind = kind
        self.size = size
    }

    private static func instant(_ unit: String) throws(NPYFault) -> Kind {
        switch unit {
        case "[s]": return .instant(milliseconds: 1000, perMillisecond: 1)
        case "[ms]": return .instant(milliseconds: 1, perMillisecond: 1)
        case "[us]": return .instant(milliseconds: 1, perMillisecond: 1000)
        case "[ns]": return .instant(milliseconds: 1, perMillisecond: 1_000_000)
        default: throw NPYFault("instants in units of '\(unit)' are not understood; expected [ms]")
        }
    }

    /// Whether the value is a number or a truth.
    var isNumeric: Bool {
        switch kind {
        case .boolean, .signed, .unsigned, .float: true
        default: false
        }
    }

    /// The value as a double; NaN for what is no number.
    @inline(__always)
    func double(_ at: UnsafeRawPointer) -> Double {
        switch (kind, size) {
        case (.float, 8): at.loadUnaligned(as: Double.self)
        case (.float, 4): Double(at.loadUnaligned(as: Float.self))
        case (.unsigned, 8): Double(at.loadUnaligned(as: UInt64.self))
        default: integer(at).map { Double($0) } ?? .nan
        }
    }

    /// The value as a whole number; nil for a fraction, for what does not fit, and for what is no number.
    func integer(_ at: UnsafeRawPointer) -> Int64? {
        switch (kind, size) {
        case (.signed, 8): at.loadUnaligned(as: Int64.self)
        case (.signed, 4): Int64(at.loadUnaligned(as: Int32.self))
        case (.signed, 2): Int64(at.loadUnaligned(as: Int16.self))
        case (.signed, 1): Int64(at.loadUnaligned(as: Int8.self))
        case (.unsigned, 8): Int64(exactly: at.loadUnaligned(as: UInt64.self))
        case (.unsigned, 4): Int64(at.loadUnaligned(as: UInt32.self))
        case (.unsigned, 2): Int64(at.loadUnaligned(as: UInt16.self))
        case (.unsigned, 1), (.boolean, 1): Int64(at.loadUnaligned(as: UInt8.self))
        case (.float, 8), (.float, 4): Int64(exactly: double(at))
        default: nil
        }
    }

    /// The value as an instant in milliseconds since 1970; the lowest value, which is NumPy's NaT, is unknown. Nil for
    /// what lies outside of the years 0000 to 9999.
    func instant(_ at: UnsafeRawPointer) -> Int64? {
        guard let value = count(at), value != .min else { return count(at) }
        guard case .instant(let milliseconds, let perMillisecond) = kind else {
            return Timestamp.writable.contains(value) ? value : nil
        }
        let (whole, overflows) = value.multipliedReportingOverflow(by: milliseconds)
        guard !overflows else { return nil }
        let quotient = whole / perMillisecond
        let floor = whole % perMillisecond < 0 ? quotient - 1 : quotient
        return Timestamp.writable.contains(floor) ? floor : nil
    }

    private func count(_ at: UnsafeRawPointer) -> Int64? {
        if case .instant = kind { at.loadUnaligned(as: Int64.self) } else { integer(at) }
    }

    /// The value as text; nil where it is none, or not valid.
    func string(_ at: UnsafeRawPointer) -> String? {
        let bytes = UnsafeRawBufferPointer(start: at, count: size)
        switch kind {
        case .bytes:
            let end = (bytes.lastIndex { $0 != 0 } ?? -1) + 1
            return String(validating: bytes[..<end], as: UTF8.self)
        case .text:
            var text = String.UnicodeScalarView()
            var end = size / 4
            func unit(_ place: Int) -> UInt32 { at.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self) }
            while end > 0, unit(end - 1) == 0 { end -= 1 }
            for place in 0..<end {
                guard let scalar = Unicode.Scalar(unit(place)) else { return nil }
                text.append(scalar)
            }
            return String(text)
        default: return nil
        }
    }
}

/// A named part of a record.
struct NPYField: Hashable {
    var name: String
    var type: NPYType
    /// Of a sub-array; empty for a single value.
    var shape: [Int] = []
    /// From the start of the record, in bytes.
    var offset = 0
    /// In bytes, the sub-array as a whole.
    var size: Int

    /// Whether the field only fills space.
    var isPadding: Bool {
        guard case .scalar(let scalar) = type else { return false }
        return scalar.kind == .padding
    }
}

/// The type of an array's elements.
indirect enum NPYType: Hashable {
    case scalar(NPYScalar)
    case record([NPYField], size: Int)

    /// In bytes.
    var size: Int {
        switch self {
        case .scalar(let scalar): scalar.size
        case .record(_, let size): size
        }
    }

    /// Understands the `descr` of a header.
    init(_ literal: PythonLiteral) throws(NPYFault) {
        switch literal {
        case .string(let code): self = .scalar(try NPYScalar(code))
        case .list(let items):
            var fields: [NPYField] = []
            var size = 0
            for item in items {
                let field = try NPYType.field(item, offset: size)
                size += field.size
                guard size <= InputBuffer.longestRecord else {
                    throw NPYFault("a record is larger than \(InputBuffer.longestRecord) bytes")
                }
                fields.append(field)
            }
            let names = fields.filter { !$0.isPadding }.map(\.name)
            guard Set(names).count == names.count else { throw NPYFault("two fields of a record have the same name") }
            guard !names.contains("") else { throw NPYFault("a field of a record has no name") }
            self = .record(fields, size: size)
        default: throw NPYFault("the type of the array is not understood")
        }
    }

    private static func field(_ literal: PythonLiteral, offset: Int) throws(NPYFault) -> NPYField {
        guard case .tuple(let parts) = literal, parts.count == 2 || parts.count == 3 else {
            throw NPYFault("expected fields as (name, type) or (name, type, shape)")
        }
        let name: String
        switch parts[0] {
        case .string(let text): name = text
        case .tuple(let titled):
            // (title, name)
            guard titled.count == 2, case .string(let text) = titled[1] else {
                throw NPYFault("expected the name of a field in quotation marks")
            }
            name = text
        default: throw NPYFault("expected the name of a field in quotation marks")
        }
        let type = try NPYType(parts[1])
        let shape = parts.count == 3 ? try NPYType.shape(parts[2]) : []
        var size = type.size
        for length in shape {
            let (product, overflows) = size.multipliedReportingOverflow(by: length)
            guard !overflows, product <= InputBuffer.longestRecord else {
                throw NPYFault("the field '\(name)' is larger than \(InputBuffer.longestRecord) bytes")
            }
            size = product
        }
        return NPYField(name: name, type: type, shape: shape, offset: offset, size: size)
    }

    /// Understands a shape: a tuple of lengths, or one length.
    static func shape(_ literal: PythonLiteral) throws(NPYFault) -> [Int] {
        switch literal {
        case .integer(let length): return [length]
        case .tuple(let items):
            var shape: [Int] = []
            for item in items {
                guard case .integer(let length) = item else { throw NPYFault("expected a shape of whole numbers") }
                shape.append(length)
            }
            return shape
        default: throw NPYFault("expected a shape of whole numbers")
        }
    }
}

/// What is wrong in a header.
struct NPYFault: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
