import CSIMD
import Kernels

#if KERNELS_V4
    /// Groups that are copied together, with all that is known of them in registers.
    private let groupsAtOnce = 4

    /// See `RowCopy.Kernel`.
    func copyRows(_ copy: RowCopy) -> Int {
        var ordinary = copy.count
        var place = copy.target
        var first = 0
        while first < copy.columns.count {
            let count = min(groupsAtOnce, copy.columns.count &- first)
            var offsets = SIMD4<Int>.zero
            var chosen = SIMD4<Int32>.zero
            var width = 0
            var isDense = true
            for number in 0..<count {
                let group = copy.columns[first &+ number]
                offsets[number] = group.first &* MemoryLayout<Double>.size
                chosen[number] = Int32(group.chosen)
                width &+= group.count
                if group.chosen & (group.chosen &+ 1) != 0 { isDense = false }
            }
            // The first odd row is copied to its end.
            ordinary = min(
                ordinary,
                simd_copy_rows(
                    Int32(count), isDense, copy.source, copy.sourceStride, place, copy.targetStride,
                    min(copy.count, ordinary &+ 1), offsets, chosen, copy.limit))
            place += width &* MemoryLayout<Double>.size
            first &+= count
        }
        return ordinary
    }
#else
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
    }
#endif
