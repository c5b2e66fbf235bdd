import SensorData
import VectorMath

/// What of a window a forest looks at.
public enum WindowView: String, Sendable, Codable, CaseIterable {
    /// Every value of every row: length × width numbers, row-major.
    case window
    /// The mean of each column over the window, then the sample standard deviation of each: 2 × width numbers.
    case statistics
    /// The last row: width numbers.
    case last

    /// The numbers seen of a window of `length` rows and `width` columns.
    ///
    /// Feature `f` belongs to column `f % width` in every view.
    public func dimension(length: Int, width: Int) -> Int {
        switch self {
        case .window: length * width
        case .statistics: 2 * width
        case .last: width
        }
    }

    /// The windows as points.
    ///
    /// `window` and `last` are views on the rows and copy nothing but the buffer's reference; `statistics` computes each
    /// window's from its own rows alone.
    public func points(of windows: WindowBatch, pool: WorkerPool) -> PointSet {
        let width = windows.width
        switch self {
        case .window:
            return PointSet(
                values: windows.rows, offsets: windows.starts.map { $0 * width }, dimension: windows.length * width)
        case .last:
            return PointSet(
                values: windows.rows, offsets: windows.starts.map { ($0 + windows.length - 1) * width },
                dimension: width)
        case .statistics:
            return PointSet(rows: WindowView.statistics(of: windows, pool: pool), dimension: 2 * width)
        }
    }

    /// Means and sample standard deviations, shape (windows, 2, width).
    private static func statistics(of windows: WindowBatch, pool: WorkerPool) -> [Float] {
        let width = windows.width
        let length = windows.length
        let chunk = 256
        precondition(
            windows.starts.allSatisfy { $0 >= 0 && ($0 + length) * width <= windows.rows.count },
            "a window lies outside its rows")
        return [Float](unsafeUninitializedCapacity: windows.count * 2 * width) { result, count in
            count = windows.count * 2 * width
            windows.rows.withUnsafeBufferPointer { rows in
                guard let rows = rows.baseAddress, let result = result.baseAddress else { return }
                pool.run(tasks: (windows.count + chunk - 1) / chunk) { task in
                    for index in task * chunk..<min((task + 1) * chunk, windows.count) {
                        summarize(
                            rows + windows.starts[index] * width, length: length, width: width,
                            into: result + index * 2 * width)
                    }
                }
            }
        }
    }

    /// Writes the means, then the deviations, of one window of shape (`length`, `width`).
    private static func summarize(
        _ window: UnsafePointer<Float>, length: Int, width: Int, into result: UnsafeMutablePointer<Float>
    ) {
        guard width >= 8 else {
            for column in 0..<width {
                let (mean, deviation) = summary(length: length) { SIMD2(repeating: window[$0 &* width &+ column]) }
                result[column] = mean[0]
                result[width + column] = deviation[0]
            }
            return
        }
        let bytes = UnsafeRawPointer(window)
        for block in stride(from: 0, to: width, by: 8) {
            // The last block reaches back over the one before instead of past the row.
            let column = min(block, width - 8)
            let (mean, deviation) = summary(length: length) { row in
                bytes.loadUnaligned(fromByteOffset: 4 &* (row &* width &+ column), as: SIMD8<Float>.self)
            }
            for lane in 0..<8 {
                result[column + lane] = mean[lane]
                result[width + column + lane] = deviation[lane]
            }
        }
    }

    /// Mean and sample standard deviation of several columns, by sums of the differences from the first row, so that a
    /// column that stays constant deviates by exactly 0.
    @inline(__always)
    private static func summary<Lanes: SIMD>(
        length: Int, row: (Int) -> Lanes
    ) -> (mean: Lanes, deviation: Lanes) where Lanes: FloatLanes {
        let first = row(0).wide
        var sum = Lanes.Wide.zero
        var squares = Lanes.Wide.zero
        for index in 1..<max(length, 1) {
            let difference = row(index).wide - first
            sum += difference
            squares += difference * difference
        }
        let mean = sum / Double(length)
        guard length > 1 else { return (row(0), Lanes.zero) }
        var variance = (squares - mean * sum) / Double(length - 1)
        variance.replace(with: 0, where: variance .< 0)
        return (Lanes.narrow(first + mean), Lanes.narrow(variance.squareRoot()))
    }
}

/// Floats that are summed as doubles.
private protocol FloatLanes: SIMD where Scalar == Float {
    associatedtype Wide: SIMD where Wide.Scalar == Double
    var wide: Wide { get }
    static func narrow(_ wide: Wide) -> Self
}

extension SIMD2<Float>: FloatLanes {
    @inline(__always) fileprivate var wide: SIMD2<Double> { SIMD2<Double>(self) }
    @inline(__always) fileprivate static func narrow(_ wide: SIMD2<Double>) -> Self { Self(wide) }
}

extension SIMD8<Float>: FloatLanes {
    @inline(__always) fileprivate var wide: SIMD8<Double> { SIMD8<Double>(self) }
    @inline(__always) fileprivate static func narrow(_ wide: SIMD8<Double>) -> Self { Self(wide) }
}
