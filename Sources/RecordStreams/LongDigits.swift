/// The digits of a decimal of 16 or 17 digits as text, eight to a word, the first one in the lowest byte.
struct LongDigits {
    private let first: UInt64
    private let second: UInt64
    private let last: UInt64
    /// Digits without the zeros at the end.
    private let count: Int
    /// The decimal point stands behind so many digits.
    private let point: Int

    /// - Precondition: `decimal` has 16 or 17 digits.
    @inline(__always)
    init(_ decimal: ShortestDecimal) {
        let isShort = decimal.digits < 10_000_000_000_000_000
        let digits = isShort ? decimal.digits &* 10 : decimal.digits
        let upper = digits / 100_000_000
        let leading = upper / 100_000_000
        let middle = LongDigits.eight(upper &- leading &* 100_000_000)
        let lower = LongDigits.eight(digits &- upper &* 100_000_000)
        let zeros = lower != 0 ? lower.leadingZeroBitCount : 64 + middle.leadingZeroBitCount
        first = (leading | middle &<< 8) | 0x3030_3030_3030_3030
        second = (middle &>> 56 | lower &<< 8) | 0x3030_3030_3030_3030
        last = lower &>> 56 | 0x30
        count = 17 &- zeros &>> 3
        point = 17 &+ decimal.exponent &- (isShort ? 1 : 0)
    }

    /// The digits of `value`, which has at most eight, 0 … 9 a byte, the first one in the lowest.
    @inline(__always)
    private static func eight(_ value: UInt64) -> UInt64 {
        // Each step splits all parts in two at once, the upper half going to the lower bytes.
        let upper = (value &* 3_518_437_209) &>> 45
        let fours = upper | (value &- upper &* 10_000) &<< 32
        let hundreds = ((fours &* 10_486) &>> 20) & 0x0000_007F_0000_007F
        let twos = hundreds | (fours &- hundreds &* 100) &<< 16
        let tens = ((twos &* 103) &>> 10) & 0x000F_000F_000F_000F
        return tens | (twos &- tens &* 10) &<< 8
    }

    /// Writes the number where the point stands within the first digits, or before them with few zeros between.
    ///
    /// - Returns: its end; nil where it is laid out otherwise. In any case up to 31 bytes are overwritten.
    @inline(__always)
    func write(to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>? {
        let raw = UnsafeMutableRawPointer(start)
        @inline(__always) func put(_ word: UInt64, _ place: Int) {
            raw.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
        }
        if point > 0 {
            guard point < 8, count > point else { return nil }
            let place = UInt64(truncatingIfNeeded: 8 &* point)
            let before = (1 as UInt64) &<< place &- 1
            put((first & before) | 0x2E &<< place | (first & ~before) &<< 8, 0)
            put(first &>> 56 | second &<< 8, 8)
            put(second &>> 56 | last &<< 8, 16)
            return start + (count &+ 1)
        }
        guard point > -6 else { return nil }
        put(0x3030_3030_3030_2E30, 0)
        put(first, 2 &- point)
        put(second, 10 &- point)
        start[18 &- point] = UInt8(truncatingIfNeeded: last)
        return start + (2 &- point &+ count)
    }
}
