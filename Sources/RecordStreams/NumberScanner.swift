import SensorData

/// Reads JSON numbers out of a line, which ends in a newline: no number continues across it, so that no other bound is
/// needed.
enum NumberScanner {
    /// Reads the number at `start` into `value`, correctly rounded.
    ///
    /// - Returns: its end; nil where none stands there or it is too large for a double.
    @inline(__always)
    static func scan(_ start: UnsafePointer<UInt8>, _ value: inout Double) -> UnsafePointer<UInt8>? {
        let bytes = UnsafeRawBufferPointer(start: start, count: InputBuffer.longestRecord)
        var end = 0
        guard let number = DecimalScanner.scan(bytes, from: &end, grammar: .json), number.isFinite else { return nil }
        value = number
        return start + end
    }

    /// Whether a number stands at `start`, of whatever size.
    static func isWellFormed(_ start: UnsafePointer<UInt8>) -> Bool {
        let bytes = UnsafeRawBufferPointer(start: start, count: InputBuffer.longestRecord)
        var end = 0
        return DecimalScanner.scan(bytes, from: &end, grammar: .json) != nil
    }

    /// Reads a whole number without fraction or exponent that fits in 64 bits. The lowest one does not count: it stands
    /// for an unknown one.
    @inline(__always)
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
        guard digits == 1 || (digits > 1 && first.pointee != UInt8(ascii: "0")),
            at.pointee != UInt8(ascii: "."), at.pointee | 0x20 != UInt8(ascii: "e")
        else { return nil }
        if digits > 18 { return longInteger(first, digits, isNegative: isNegative).map { ($0, at) } }
        return (isNegative ? -value : value, at)
    }

    private static func longInteger(_ first: UnsafePointer<UInt8>, _ digits: Int, isNegative: Bool) -> Int64? {
        var value: Int64 = 0
        for place in 0..<digits {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = product.addingReportingOverflow(Int64(first[place] - 48))
            guard !overflows, !overflowsToo else { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }
}
