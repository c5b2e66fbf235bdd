import CSIMD

/// Sixteen columns of a window, or twice eight.
private typealias Columns = SIMD16<Double>

/// Means, then sample standard deviations, of the columns of one window; see `KernelTable.WindowStatistics`.
///
/// Sums are taken in Double about the window's first row, so that a column that stays constant deviates by exactly 0.
func windowStatistics(
    _ window: UnsafePointer<Float>, _ length: Int, _ width: Int, _ result: UnsafeMutablePointer<Float>
) {
    guard width >= 8 else {
        let (mean, deviation) = summary(length) { row in
            var columns = Columns.zero
            for column in 0..<width { columns[column] = Double(window[row &* width &+ column]) }
            return columns
        }
        for column in 0..<width {
            result[column] = Float(mean[column])
            result[width + column] = Float(deviation[column])
        }
        return
    }
    let bytes = UnsafeRawPointer(window)
    let out = UnsafeMutableRawPointer(result)
    func eight(_ row: Int, _ column: Int) -> SIMD8<Double> {
        SIMD8<Double>(bytes.loadUnaligned(fromByteOffset: 4 &* (row &* width &+ column), as: SIMD8<Float>.self))
    }
    func store(_ columns: SIMD8<Double>, at place: Int) {
        out.storeBytes(of: SIMD8<Float>(columns), toByteOffset: 4 &* place, as: SIMD8<Float>.self)
    }
    var column = 0
    while column < width {
        // The last eight reach back over those before instead of past the row.
        let (low, high) = (min(column, width &- 8), min(column &+ 8, width &- 8))
        let (mean, deviation) = summary(length) { Columns(lowHalf: eight($0, low), highHalf: eight($0, high)) }
        store(mean.lowHalf, at: low)
        store(mean.highHalf, at: high)
        store(deviation.lowHalf, at: width &+ low)
        store(deviation.highHalf, at: width &+ high)
        column &+= 16
    }
}

/// Mean and sample standard deviation of several columns over `length` rows.
@inline(__always)
private func summary(_ length: Int, row: (Int) -> Columns) -> (mean: Columns, deviation: Columns) {
    let first = row(0)
    guard length > 1 else { return (first, Columns.zero) }
    var sum = Columns.zero
    var squares = Columns.zero
    var index = 1
    while index < length {
        let difference = row(index) - first
        sum += difference
        squares += difference * difference
        index &+= 1
    }
    let mean = sum / Double(length)
    let variance = (squares - mean * sum) / Double(length - 1)
    let positive = variance.replacing(with: 0, where: variance .< 0)
    return (first + mean, Columns(lowHalf: simd_root8(positive.lowHalf), highHalf: simd_root8(positive.highHalf)))
}
