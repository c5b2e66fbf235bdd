/// Means, deviations and ranges of columns, row by row (Welford 1962, doi:10.1080/00401706.1962.10490022).
struct ColumnMoments {
    /// Rows seen.
    private(set) var count = 0
    /// The mean of each column.
    private(set) var means: [Double]
    /// The least value of each column.
    private(set) var lows: [Double]
    /// The greatest value of each column.
    private(set) var highs: [Double]
    /// Σ (x − mean)².
    private var squares: [Double]

    init(columns: Int) {
        means = [Double](repeating: 0, count: columns)
        squares = means
        lows = [Double](repeating: .infinity, count: columns)
        highs = [Double](repeating: -.infinity, count: columns)
    }

    /// Takes a row into account.
    mutating func add(_ row: ArraySlice<Double>) {
        count += 1
        for (column, value) in row.enumerated() {
            let difference = value - means[column]
            means[column] += difference / Double(count)
            squares[column] += difference * (value - means[column])
            lows[column] = min(lows[column], value)
            highs[column] = max(highs[column], value)
        }
    }

    /// The sample variance of a column; exactly 0 where it had one value only.
    func variance(_ column: Int) -> Double {
        count > 1 && lows[column] < highs[column] ? squares[column] / Double(count - 1) : 0
    }

    /// The variance of a column about the means of two groups of rows, each row counting alike.
    static func pooledVariance(_ one: ColumnMoments, _ other: ColumnMoments, _ column: Int) -> Double {
        let (first, second) = (Double(one.count - 1), Double(other.count - 1))
        guard first + second > 0 else { return 0 }
        return (first * one.variance(column) + second * other.variance(column)) / (first + second)
    }
}
