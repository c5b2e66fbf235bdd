extension DecimalScanner {
    /// Reads `[-] digits . digits` of up to seven digits before the point and 16 behind it, 19 in all, word by word.
    ///
    /// - Returns: nil, with `position` where it was, where no such number stands there.
    @inline(__always)
    static func scanLong(_ bytes: UnsafeRawBufferPointer, from position: inout Int) -> Double? {
        guard let base = bytes.baseAddress, position &+ 32 <= bytes.count else { return nil }
        let isNegative = base.load(fromByteOffset: position, as: UInt8.self) == 0x2D
        let start = base + (isNegative ? position &+ 1 : position)
        let (whole, wholeDigits) = leadingDigits(start)
        guard wholeDigits > 0, wholeDigits < 8, start.load(fromByteOffset: wholeDigits, as: UInt8.self) == 0x2E else {
            return nil
        }
        // A zero in front of other digits is no number of JSON.
        guard wholeDigits == 1 || start.load(as: UInt8.self) != 0x30 else { return nil }
        let (upper, upperDigits) = leadingDigits(start + (wholeDigits &+ 1))
        var mantissa = whole &* wholePower(upperDigits) &+ upper
        var places = upperDigits
        if upperDigits == 8 {
            let (lower, lowerDigits) = leadingDigits(start + (wholeDigits &+ 9))
            mantissa = mantissa &* wholePower(lowerDigits) &+ lower
            places &+= lowerDigits
        }
        let next = start.load(fromByteOffset: wholeDigits &+ 1 &+ places, as: UInt8.self)
        guard places > 0, wholeDigits &+ places <= 19, next | 0x20 != 0x65, next &- 0x30 > 9,
            let magnitude = rounded(mantissa, timesTenTo: -places)
        else { return nil }
        position = (start - base) &+ wholeDigits &+ 1 &+ places
        return isNegative ? -magnitude : magnitude
    }

    /// The number that the digits at `text` spell, eight of them at most, and how many there are.
    @inline(__always)
    private static func leadingDigits(_ text: UnsafeRawPointer) -> (value: UInt64, count: Int) {
        let digits = UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
        let ends = nonDigits(digits)
        guard ends != 0 else { return (value(ofEight: digits), 8) }
        let end = UInt64(truncatingIfNeeded: ends.trailingZeroBitCount) & 0x38
        return (end == 0 ? 0 : value(ofEight: digits &<< (64 &- end)), Int(truncatingIfNeeded: end &>> 3))
    }

    /// 10 to the power `exponent`, 0 … 8.
    @inline(__always)
    private static func wholePower(_ exponent: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: Int64(power(exponent)))
    }
}
