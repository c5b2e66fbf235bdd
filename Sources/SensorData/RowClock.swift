/// Gives rows that carry no time of their own a timestamp: `start + (unit − 1) · stagger + (cycle − 1) · interval`.
///
/// It depends on nothing but unit and cycle, so that a file read in parts has the times of the whole.
public struct RowClock: Sendable {
    /// Cycle 1 of unit 1, in milliseconds since 1970-01-01T00:00:00Z.
    public var start: Int64
    /// From one row to the next, in milliseconds.
    public var interval: Int64
    /// From the first row of one unit to that of the next, in milliseconds.
    public var stagger: Int64

    /// Counts from `start`; all in milliseconds.
    public init(start: Int64, interval: Int64, stagger: Int64) {
        self.start = start
        self.interval = interval
        self.stagger = stagger
    }

    /// The timestamp of a row; nil outside the years 0000 … 9999, which are those that ISO 8601 writes with four digits.
    public func timestamp(unit: Int64, cycle: Int64) -> Int64? {
        let (units, overflow1) = (unit - 1).multipliedReportingOverflow(by: stagger)
        let (cycles, overflow2) = (cycle - 1).multipliedReportingOverflow(by: interval)
        let (sum, overflow3) = units.addingReportingOverflow(cycles)
        let (time, overflow4) = sum.addingReportingOverflow(start)
        let isWritable = time >= -62_167_219_200_000 && time <= 253_402_300_799_999
        return overflow1 || overflow2 || overflow3 || overflow4 || !isWritable ? nil : time
    }

    /// Appends the timestamps of rows of one unit.
    ///
    /// - Returns: false, with nothing appended, where one of them lies outside the years 0000 … 9999.
    func appendTimestamps(unit: Int64, cycles: ArraySlice<Int64>, to timestamps: inout [Int64]) -> Bool {
        guard let lowest = cycles.min(), let highest = cycles.max() else { return true }
        // In between, nothing can overflow.
        guard let start = timestamp(unit: unit, cycle: lowest), timestamp(unit: unit, cycle: highest) != nil else {
            return false
        }
        let interval = interval
        timestamps.append(addingCapacity: cycles.count) { timestamps in
            for cycle in cycles { timestamps.append(start &+ (cycle &- lowest) &* interval) }
        }
        return true
    }
}
