/// The last rows of each unit, in one piece of memory.
///
/// Every unit has room for as many rows, at most `limit`: what the one with most rows needs. A long window costs short units
/// no more than the longest of them fills of it. How much room there is depends on the rows alone, not on how they came.
struct RowHistories<Number: ExpressibleByIntegerLiteral & Sendable>: Sendable {
    /// Where in its part of the memory a unit's rows stand, when they do not fill it.
    enum Side: Sendable {
        case front
        case end
    }

    /// The most rows that are remembered of a unit.
    let limit: Int
    /// Numbers in a row.
    let width: Int
    private let side: Side
    /// Rows that a unit's part holds.
    private(set) var room: Int
    /// Shape (units, room, width), the rows oldest first.
    var numbers: [Number] = []

    /// Rows that every unit has room for, so that usual windows never move a row.
    private static var leastRoom: Int { 64 }

    /// Remembers no unit yet.
    init(limit: Int, width: Int, side: Side) {
        (self.limit, self.width, self.side) = (limit, width, side)
        room = min(limit, Self.leastRoom)
    }

    /// Numbers in the part of a unit.
    var partSize: Int { room * width }

    /// Adds units without rows.
    mutating func add(units count: Int) {
        numbers.append(contentsOf: repeatElement(0, count: count * partSize))
    }

    /// Makes room for a unit that has `rows` rows. The parts may move.
    @inline(__always)
    mutating func reserve(_ rows: Int) {
        if rows > room, room < limit { grow(to: min(rows, limit)) }
    }

    private mutating func grow(to rows: Int) {
        let old = partSize
        let units = old == 0 ? 0 : numbers.count / old
        while room < rows { room = min(limit, 2 * room) }
        var moved = [Number](repeating: 0, count: units * partSize)
        for unit in 0..<units {
            let start = unit * partSize + (side == .end ? partSize - old : 0)
            moved.replaceSubrange(start..<start + old, with: numbers[unit * old..<(unit + 1) * old])
        }
        numbers = moved
    }

    /// Takes on what another run remembered of units that have `counts` rows.
    ///
    /// - Returns: false, with nothing taken on, where the numbers cannot be those of so many rows.
    mutating func restore(_ numbers: [Number], counts: [Int]) -> Bool {
        let rowSize = counts.count * width
        guard rowSize > 0 else { return numbers.isEmpty }
        let room = numbers.count / rowSize
        let needed = max(min(limit, Self.leastRoom), min(limit, counts.max() ?? 0))
        guard numbers.count % rowSize == 0, (needed...limit).contains(room) else { return false }
        (self.numbers, self.room) = (numbers, room)
        return true
    }
}
