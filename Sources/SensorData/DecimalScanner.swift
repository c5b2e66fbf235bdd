/// Reads decimal numbers out of bytes, without a locale, a copy or an allocation, bit for bit as `strtod` would.
///
/// A number of up to seven characters is taken from one 8-byte word. Up to 15 digits, and a power of ten up to 22, the
/// quotient of two exact doubles is the correctly rounded result (W. D. Clinger 1990, doi:10.1145/93542.93557); up to
/// 19 digits, a product of 128 bits mostly gives it; what is left goes to the standard library.
public enum DecimalScanner {
    /// Which spellings are numbers.
    public enum Grammar: Sendable {
        /// `[+-] digits [. digits] [e [+-] digits]`, where one side of the point may be empty.
        case plain
        /// As RFC 8259: no leading `+`, no leading zeros, digits on both sides of a point.
        case json
    }

    /// Reads the number at `position`, which moves behind it; what follows the number is the caller's business.
    ///
    /// - Returns: nil, with `position` where it was, when no number starts there. A number beyond the largest double is
    ///   an infinity; the words `nan` and `inf` are no numbers.
    @inlinable @inline(__always)
    public static func scan(
        _ bytes: UnsafeRawBufferPointer, from position: inout Int, grammar: Grammar = .plain
    ) -> Double? {
        guard let base = bytes.baseAddress, position &+ 9 <= bytes.count else {
            return scanSlowly(bytes, from: &position, grammar: grammar)
        }
        var length = 0
        let value = scanShort(base + position, length: &length)
        // An exponent, a sign other than '-', leading zeros and faults are left to the general path.
        guard let value, bytes[position &+ length] | 0x20 != 0x65,
            grammar == .plain || isShortJSON(base + position, length)
        else { return scanSlowly(bytes, from: &position, grammar: grammar) }
        position &+= length
        return value
    }

    /// Reads a number of an optional `-` and up to seven digits and a point, without a branch on its length.
    ///
    /// - Parameter length: set to the number of characters taken; what follows is for the caller to look at, and may be
    ///   the exponent of a longer number.
    /// - Returns: nil where no such number stands there.
    /// - Precondition: nine bytes are readable at `text`.
    @inlinable @inline(__always)
    public static func scanShort(_ text: UnsafeRawPointer, length: inout Int) -> Double? {
        let sign: UInt64 = text.load(as: UInt8.self) == 0x2D ? 1 : 0
        let start = text + Int(truncatingIfNeeded: sign)
        let word = UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))
        let digits = word ^ 0x3030_3030_3030_3030
        let ends = nonDigits(digits)
        guard ends != 0 else { return nil }
        let firstEnd = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount) & 0x38
        guard (word &>> firstEnd) & 0xFF == 0x2E else {
            guard firstEnd != 0 else { return nil }
            length = Int(truncatingIfNeeded: sign &+ firstEnd &>> 3)
            let magnitude = Double(Int64(truncatingIfNeeded: value(ofEight: digits &<< (64 &- firstEnd))))
            return Double(bitPattern: magnitude.bitPattern ^ sign &<< 63)
        }
        let laterEnds = ends & (ends &- 1)
        let end = UInt64(truncatingIfNeeded: laterEnds.trailingZeroBitCount) & 0x38
        guard laterEnds != 0, end != 8 else { return nil }
        // Close the gap that the point leaves, and push out what follows the number.
        let below = (1 as UInt64) &<< firstEnd &- 1
        let packed = (digits & below) | ((digits &>> 8) & ~below)
        let whole = value(ofEight: packed &<< (72 &- end))
        length = Int(truncatingIfNeeded: sign &+ end &>> 3)
        let places = Int(truncatingIfNeeded: (end &- firstEnd) &>> 3) &- 1
        let magnitude = Double(Int64(truncatingIfNeeded: whole)) / power(places)
        return Double(bitPattern: magnitude.bitPattern ^ sign &<< 63)
    }

    /// Whether JSON has the number of `length` characters at `text`, which `scanShort` took.
    @inlinable @inline(__always)
    static func isShortJSON(_ text: UnsafeRawPointer, _ length: Int) -> Bool {
        func byte(_ place: Int) -> UInt8 { text.load(fromByteOffset: place, as: UInt8.self) }
        let first = byte(0) == 0x2D ? 1 : 0
        let hasLeadingZero = byte(first) == 0x30 && length > first &+ 1 && byte(first &+ 1) != 0x2E
        return !hasLeadingZero && byte(first) != 0x2E && byte(length &- 1) != 0x2E
    }

    /// A bit at the top of every byte of `digits` (ASCII exclusive-or `0`) that is no digit.
    @inlinable @inline(__always)
    static func nonDigits(_ digits: UInt64) -> UInt64 {
        (((digits & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
    }

    /// The number that eight digits (0 … 9 a byte, the first one lowest) spell.
    @inlinable @inline(__always)
    static func value(ofEight digits: UInt64) -> UInt64 {
        let pairs = (digits &* 2561) &>> 8
        let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* 6_553_601) &>> 16
        return ((fours & 0x0000_FFFF_0000_FFFF) &* 42_949_672_960_001) &>> 32
    }

    /// 10 to the power `exponent`, 0 … 22, all of them exact.
    @inlinable @inline(__always)
    static func power(_ exponent: Int) -> Double {
        powersOfTen.withUnsafeBufferPointer { $0[exponent] }
    }

    @usableFromInline static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}

extension DecimalScanner {
    /// The general path of `scan`.
    @usableFromInline @inline(never)
    static func scanSlowly(
        _ bytes: UnsafeRawBufferPointer, from position: inout Int, grammar: Grammar
    ) -> Double? {
        if let value = scanLong(bytes, from: &position) { return value }
        var at = position
        let isNegative = at < bytes.count && bytes[at] == 0x2D
        if isNegative || (grammar == .plain && at < bytes.count && bytes[at] == 0x2B) { at += 1 }
        let first = at
        var mantissa: UInt64 = 0
        let whole = scanDigits(bytes, from: &at, into: &mantissa)
        if grammar == .json, whole == 0 || (whole > 1 && bytes[first] == 0x30) { return nil }
        var places = 0
        if at < bytes.count, bytes[at] == 0x2E {
            at += 1
            places = scanDigits(bytes, from: &at, into: &mantissa)
            if grammar == .json, places == 0 { return nil }
        }
        guard whole + places > 0 else { return nil }
        var exponent = 0
        if at < bytes.count, bytes[at] | 0x20 == 0x65 {
            guard let written = scanExponent(bytes, from: &at) else { return nil }
            exponent = written
        }
        exponent -= places
        let magnitude: Double
        if whole + places <= 19, let exact = rounded(mantissa, timesTenTo: exponent) {
            magnitude = exact
        } else {
            let text = String(decoding: UnsafeRawBufferPointer(rebasing: bytes[first..<at]), as: UTF8.self)
            guard let parsed = Double(text) else { return nil }
            magnitude = parsed
        }
        position = at
        return isNegative ? -magnitude : magnitude
    }

    /// Appends the digits at `at` to `mantissa`, which wraps beyond 19 of them.
    ///
    /// - Returns: how many there were.
    private static func scanDigits(
        _ bytes: UnsafeRawBufferPointer, from at: inout Int, into mantissa: inout UInt64
    ) -> Int {
        let start = at
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let digits = word ^ 0x3030_3030_3030_3030
            guard nonDigits(digits) == 0 else { break }
            mantissa = mantissa &* 100_000_000 &+ value(ofEight: digits)
            at += 8
        }
        while at < bytes.count, bytes[at] &- 0x30 <= 9 {
            mantissa = mantissa &* 10 &+ UInt64(bytes[at] &- 0x30)
            at += 1
        }
        return at - start
    }

    private static func scanExponent(_ bytes: UnsafeRawBufferPointer, from at: inout Int) -> Int? {
        at += 1
        let isNegative = at < bytes.count && bytes[at] == 0x2D
        if isNegative || (at < bytes.count && bytes[at] == 0x2B) { at += 1 }
        guard at < bytes.count, bytes[at] &- 0x30 <= 9 else { return nil }
        var exponent = 0
        while at < bytes.count, bytes[at] &- 0x30 <= 9 {
            if exponent < 1_000_000 { exponent = exponent * 10 + Int(bytes[at] &- 0x30) }
            at += 1
        }
        return isNegative ? -exponent : exponent
    }

    /// `mantissa · 10^exponent`, correctly rounded; nil where that takes more than 128 bits, or is no normal number.
    ///
    /// D. Lemire 2021, doi:10.1002/spe.2984: the upper half of the product with a power of ten of 128 bits has all the
    /// bits of the result, but in rare cases, which can be told.
    static func rounded(_ mantissa: UInt64, timesTenTo exponent: Int) -> Double? {
        if mantissa <= 1 << 53, abs(exponent) <= 22 {
            return exponent < 0 ? Double(mantissa) / power(-exponent) : Double(mantissa) * power(exponent)
        }
        guard mantissa != 0 else { return 0 }
        guard (-290...300).contains(exponent) else { return nil }
        let shift = mantissa.leadingZeroBitCount
        let scaled = mantissa << UInt64(shift)
        var (tenHigh, tenLow) = PowersOfTen.shared[exponent]
        if exponent > 55 {
            // The method takes positive powers rounded down; the table rounds all up, and up to here they are exact.
            if tenLow == 0 { tenHigh &-= 1 }
            tenLow &-= 1
        }
        var (high, low) = scaled.multipliedFullWidth(by: tenHigh)
        if high & 0x1FF == 0x1FF {
            let (sum, carries) = low.addingReportingOverflow(scaled.multipliedFullWidth(by: tenLow).high)
            low = sum
            if carries { high &+= 1 }
        }
        guard low != .max || (-27...55).contains(exponent) else { return nil }
        let top = high >> 63
        var significand = high >> (top + 9)
        // ⌊log2(10^exponent)⌋
        let scale = (217_706 * exponent) >> 16 + 63 + Int(top) - shift
        guard scale > -1022, scale < 1023 else { return nil }
        // Halfway between two doubles, the even one is taken.
        if low <= 1, (-4...23).contains(exponent), significand & 3 == 1, significand << (top + 9) == high {
            significand &= ~1
        }
        significand = (significand + significand & 1) >> 1
        // A carry out of the significand goes into the exponent, as it should.
        return Double(bitPattern: UInt64(scale + 1022) << 52 &+ significand)
    }
}
