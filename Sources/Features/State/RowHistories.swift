/// The last rows of each unit, each in memory of its own: a new unit moves nothing of the others.
///
/// Every unit has room for as many rows, at most `limit`: what the one with most rows needs. A long window costs short units
/// no more than the longest of them fills of it. How much room there is depends on the rows alone, not on how they came.
struct RowHistories<Number: ExpressibleByIntegerLiteral & Sendable>: Sendable {
    /// Where in its memory a unit's rows stand, when they do not fill it.
    enum Side: Sendable {
        case front
        case end
    }

    /// The most rows that are remembered of a unit.
    let limit: Int
    /// Numbers in a row.
    let width: Int
    private let side: Side
    /// Rows that a unit's memory holds.
    private(set) var room: Int
    /// Of each unit, shape (room, width), the rows oldest first.
    var units: [[Number]] = []

    /// Rows that every unit has room for, so that usual windows never move a row.
    private static var leastRoom: Int { 64 }

    /// Remembers no unit yet.
    init(limit: Int, width: Int, side: Side) {
        (self.limit, self.width, self.side) = (limit, width, side)
        room = min(limit, Self.leastRoom)
    }

    /// Adds units without rows.
    mutating func add(units count: Int) {
        for _ in 0..<count { units.append([Number](repeating: 0, count: room * width)) }
    }

    /// Forgets the rows of a unit.
    mutating func forget(_ unit: Int) {
        units[unit].withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    /// Makes room for a unit that has `rows` rows.
    @inline(__always)
    mutating func reserve(_ rows: Int) {
        if rows > room, room < limit { grow(to: min(rows, limit)) }
    }

    private mutating func grow(to rows: Int) {
        let old = room
        while room < rows { room = min(limit, 2 * room) }
        let added = repeatElement(0 as Number, count: (room - old) * width)
        for unit in units.indices {
            switch side {
            case .front: units[unit].append(contentsOf: added)
            case .end: units[unit].insert(contentsOf: added, at: 0)
            }
        }
    }

    /// Takes on what another run remembered of units that have `counts` rows, one unit after the other.
    ///
    /// - Returns: false, with nothing taken on, where the numbers cannot be those of so many rows.
    mutating func restore(_ numbers: [Number], counts: [Int]) -> Bool {
        let rowSize = counts.count * width
        guard rowSize > 0 else {
            if numbers.isEmpty { units = counts.map { _ in [] } }
            return numbers.isEmpty
        }
        let room = numbers.count / rowSize
        let needed = max(min(limit, Self.leastRoom), min(limit, counts.max() ?? 0))
        guard numbers.count % rowSize == 0, (needed...limit).contains(room) else { return false }
        let size = room * width
        units = counts.indices.map { Array(numbers[$0 * size..<($0 + 1) * size]) }
        self.room = room
        return true
    }
}
