/// The physical ranges of a stream's columns in each flight condition, laid out for a row at a time.
struct RangeTable {
    /// What a row's settings say.
    enum Place: Equatable {
        /// The row was measured in this condition.
        case condition(Int)
        /// A setting lies outside the condition that the decisive setting is nearest to.
        case outside(nearest: Int)
    }

    private let width: Int
    private let names: [String]
    /// Shape (conditions + 1, width): the conditions, then the envelope of all of them.
    private let lows: [Double]
    private let highs: [Double]
    /// Where the settings stand in a row, the decisive one first.
    private let settings: [Int]

    /// Lays `rules` out for rows with `columns`.
    init(_ rules: ValidationRules, columns: [String]) {
        width = columns.count
        names = rules.conditions.map(\.name)
        settings = rules.settings.compactMap { columns.firstIndex(of: $0) }
        let anything = -Double.infinity...Double.infinity
        var lows: [Double] = []
        var highs: [Double] = []
        for condition in rules.conditions {
            for column in columns {
                let range = condition.ranges[column] ?? anything
                lows.append(range.lowerBound)
                highs.append(range.upperBound)
            }
        }
        for column in columns {
            let ranges = rules.conditions.map { $0.ranges[column] ?? anything }
            lows.append(ranges.map(\.lowerBound).min() ?? -.infinity)
            highs.append(ranges.map(\.upperBound).max() ?? .infinity)
        }
        self.lows = lows
        self.highs = highs
    }

    /// The condition of `row`.
    func place(of row: UnsafePointer<Double>) -> Place? {
        guard let decisive = settings.first, !names.isEmpty else { return nil }
        let value = row[decisive]
        var nearest = 0
        var distance = Double.infinity
        for condition in names.indices {
            let low = lows[condition * width + decisive]
            let high = highs[condition * width + decisive]
            let gap = max(low - value, value - high, 0)
            if gap < distance {
                distance = gap
                nearest = condition
            }
        }
        let isWithin = settings.allSatisfy { range(of: $0, in: nearest).contains(row[$0]) }
        return isWithin ? .condition(nearest) : .outside(nearest: nearest)
    }

    /// Whether all of `row` lies in the ranges of `condition`; a missing value does not.
    @inline(__always)
    func holds(_ row: UnsafePointer<Double>, in condition: Int) -> Bool {
        lows.withUnsafeBufferPointer { lows in
            highs.withUnsafeBufferPointer { highs in
                var outside = 0
                let first = condition * width
                for column in 0..<width {
                    let value = row[column]
                    outside &+= value >= lows[first &+ column] ? 0 : 1
                    outside &+= value <= highs[first &+ column] ? 0 : 1
                }
                return outside == 0
            }
        }
    }

    /// The columns of `row` that lie outside their ranges, with the range expected; missing values are not among them.
    ///
    /// Where a setting is wrong, the sensors are held against the envelope of all conditions, so that one wrong setting
    /// is not taken for 21 wrong sensors.
    func faults(of row: UnsafePointer<Double>, at place: Place) -> [(column: Int, expected: String)] {
        (0..<width).compactMap { column in
            let condition: Int
            switch place {
            case .condition(let known): condition = known
            case .outside(let nearest): condition = settings.contains(column) ? nearest : names.count
            }
            let range = range(of: column, in: condition)
            guard !row[column].isNaN, !range.contains(row[column]) else { return nil }
            let name = condition < names.count ? names[condition] : "any flight condition"
            return (column, "\(range.lowerBound) … \(range.upperBound) (\(name))")
        }
    }

    private func range(of column: Int, in condition: Int) -> ClosedRange<Double> {
        lows[condition * width + column]...highs[condition * width + column]
    }
}
