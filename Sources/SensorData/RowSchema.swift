/// Which members the rows of a stream carry, in the order they are written:
/// `unit_id`, `cycle`, `timestamp`, `rul`, `is_anomaly`, then the numeric columns by name.
public struct RowSchema: Hashable, Sendable {
    /// The named members beside `unit_id` that a stream may have.
    public struct Keys: OptionSet, Hashable, Sendable {
        /// The members as bits.
        public let rawValue: UInt8
        /// The members whose bits are set.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `cycle`: the number of the row within its unit, rising by one.
        public static let cycle = Keys(rawValue: 1 << 0)
        /// `timestamp`: when the row was measured, UTC.
        public static let timestamp = Keys(rawValue: 1 << 1)
        /// `rul`: remaining useful life in cycles.
        public static let rul = Keys(rawValue: 1 << 2)
        /// `is_anomaly`: the ground truth of the row.
        public static let isAnomaly = Keys(rawValue: 1 << 3)

        /// The members' names, in the order they are written.
        public var names: [String] {
            let all: [(Keys, String)] = [
                (.cycle, "cycle"), (.timestamp, "timestamp"), (.rul, "rul"), (.isAnomaly, "is_anomaly"),
            ]
            return all.filter { contains($0.0) }.map(\.1)
        }
    }

    /// The members present beside `unit_id`.
    public var keys: Keys
    /// The numeric columns, in order: settings, sensors, features.
    public var columns: [String]

    /// Describes rows with `keys` and `columns`.
    public init(keys: Keys, columns: [String]) {
        self.keys = keys
        self.columns = columns
    }

    /// The index of the column called `name`.
    ///
    /// - Complexity: O(columns); look columns up once per stream, not once per row.
    public func index(of name: String) -> Int? {
        columns.firstIndex(of: name)
    }
}
