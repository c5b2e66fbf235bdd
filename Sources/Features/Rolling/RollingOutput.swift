/// Where the statistics of one window go: those of a column side by side, columns and rows some way apart.
struct RollingOutput {
    /// The first row's statistics of the first column.
    let base: UnsafeMutablePointer<Double>
    /// Doubles from a row to the next.
    let rowStride: Int
    /// Doubles from a column to the next.
    let columnStride: Int
    let columns: Int
    /// Which of a column's statistics is the mean, and which the deviation.
    let mean: Int?
    let deviation: Int?

    /// The place of two columns, from a row on.
    struct Place {
        fileprivate var at: UnsafeMutablePointer<Double>
        fileprivate let rowStride: Int
        fileprivate let columnStride: Int
        /// Whether both columns are there, and mean and deviation in this order of each.
        fileprivate let isUsual: Bool
        fileprivate let hasSecond: Bool
        fileprivate let mean: Int?
        fileprivate let deviation: Int?

        /// Writes the statistics of a row, and moves on to the next one.
        @inline(__always)
        mutating func put(_ values: (means: SIMD2<Double>, deviations: SIMD2<Double>)) {
            if isUsual {
                // As vectors, so that what leads to them is computed in vectors too.
                let second = UnsafeMutableRawPointer(at + columnStride)
                UnsafeMutableRawPointer(at).storeBytes(
                    of: SIMD2(values.means[0], values.deviations[0]), as: SIMD2<Double>.self)
                second.storeBytes(of: SIMD2(values.means[1], values.deviations[1]), as: SIMD2<Double>.self)
            } else {
                putSingly(values.means, values.deviations)
            }
            at += rowStride
        }

        @inline(never)
        private func putSingly(_ means: SIMD2<Double>, _ deviations: SIMD2<Double>) {
            for lane in 0...(hasSecond ? 1 : 0) {
                if let mean { at[lane * columnStride + mean] = means[lane] }
                if let deviation { at[lane * columnStride + deviation] = deviations[lane] }
            }
        }
    }

    /// The place of columns `2 · group` and, where there is one, the next, from `row` on.
    @inline(__always)
    func place(row: Int, group: Int) -> Place {
        let hasSecond = 2 * group + 1 < columns
        return Place(
            at: base + (row * rowStride + 2 * group * columnStride), rowStride: rowStride, columnStride: columnStride,
            isUsual: hasSecond && mean == 0 && deviation == 1, hasSecond: hasSecond, mean: mean, deviation: deviation)
    }
}
