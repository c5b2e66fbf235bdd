#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes numbers as JSON text.
enum NumberText {
    /// Room that any number fits in.
    static let longest = 32

    /// The digits of 0 to 99, two bytes each.
    private static let pairs: [UInt8] = (0..<200).map { (place: UInt8) -> UInt8 in
        48 + (place % 2 == 0 ? place / 20 : place / 2 % 10)
    }

    /// Writes the shortest decimal that reads back to `value`: whole numbers without a point, NaN as `null`.
    ///
    /// - Returns: the end of the text.
    /// - Precondition: `value` is not infinite.
    @inline(__always)
    static func write(_ value: Double, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        // A multiple of 1/10^4 with at most 15 digits is its own shortest decimal: decimals of 15 digits are all told
        // apart by doubles, and the quotient below is the double nearest to that decimal.
        let scaled = (value * 10_000).rounded(.toNearestOrEven)
        guard abs(scaled) < 1e15, scaled / 10_000 == value, scaled != 0 else { return writeAny(value, to: start) }
        var at = start
        if value < 0 {
            at.pointee = UInt8(ascii: "-")
            at += 1
        }
        let magnitude = UInt64(abs(scaled))
        at = write(magnitude / 10_000, to: at)
        return writeFraction(UInt32(truncatingIfNeeded: magnitude % 10_000), to: at)
    }

    /// Writes the shortest decimal that reads back to `value`.
    static func write(_ value: Float, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let double = Double(value)
        let scaled = (double * 10_000).rounded(.toNearestOrEven)
        // Seven digits are told apart by floats.
        if abs(scaled) < 1e7, scaled != 0, Float(scaled / 10_000) == value { return write(scaled / 10_000, to: start) }
        return writeDescription("\(value)", of: double, to: start)
    }

    /// Writes a whole number.
    static func write(_ value: Int64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var at = start
        if value < 0 {
            at.pointee = UInt8(ascii: "-")
            at += 1
        }
        return write(value.magnitude, to: at)
    }

    /// Writes a whole number.
    @inline(__always)
    static func write(_ value: UInt64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        if value < 10 {
            start.pointee = UInt8(truncatingIfNeeded: 48 + value)
            return start + 1
        }
        var digits = 2
        var bound: UInt64 = 100
        while digits < 20, value >= bound {
            digits += 1
            bound = bound.multipliedReportingOverflow(by: 10).partialValue
            if digits == 20 { break }
        }
        var rest = value
        var at = start + digits
        while rest >= 100 {
            at -= 2
            let pair = Int(rest % 100) * 2
            rest /= 100
            at[0] = pairs[pair]
            at[1] = pairs[pair + 1]
        }
        if rest >= 10 {
            at[-2] = pairs[Int(rest) * 2]
            at[-1] = pairs[Int(rest) * 2 + 1]
        } else {
            at[-1] = UInt8(truncatingIfNeeded: 48 + rest)
        }
        return start + digits
    }

    /// Writes a point and the four digits of `fraction` without trailing zeros; nothing for 0.
    @inline(__always)
    private static func writeFraction(
        _ fraction: UInt32, to at: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        if fraction == 0 { return at }
        let high = Int(fraction / 100) * 2
        let low = Int(fraction % 100) * 2
        at[0] = UInt8(ascii: ".")
        at[1] = pairs[high]
        at[2] = pairs[high + 1]
        at[3] = pairs[low]
        at[4] = pairs[low + 1]
        var end = at + 5
        while end[-1] == UInt8(ascii: "0") { end -= 1 }
        return end
    }

    @inline(never)
    private static func writeAny(_ value: Double, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    {
        if value.isNaN { return writeText("null", to: start) }
        if value == 0 { return writeText(value.sign == .minus ? "-0" : "0", to: start) }
        return writeDescription("\(value)", of: value, to: start)
    }

    /// Writes what Swift prints for a number, the shortest decimal, without the `.0` of a whole one.
    private static func writeDescription(
        _ description: String, of value: Double, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        if value.isNaN { return writeText("null", to: start) }
        var at = start
        for byte in description.utf8 {
            at.pointee = byte
            at += 1
        }
        if at[-1] == UInt8(ascii: "0"), at[-2] == UInt8(ascii: ".") { at -= 2 }
        return at
    }

    private static func writeText(
        _ text: StaticString, to at: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return at + text.utf8CodeUnitCount
    }
}
