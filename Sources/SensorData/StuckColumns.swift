/// Which columns have not changed, over a unit and over the stream; O(columns) a row.
struct StuckColumns {
    private var first: [Double] = []
    /// One where the column has changed within the unit.
    private var changed: [UInt8] = []
    private var streamFirst: [Double] = []
    private(set) var streamChanged: [UInt8] = []

    /// Begins a unit with its first row.
    mutating func begin(_ row: UnsafeBufferPointer<Double>) {
        first = Array(row)
        changed = Array(repeating: 0, count: row.count)
        if streamFirst.count != row.count {
            streamFirst = first
            streamChanged = changed
        }
    }

    /// Takes note of a further row of the unit.
    mutating func note(_ row: UnsafeBufferPointer<Double>) {
        first.withUnsafeBufferPointer { first in
            changed.withUnsafeMutableBufferPointer { changed in
                for column in 0..<row.count { changed[column] |= row[column] == first[column] ? 0 : 1 }
            }
        }
    }

    /// Ends the unit.
    ///
    /// - Returns: the columns that had one value in all of its rows, and the value.
    mutating func end() -> [(column: Int, value: Double)] {
        for column in first.indices {
            streamChanged[column] |= changed[column] | (first[column] == streamFirst[column] ? 0 : 1)
        }
        return first.indices.filter { changed[$0] == 0 }.map { ($0, first[$0]) }
    }
}
