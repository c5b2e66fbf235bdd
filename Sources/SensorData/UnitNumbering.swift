/// Numbers units across files, so that engine 1 of one fleet is not taken for engine 1 of another.
///
/// A file whose first unit has a number that earlier files have reached is counted on from the highest of theirs; every
/// other file keeps its numbers. A run is a unit's consecutive rows; when renumbering, runs are 1, 2, 3, … as they come.
public struct UnitNumbering: Sendable {
    private let renumbers: Bool
    private var seen = UnitSet()
    private var offset: Int64?

    /// The run of the last row: its number in the file, and in the stream.
    private(set) var run: (inFile: Int64, inStream: Int64)?

    /// What was added to the units' numbers in the current file.
    public var currentOffset: Int64 { renumbers ? 0 : offset ?? 0 }
    /// How many runs had a number that an earlier run has.
    public private(set) var repeatCount = 0

    /// Keeps numbers where it can, or numbers all runs anew.
    public init(renumbers: Bool = false) {
        self.renumbers = renumbers
    }

    /// Another file begins.
    public mutating func beginFile() {
        offset = nil
        run = nil
    }

    /// Numbers the units of `rows`, which follow those numbered before in their file.
    public mutating func number(_ rows: inout RowBatch) {
        for index in rows.unitIDs.indices {
            let unit = rows.unitIDs[index]
            if unit != run?.inFile { begin(unit) }
            if let run { rows.unitIDs[index] = run.inStream }
        }
    }

    /// Begins the run of a unit that is called `unit` in its file.
    mutating func begin(_ unit: Int64) {
        run = (unit, number(ofRun: unit))
    }

    private mutating func number(ofRun unit: Int64) -> Int64 {
        if renumbers {
            let next = (seen.last ?? 0) + 1
            _ = seen.insert(next)
            return next
        }
        let highest = seen.last ?? 0
        let shift = offset ?? (unit <= highest ? highest : 0)
        offset = shift
        if !seen.insert(unit + shift) { repeatCount += 1 }
        return unit + shift
    }
}
