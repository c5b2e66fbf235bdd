import SensorData

/// The shortest decimal between the neighbours of a binary number, and of those the one closest to it.
///
/// R. Giulietti, "The Schubfach way to render doubles", 2020: of the decimals with one digit more than the spacing of
/// the doubles needs, at most four can be the answer; scaled integers with a sticky lowest bit decide between them.
struct ShortestDecimal {
    /// At most 17 digits, or 18 with a zero at the end. May end in zeros.
    var digits: UInt64
    /// The value is `digits · 10^exponent`.
    var exponent: Int

    /// - Precondition: `value` is positive and finite.
    @inline(__always)
    init(_ value: Double) {
        let fraction = value.significandBitPattern
        let biased = Int(value.exponentBitPattern)
        let significand = biased > 0 ? fraction | 1 << 52 : fraction
        self.init(significand, max(biased, 1) - 1075, isPowerOfTwo: fraction == 0 && biased > 1)
    }

    /// - Precondition: `value` is positive and finite.
    @inline(__always)
    init(_ value: Float) {
        let fraction = UInt64(value.significandBitPattern)
        let biased = Int(value.exponentBitPattern)
        let significand = biased > 0 ? fraction | 1 << 23 : fraction
        self.init(significand, max(biased, 1) - 150, isPowerOfTwo: fraction == 0 && biased > 1)
    }

    /// Of `significand · 2^scale`; `isPowerOfTwo` says that the neighbour below is only half as far as the one above.
    @inline(__always)
    private init(_ significand: UInt64, _ scale: Int, isPowerOfTwo: Bool) {
        // All in quarters of a unit of the significand: the value, and the middles to its neighbours.
        let middle = significand << 2
        let below = middle - (isPowerOfTwo ? 1 : 2)
        let above = middle + 2
        // ⌊log10(2^scale)⌋, or of ¾ of it; and ⌊log2(10^-power)⌋.
        let power = (scale * 1_262_611 - (isPowerOfTwo ? 524_031 : 0)) >> 22
        let shift = UInt64(truncatingIfNeeded: scale + (-power * 1_741_647) >> 19 + 1)
        let ten = PowersOfTen.shared[-power]
        let value = ShortestDecimal.product(ten, middle &<< shift)
        // A middle belongs to the interval when the significand is even, as reading rounds it to even.
        let isOdd = significand & 1
        let low = ShortestDecimal.product(ten, below &<< shift) + isOdd
        let high = ShortestDecimal.product(ten, above &<< shift) - isOdd
        // Chosen without branches: which decimal it is cannot be foretold.
        let whole = value &>> 2
        let tens = whole / 10
        let (tensAreIn, nextTensAreIn) = (low <= 40 &* tens, 40 &* tens &+ 40 <= high)
        let (wholeIsIn, nextIsIn) = (low <= 4 &* whole, 4 &* whole &+ 4 <= high)
        let isNearerNext = value &+ (whole & 1) > 4 &* whole &+ 2
        let next = wholeIsIn != nextIsIn ? nextIsIn : isNearerNext
        let isShorter = (tensAreIn != nextTensAreIn) && whole >= 10
        digits = isShorter ? 10 &* (tens &+ (nextTensAreIn ? 1 : 0)) : whole &+ (next ? 1 : 0)
        exponent = power
    }

    /// The upper half of the product, its lowest bit set where the lower half is not zero.
    @inline(__always)
    private static func product(_ ten: (high: UInt64, low: UInt64), _ factor: UInt64) -> UInt64 {
        let carried = ten.low.multipliedFullWidth(by: factor).high
        let (high, low) = ten.high.multipliedFullWidth(by: factor)
        let (sum, carries) = low.addingReportingOverflow(carried)
        return (high &+ (carries ? 1 : 0)) | (sum > 1 ? 1 : 0)
    }
}
