import SensorData

/// What stands before the numbers of a `.npy` array (NumPy Enhancement Proposal 1, versions 1.0 to 3.0).
struct NPYHeader {
    /// The first six bytes.
    static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
    /// The longest header that is read, in bytes.
    static let longest = 1 << 20

    var type: NPYType
    var isFortranOrder = false
    var shape: [Int]

    /// Understands the text of a header.
    init(_ text: String) throws(NPYFault) {
        guard case .dictionary(let items)? = PythonLiteral(text) else {
            throw NPYFault("the header is no dictionary of Python literals")
        }
        var type: NPYType?
        var order: Bool?
        var shape: [Int]?
        for (key, value) in items {
            switch key {
            case "descr" where type == nil: type = try NPYType(value)
            case "fortran_order" where order == nil:
                guard case .boolean(let isFortran) = value else {
                    throw NPYFault("expected fortran_order True or False")
                }
                order = isFortran
            case "shape" where shape == nil: shape = try NPYType.shape(value)
            default: throw NPYFault("the header has an unexpected key '\(key)'")
            }
        }
        guard let type, let order, let shape else {
            throw NPYFault("expected the keys descr, fortran_order and shape in the header")
        }
        self.type = type
        isFortranOrder = order
        self.shape = shape
    }

    /// The bytes that NumPy writes before a one-dimensional array of `count` elements.
    ///
    /// - Parameter descr: the type as a Python literal.
    static func bytes(descr: String, count: Int) -> [UInt8] {
        let length = "\(count)"
        var text = "{'descr': \(descr), 'fortran_order': False, 'shape': (\(length),), }"
        // NumPy leaves room for the length to grow to 21 digits in place.
        text += String(repeating: " ", count: max(0, 21 - length.utf8.count))
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let isLong = text.utf8.count + 64 > 65_535
        let prefix = isLong || !isASCII ? 12 : 10
        let padding = 64 - (prefix + text.utf8.count + 1) % 64
        text += String(repeating: " ", count: padding) + "\n"
        var bytes = magic + [isASCII ? (isLong ? 2 : 1) : 3, 0]
        let size = text.utf8.count
        for place in 0..<prefix - 8 { bytes.append(UInt8(truncatingIfNeeded: size >> (8 * place))) }
        return bytes + text.utf8
    }

    /// A name as a Python string literal, in the quotation marks that Python's `repr` prefers.
    static func quote(_ name: String) -> String {
        let mark = name.contains("'") && !name.contains("\"") ? "\"" : "'"
        var quoted = mark
        for scalar in name.unicodeScalars {
            switch scalar {
            case "'" where mark == "'": quoted += "\\'"
            case "\\": quoted += "\\\\"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + mark
    }
}
