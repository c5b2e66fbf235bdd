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
        let summarize = kernels.windowStatistics
        precondition(
            windows.starts.allSatisfy { $0 >= 0 && ($0 + length) * width <= windows.rows.count },
            "a window lies outside its rows")
        return [Float](unsafeUninitializedCapacity: windows.count * 2 * width) { result, count in
            count = windows.count * 2 * width
            windows.rows.withUnsafeBufferPointer { rows in
                guard let rows = rows.baseAddress, let result = result.baseAddress else { return }
                pool.run(tasks: (windows.count + chunk - 1) / chunk) { task in
                    for index in task * chunk..<min((task + 1) * chunk, windows.count) {
                        summarize(rows + windows.starts[index] * width, length, width, result + index * 2 * width)
                    }
                }
            }
        }
    }
}
