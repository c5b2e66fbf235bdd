#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads JSON numbers. The text must be followed by a byte that cannot continue a number.
enum NumberScanner {
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]

    /// Reads the number at `start` into `value`, correctly rounded.
    ///
    /// - Returns: its end; nil where none stands there or it is too large for a double.
    static func scan(_ start: UnsafePointer<UInt8>, _ value: inout Double) -> UnsafePointer<UInt8>? {
        var at = start
        let isNegative = at.pointee == UInt8(ascii: "-")
        if isNegative { at += 1 }
        var mantissa: UInt64 = 0
        let whole = at
        while at.pointee &- 48 <= 9 {
            mantissa = mantissa &* 10 &+ UInt64(at.pointee &- 48)
            at += 1
        }
        var digits = at - whole
        guard digits == 1 || (digits > 1 && whole.pointee != UInt8(ascii: "0")) else { return nil }
        var places = 0
        if at.pointee == UInt8(ascii: ".") {
            at += 1
            let fraction = at
            while at.pointee &- 48 <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(at.pointee &- 48)
                at += 1
            }
            places = at - fraction
            guard places > 0 else { return nil }
            digits += places
        }
        // A mantissa below 2^53 over a power of ten up to 10^22 are both exact, so the quotient is correctly rounded
        // (Clinger 1990, doi:10.1145/93542.93557).
        guard digits <= 19, mantissa < 1 << 53, at.pointee | 0x20 != UInt8(ascii: "e") else {
            return scanSlowly(start, mantissaEnd: at, &value)
        }
        let magnitude = Double(mantissa) / powersOfTen[places]
        value = isNegative ? -magnitude : magnitude
        return at
    }

    private static func scanSlowly(
        _ start: UnsafePointer<UInt8>, mantissaEnd: UnsafePointer<UInt8>, _ value: inout Double
    ) -> UnsafePointer<UInt8>? {
        guard let end = exponentEnd(mantissaEnd) else { return nil }
        var parsed: UnsafeMutablePointer<CChar>?
        let result = UnsafeRawPointer(start).withMemoryRebound(to: CChar.self, capacity: end - start) {
            strtod($0, &parsed)
        }
        guard result.isFinite else { return nil }
        value = result
        return end
    }

    /// The end of an exponent that may stand at `at`; nil where one begins and has no digits.
    private static func exponentEnd(_ mantissaEnd: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var at = mantissaEnd
        guard at.pointee | 0x20 == UInt8(ascii: "e") else { return at }
        at += 1
        if at.pointee == UInt8(ascii: "+") || at.pointee == UInt8(ascii: "-") { at += 1 }
        guard at.pointee &- 48 <= 9 else { return nil }
        while at.pointee &- 48 <= 9 { at += 1 }
        return at
    }

    /// Whether a number stands at `start`, of whatever size.
    static func isWellFormed(_ start: UnsafePointer<UInt8>) -> Bool {
        var at = start
        if at.pointee == UInt8(ascii: "-") { at += 1 }
        let whole = at
        while at.pointee &- 48 <= 9 { at += 1 }
        guard at - whole == 1 || (at - whole > 1 && whole.pointee != UInt8(ascii: "0")) else { return false }
        if at.pointee == UInt8(ascii: ".") {
            at += 1
            guard at.pointee &- 48 <= 9 else { return false }
            while at.pointee &- 48 <= 9 { at += 1 }
        }
        return exponentEnd(at) != nil
    }

    /// Reads a whole number of up to 18 digits without fraction or exponent.
    static func integer(_ start: UnsafePointer<UInt8>) -> (Int64, UnsafePointer<UInt8>)? {
        var at = start
        let isNegative = at.pointee == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let first = at
        var value: Int64 = 0
        while at.pointee &- 48 <= 9 {
            value = value &* 10 &+ Int64(at.pointee &- 48)
            at += 1
        }
        let digits = at - first
        guard digits == 1 || (digits > 1 && digits <= 18 && first.pointee != UInt8(ascii: "0")),
            at.pointee != UInt8(ascii: "."), at.pointee | 0x20 != UInt8(ascii: "e")
        else { return nil }
        return (isNegative ? -value : value, at)
    }
}
