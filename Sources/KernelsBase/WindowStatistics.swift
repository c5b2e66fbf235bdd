/// Means, then sample standard deviations, of the columns of one window; see `KernelTable.WindowStatistics`.
///
/// Sums are taken in Double about the window's first row, so that a column that stays constant deviates by exactly 0.
func windowStatistics(
    _ window: UnsafePointer<Float>, _ length: Int, _ width: Int, _ result: UnsafeMutablePointer<Float>
) {
    guard width >= 8 else {
        for column in 0..<width {
            let (mean, deviation) = summary(length) { SIMD2(repeating: Double(window[$0 &* width &+ column])) }
            result[column] = Float(mean[0])
            result[width + column] = Float(deviation[0])
        }
        return
    }
    let bytes = UnsafeRawPointer(window)
    let out = UnsafeMutableRawPointer(result)
    var column = 0
    while column < width {
        // The last block reaches back over the one before instead of past the row.
        let first = min(column, width &- 8)
        let (mean, deviation) = summary(length) { row in
            SIMD8<Double>(
                bytes.loadUnaligned(fromByteOffset: 4 &* (row &* width &+ first), as: SIMD8<Float>.self))
        }
        out.storeBytes(of: SIMD8<Float>(mean), toByteOffset: 4 &* first, as: SIMD8<Float>.self)
        out.storeBytes(of: SIMD8<Float>(deviation), toByteOffset: 4 &* (width &+ first), as: SIMD8<Float>.self)
        column &+= 8
    }
}

/// Mean and sample standard deviation of several columns over `length` rows.
@inline(__always)
private func summary<Wide: SIMD>(
    _ length: Int, row: (Int) -> Wide
) -> (mean: Wide, deviation: Wide) where Wide.Scalar == Double {
    let first = row(0)
    var sum = Wide.zero
    var squares = Wide.zero
    var index = 1
    while index < length {
        let difference = row(index) - first
        sum += difference
        squares += difference * difference
        index &+= 1
    }
    let mean = sum / Double(length)
    guard length > 1 else { return (first, Wide.zero) }
    let variance = (squares - mean * sum) / Double(length - 1)
    return (first + mean, variance.replacing(with: 0, where: variance .< 0).squareRoot())
}
