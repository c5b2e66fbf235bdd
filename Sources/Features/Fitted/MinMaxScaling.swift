/// Maps each column so that the range seen in training becomes [0, 1]: (x − low) / (high − low).
///
/// Values outside the range are not clipped: that they lie outside is what a detector looks for. A column that was
/// constant in training says nothing about health and becomes 0.
public struct MinMaxScaling: FeatureStage {
    /// The columns, taken and given.
    public let columns: [String]
    /// The least value of each column in training.
    public let low: [Double]
    /// The greatest value of each column in training.
    public let high: [Double]

    /// Maps `low[i] ... high[i]` of column `i` to 0 ... 1.
    public init(columns: [String], low: [Double], high: [Double]) {
        self.columns = columns
        self.low = low
        self.high = high
    }

    /// Learns the range of each column.
    ///
    /// - Parameters:
    ///   - rows: row-major, shape (mask.count, columns.count).
    ///   - mask: which rows to learn from.
    /// - Throws: `FeatureError.nothingToLearn` where the mask is empty.
    public init(columns: [String], learnedFrom rows: [Double], where mask: [Bool]) throws {
        var low = [Double](repeating: .infinity, count: columns.count)
        var high = [Double](repeating: -.infinity, count: columns.count)
        for (row, isChosen) in mask.enumerated() where isChosen {
            for column in columns.indices {
                let value = rows[row * columns.count + column]
                if value < low[column] { low[column] = value }
                if value > high[column] { high[column] = value }
            }
        }
        guard mask.contains(true) else {
            throw FeatureError.nothingToLearn("no row to learn the range of the columns from")
        }
        self.init(columns: columns, low: low, high: high)
    }

    /// Columns that had one value only, and are mapped to 0.
    public var constantColumns: [String] {
        columns.indices.filter { low[$0] == high[$0] }.map { columns[$0] }
    }

    /// The columns taken.
    public var inputs: [String] { columns }
    /// The columns given.
    public var outputs: [String] { columns }

    /// Maps rows; see `FeatureStage`.
    public func apply(
        _ rows: UnsafeBufferPointer<Double>, count: Int, memory: UnsafeMutableBufferPointer<Double>,
        into result: UnsafeMutableBufferPointer<Double>
    ) {
        let width = columns.count
        for column in 0..<width {
            let range = high[column] - low[column]
            let scale = range > 0 ? 1 / range : 0
            let offset = low[column]
            for row in 0..<count {
                result[row * width + column] = (rows[row * width + column] - offset) * scale
            }
        }
    }

    /// Checks lengths and order; see `FeatureStage`.
    public func validate() throws {
        guard low.count == columns.count, high.count == columns.count else {
            throw FeatureError.invalid(
                "min-max: expected \(columns.count) ranges, found \(low.count) low and \(high.count) high ends")
        }
        for (index, name) in columns.enumerated() {
            guard low[index].isFinite, high[index].isFinite, low[index] <= high[index] else {
                throw FeatureError.invalid("min-max: column '\(name)': \(low[index]) to \(high[index]) is no range")
            }
        }
    }
}
