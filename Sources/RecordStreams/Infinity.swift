/// Whether any of `values` is infinite; NaN, a missing value, is not.
@inline(__always)
func containsInfinity(_ values: UnsafeBufferPointer<Double>) -> Bool {
    // An exponent of all ones carries into the sign bit. This vectorises, unlike a comparison that may stop early.
    var carries: UInt64 = 0
    for value in values { carries |= value.magnitude.bitPattern &+ 0x0010_0000_0000_0000 }
    return carries >> 63 == 1 && values.contains { $0.magnitude == .infinity }
}
