/// The powers of ten that doubles need, to 128 bits.
///
/// `high · 2^64 + low` is 10^k scaled by a power of two so that its top bit is set, and rounded up where it is not exact.
public final class PowersOfTen: Sendable {
    /// Made on first use, in some 30 µs.
    public static let shared = PowersOfTen()
    /// The exponents there are.
    public static let exponents = -292...324

    @usableFromInline let halves: [UInt64]

    private init() {
        let range = PowersOfTen.exponents
        var halves = [UInt64](repeating: 0, count: 2 * range.count)
        func put(_ exponent: Int, _ value: BinaryInteger128) {
            halves[2 * (exponent - range.lowerBound)] = value.high
            halves[2 * (exponent - range.lowerBound) + 1] = value.low
        }
        // 10^k and 5^k differ by a power of two. Limbs are little-endian.
        var positive: [UInt64] = [1]
        for exponent in 0...range.upperBound {
            put(exponent, PowersOfTen.topBits(of: positive, isTruncated: false))
            PowersOfTen.multiplyByFive(&positive)
        }
        // ⌊⌊2^N / 5^n⌋ / 5⌋ is ⌊2^N / 5^(n+1)⌋, and N leaves 128 bits after the last division.
        var negative = [UInt64](repeating: 0, count: 14)
        negative[13] = 1
        for exponent in 1 ... -range.lowerBound {
            PowersOfTen.divideByFive(&negative)
            put(-exponent, PowersOfTen.topBits(of: negative, isTruncated: true))
        }
        self.halves = halves
    }

    /// 10^`exponent`, which lies in `exponents`.
    @inlinable @inline(__always)
    public subscript(exponent: Int) -> (high: UInt64, low: UInt64) {
        halves.withUnsafeBufferPointer { halves in
            let place = 2 &* (exponent &+ 292)
            return (halves[place], halves[place + 1])
        }
    }

    private struct BinaryInteger128 {
        var high: UInt64
        var low: UInt64
    }

    /// The highest 128 bits, rounded up where any lower one is set or was cut off.
    private static func topBits(of limbs: [UInt64], isTruncated: Bool) -> BinaryInteger128 {
        let top = limbs.lastIndex { $0 != 0 } ?? 0
        func limb(_ place: Int) -> UInt64 { place >= 0 ? limbs[place] : 0 }
        let shift = UInt64(limb(top).leadingZeroBitCount)
        // A shift by 64 gives 0 in Swift, as is wanted here.
        let high = limb(top) << shift | limb(top - 1) >> (64 - shift)
        let low = limb(top - 1) << shift | limb(top - 2) >> (64 - shift)
        let isInexact = isTruncated || limb(top - 2) << shift != 0 || (0..<max(0, top - 2)).contains { limbs[$0] != 0 }
        guard isInexact else { return BinaryInteger128(high: high, low: low) }
        let (sum, carries) = low.addingReportingOverflow(1)
        return BinaryInteger128(high: carries ? high + 1 : high, low: sum)
    }

    private static func multiplyByFive(_ limbs: inout [UInt64]) {
        var carry: UInt64 = 0
        for place in limbs.indices {
            let (high, low) = limbs[place].multipliedFullWidth(by: 5)
            let (sum, carries) = low.addingReportingOverflow(carry)
            limbs[place] = sum
            carry = high + (carries ? 1 : 0)
        }
        if carry > 0 { limbs.append(carry) }
    }

    private static func divideByFive(_ limbs: inout [UInt64]) {
        var remainder: UInt64 = 0
        for place in limbs.indices.reversed() {
            (limbs[place], remainder) = UInt64(5).dividingFullWidth((remainder, limbs[place]))
        }
    }
}
