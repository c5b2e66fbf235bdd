/// Writes numbers as JSON text.
///
/// A number is written with the fewest digits that read back to it, laid out as ECMAScript does (RFC 8785, section
/// 3.2.2.3): `100`, `0.000001`, `1e-7`, `1e+21`. Negative zero is `-0`, so that it reads back.
enum NumberText {
    /// Room that any number fits in.
    static let longest = 32

    /// The digits of 0 to 99, two bytes each.
    private static let pairs: StaticString = """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """

    /// Writes `value`, NaN as `null`.
    ///
    /// - Returns: the end of the text.
    /// - Precondition: `value` is not infinite.
    @inline(__always)
    static func write(_ value: Double, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        // A multiple of 1/10^4 with at most 15 digits is its own shortest decimal: decimals of 15 digits are all told
        // apart by doubles, and the quotient below is the double nearest to that decimal.
        let magnitude = value.magnitude
        if magnitude < 1e11 {
            // Whole numbers stand in the last bits of doubles from 2^52 on.
            let shifted = magnitude * 10_000 + 0x1p52
            let whole = shifted - 0x1p52
            if whole / 10_000 == magnitude, whole != 0 {
                let scaled = shifted.significandBitPattern
                var at = start
                if value < 0 {
                    at.pointee = UInt8(ascii: "-")
                    at += 1
                }
                let units = scaled / 10_000
                at = write(units, to: at)
                return writeFraction(UInt32(truncatingIfNeeded: scaled &- units &* 10_000), to: at)
            }
        }
        return writeAny(value, to: start)
    }

    @inline(never)
    private static func writeAny(_ value: Double, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    {
        guard !value.isNaN else { return MemberText.write("null", to: start) }
        let at = value.sign == .minus ? MemberText.write("-", to: start) : start
        return value == 0 ? MemberText.write("0", to: at) : write(ShortestDecimal(value.magnitude), to: at)
    }

    /// Writes the shortest decimal that reads back to `value` as a float.
    ///
    /// - Precondition: `value` is finite.
    static func write(_ value: Float, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let at = value.sign == .minus ? MemberText.write("-", to: start) : start
        return value == 0 ? MemberText.write("0", to: at) : write(ShortestDecimal(value.magnitude), to: at)
    }

    /// Writes a whole number.
    @inline(__always)
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
        let count = value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : digitCount(value)
        writeDigits(value, count: count, to: start)
        return start + count
    }

    /// The number of digits of `value`, which has four at least.
    private static func digitCount(_ value: UInt64) -> Int {
        var count = 4
        var rest = value / 10_000
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }

    /// Writes the lowest `count` digits of `value`.
    @inline(__always)
    private static func writeDigits(_ value: UInt64, count: Int, to start: UnsafeMutablePointer<UInt8>) {
        let pairs = pairs.utf8Start
        var rest = value
        var place = count
        while place >= 2 {
            place &-= 2
            let pair = Int(truncatingIfNeeded: rest % 100) &* 2
            rest /= 100
            start[place] = pairs[pair]
            start[place &+ 1] = pairs[pair &+ 1]
        }
        if place == 1 { start[0] = UInt8(truncatingIfNeeded: 48 &+ rest % 10) }
    }

    /// Writes a point and the four digits of `fraction` without trailing zeros; nothing for 0.
    @inline(__always)
    private static func writeFraction(
        _ fraction: UInt32, to at: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        if fraction == 0 { return at }
        at[0] = UInt8(ascii: ".")
        writeDigits(UInt64(fraction), count: 4, to: at + 1)
        var end = at + 5
        while end[-1] == UInt8(ascii: "0") { end -= 1 }
        return end
    }

    /// Writes a decimal that is not zero.
    @inline(__always)
    private static func write(
        _ decimal: ShortestDecimal, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        // Of numbers that are not short, most have as many digits as a double can tell apart.
        let hasRoom = decimal.digits &- 1_000_000_000_000_000 < 99_000_000_000_000_000
        if hasRoom, let end = LongDigits(decimal).write(to: start) { return end }
        return writeShort(decimal, to: start)
    }

    @inline(never)
    private static func writeShort(
        _ decimal: ShortestDecimal, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var digits = decimal.digits
        var exponent = decimal.exponent
        while digits % 10 == 0 {
            digits /= 10
            exponent += 1
        }
        let count = digits < 10 ? 1 : digits < 100 ? 2 : digits < 1000 ? 3 : digitCount(digits)
        // The point stands behind this many digits.
        let point = count + exponent
        switch point {
        case count...21:
            writeDigits(digits, count: count, to: start)
            return writeZeros(point - count, to: start + count)
        case 1..<max(2, count):
            // The digits behind the point first, one byte further on, then those before it.
            writeDigits(digits, count: count, to: start + 1)
            start.update(from: start + 1, count: point)
            start[point] = UInt8(ascii: ".")
            return start + count + 1
        case -5...0:
            let at = writeZeros(-point, to: MemberText.write("0.", to: start))
            writeDigits(digits, count: count, to: at)
            return at + count
        default:
            writeDigits(digits, count: count, to: start + 1)
            start[0] = start[1]
            start[1] = UInt8(ascii: ".")
            let at = count > 1 ? start + count + 1 : start + 1
            let scale = point - 1
            return write(UInt64(scale.magnitude), to: MemberText.write(scale < 0 ? "e-" : "e+", to: at))
        }
    }

    private static func writeZeros(
        _ count: Int, to at: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        at.update(repeating: UInt8(ascii: "0"), count: count)
        return at + count
    }
}
