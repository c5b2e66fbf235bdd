import Features
import SensorData

/// Which columns of a detector stand for the same sensor: `sensor_2`, `sensor_2_mean_5` and what a fitted stage made of
/// either count as `sensor_2`.
public struct ColumnFold: Sendable {
    /// The sensors, in order of first appearance.
    public let sensors: [String]
    /// The sensor of each column, as an index into `sensors`.
    public let sensorOfColumn: [Int]

    /// Folds `columns`, which were made from `inputs`.
    ///
    /// A column belongs to the longest input that it is, or that it begins with before an underscore; an input
    /// `X_mean_N` or `X_std_N` belongs to X.
    ///
    /// - Parameter known: sensors that come first, whether the columns have them or not: folds of several models that count
    ///   together begin each with the sensors of the one before.
    public init(columns: [String], inputs: [String], after known: [String] = []) {
        var sensors = known
        sensorOfColumn = columns.map { column in
            let input = inputs.filter { column == $0 || column.hasPrefix("\($0)_") }.max { $0.count < $1.count }
            let sensor = ColumnFold.base(of: input ?? column)
            if let known = sensors.firstIndex(of: sensor) { return known }
            sensors.append(sensor)
            return sensors.count - 1
        }
        self.sensors = sensors
    }

    private static func base(of column: String) -> String {
        let parts = column.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count > 2, Int(parts[parts.count - 1]) != nil,
            RollingStatistic(rawValue: String(parts[parts.count - 2])) != nil
        else { return column }
        return parts.dropLast(2).joined(separator: "_")
    }

    /// The sensors of which every column is in `columns`.
    public func sensors(allOf columns: Set<Int>) -> [String] {
        let others = Set(sensorOfColumn.indices.filter { !columns.contains($0) }.map { sensorOfColumn[$0] })
        return sensors.indices.filter { !others.contains($0) }.map { sensors[$0] }
    }

    /// The first column of each sensor that has one.
    var firstColumns: [Int] {
        sensors.indices.compactMap { sensor in sensorOfColumn.firstIndex(of: sensor) }
    }

    /// Adds the share of each column to the sum of its sensor.
    func add(_ shares: ArraySlice<Double>, to sums: inout [Double]) {
        for (column, share) in shares.enumerated() { sums[sensorOfColumn[column]] += share }
    }

    /// The sensors' shares, largest first, rounded to four decimals.
    ///
    /// - Parameters:
    ///   - sums: one share per sensor.
    ///   - limit: the number of sensors named; nil names all. Sensors without a share are left out.
    func contributions(_ sums: [Double], limit: Int?) -> [ScoredRecord.Contribution] {
        let order = sums.indices.sorted { sums[$0] == sums[$1] ? $0 < $1 : sums[$0] > sums[$1] }
        return order.prefix(limit ?? sums.count).compactMap { index in
            let share = (sums[index] * 1e4).rounded() / 1e4
            return share > 0 ? ScoredRecord.Contribution(name: sensors[index], share: share) : nil
        }
    }
}
