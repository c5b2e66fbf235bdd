import CSIMD
import Kernels

/// See `RowCopy.Kernel`.
func copyRows(_ copy: RowCopy) -> Int {
    guard let columns = copy.columns.baseAddress else { return copy.count }
    var source = copy.source
    var target = copy.target
    for row in 0..<copy.count {
        var place = target
        var isOdd = false
        for group in 0..<copy.columns.count {
            let from = source + columns[group].first &* MemoryLayout<Double>.size
            if copyGroup(from, columns[group].chosen, copy.limit, place) { isOdd = true }
            place += columns[group].count &* MemoryLayout<Double>.size
        }
        if isOdd { return row }
        source += copy.sourceStride
        target += copy.targetStride
    }
    return copy.count
}

/// Copies the chosen ones of eight numbers.
///
/// - Returns: whether one of them is NaN or of a magnitude beyond `limit`.
@inline(__always)
private func copyGroup(
    _ source: UnsafeRawPointer, _ chosen: UInt8, _ limit: Double, _ target: UnsafeMutableRawPointer
) -> Bool {
    #if KERNELS_V4
        simd_copy_chosen8(source, chosen, limit, target)
    #else
        // What is beyond the limit carries into the sign bit.
        let magnitude = UInt64.max >> 1
        let room = magnitude &- limit.bitPattern
        var carries: UInt64 = 0
        if chosen == .max {
            for place in 0..<ColumnGroup.width {
                let bits = source.loadUnaligned(fromByteOffset: 8 &* place, as: UInt64.self)
                carries |= bits & magnitude &+ room
                target.storeBytes(of: bits, toByteOffset: 8 &* place, as: UInt64.self)
            }
        } else {
            var rest = chosen
            var place = target
            while rest != 0 {
                let bits = source.loadUnaligned(fromByteOffset: 8 &* rest.trailingZeroBitCount, as: UInt64.self)
                carries |= bits & magnitude &+ room
                place.storeBytes(of: bits, as: UInt64.self)
                place += 8
                rest &= rest &- 1
            }
        }
        return carries >> 63 == 1
    #endif
}
