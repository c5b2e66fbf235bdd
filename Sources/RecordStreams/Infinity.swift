/// Whether any of `values` is infinite; NaN, a missing value, is not.
@inline(__always)
func containsInfinity(_ values: UnsafeBufferPointer<Double>) -> Bool {
    // An exponent of all ones carries into the sign bit. This vectorises, unlike a comparison that may stop early.
    var carries: UInt64 = 0
    for value in values { carries |= value.magnitude.bitPattern &+ 0x0010_0000_0000_0000 }
    return carries >> 63 == 1 && values.contains { $0.magnitude == .infinity }
}

/// Copies `count` numbers to `target`, which need not be aligned.
///
/// - Returns: whether one of them is infinite or NaN.
@inline(__always)
func copyNoticingInfinity(_ values: UnsafePointer<Double>, to target: UnsafeMutableRawPointer, count: Int) -> Bool {
    var carries: UInt64 = 0
    for place in 0..<count {
        let bits = values[place].bitPattern
        carries |= bits & 0x7FFF_FFFF_FFFF_FFFF &+ 0x0010_0000_0000_0000
        target.storeBytes(of: bits, toByteOffset: 8 &* place, as: UInt64.self)
    }
    return carries >> 63 == 1
}
