import Kernels
import VectorMath

/// Whether any of `values` is infinite; NaN, a missing value, is not.
@inline(__always)
func containsInfinity(_ values: UnsafeBufferPointer<Double>) -> Bool {
    // An exponent of all ones carries into the sign bit. This vectorises, unlike a comparison that may stop early.
    var carries: UInt64 = 0
    for value in values { carries |= value.magnitude.bitPattern &+ 0x0010_0000_0000_0000 }
    return carries >> 63 == 1 && values.contains { $0.magnitude == .infinity }
}

/// Copies rows up to the first one in which a number is infinite; NaN, a missing value, may be.
///
/// - Parameter copy: with the limit it has where none is given.
/// - Returns: how many rows come before that one.
func copyRowsBeforeInfinity(_ copy: RowCopy) -> Int {
    var rest = copy
    let width = copy.columns.reduce(0) { $0 + $1.count }
    while rest.count > 0 {
        let ordinary = kernels.copyRows(rest)
        guard ordinary < rest.count else { return copy.count }
        let odd = rest.target + ordinary * rest.targetStride
        let isInfinite = (0..<width).contains {
            odd.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self).magnitude == .infinity
        }
        guard !isInfinite else { return copy.count - rest.count + ordinary }
        rest.source += (ordinary + 1) * rest.sourceStride
        rest.target += (ordinary + 1) * rest.targetStride
        rest.count -= ordinary + 1
    }
    return copy.count
}
