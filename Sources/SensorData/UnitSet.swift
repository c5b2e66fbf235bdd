/// Unit numbers that have been seen. Neighbouring numbers share a range, so that 1, 2, 3, … take no room.
struct UnitSet {
    /// Sorted, without overlap, never touching.
    private var ranges: [ClosedRange<Int64>] = []

    /// The largest number seen.
    var last: Int64? { ranges.last?.upperBound }

    /// Adds `unit`.
    ///
    /// - Returns: false where it was there already.
    /// - Complexity: O(1) behind the last number, otherwise O(number of gaps).
    mutating func insert(_ unit: Int64) -> Bool {
        // The first range that does not end before `unit`.
        var low = ranges.count
        if let end = last, unit <= end {
            low = 0
            var high = ranges.count - 1
            while low < high {
                let middle = (low + high) / 2
                if ranges[middle].upperBound < unit { low = middle + 1 } else { high = middle }
            }
            if ranges[low].contains(unit) { return false }
        }
        let joinsBefore = low > 0 && ranges[low - 1].upperBound == unit - 1
        let joinsAfter = low < ranges.count && ranges[low].lowerBound - 1 == unit
        switch (joinsBefore, joinsAfter) {
        case (true, true):
            ranges[low - 1] = ranges[low - 1].lowerBound...ranges[low].upperBound
            ranges.remove(at: low)
        case (true, false): ranges[low - 1] = ranges[low - 1].lowerBound...unit
        case (false, true): ranges[low] = unit...ranges[low].upperBound
        case (false, false): ranges.insert(unit...unit, at: low)
        }
        return true
    }
}
