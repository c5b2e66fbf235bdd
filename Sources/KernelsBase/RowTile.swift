/// A tile of a matrix product held in registers: some rows of a few vectors each.
///
/// `Row1`, `Row2` and `Row4` are one row of 1, 2 or 4 vectors; `Stack` sets two tiles on top of each other. Everything is
/// inlined and taken apart into registers.
protocol RowTile {
    /// The vectors of B that one term needs.
    associatedtype Weights
    /// One row of the tile.
    associatedtype Row
    /// The number of rows.
    static var rows: Int { get }
    /// The number of vectors in a row.
    static var vectors: Int { get }
    /// All zero.
    init()
    /// Loads the tile, whose vectors stand `vectorStride` apart.
    init(_ pointer: UnsafePointer<Float>, rowStride: Int, vectorStride: Int)
    /// Loads the weights of one term.
    static func weights(_ pointer: UnsafePointer<Float>, vectorStride: Int) -> Weights
    /// Adds the left element of each row times the weights.
    mutating func accumulate(_ left: UnsafePointer<Float>, _ rowStride: Int, _ weights: Weights)
    /// Calls `body` with each row and its number, counted from `first`.
    func forEachRow(from first: Int, _ body: (Int, Row) -> Void)
    /// Stores the tile.
    func write(_ pointer: UnsafeMutablePointer<Float>, rowStride: Int, vectorStride: Int)
}

/// Two tiles, one on top of the other.
struct Stack<Upper: RowTile, Lower: RowTile>: RowTile where Upper.Row == Lower.Row, Upper.Weights == Lower.Weights {
    var upper: Upper
    var lower: Lower

    @inline(__always) static var rows: Int { Upper.rows &+ Lower.rows }
    @inline(__always) static var vectors: Int { Upper.vectors }

    @inline(__always) init() {
        upper = Upper()
        lower = Lower()
    }

    @inline(__always) init(_ pointer: UnsafePointer<Float>, rowStride: Int, vectorStride: Int) {
        upper = Upper(pointer, rowStride: rowStride, vectorStride: vectorStride)
        lower = Lower(pointer + Upper.rows &* rowStride, rowStride: rowStride, vectorStride: vectorStride)
    }

    @inline(__always) static func weights(_ pointer: UnsafePointer<Float>, vectorStride: Int) -> Upper.Weights {
        Upper.weights(pointer, vectorStride: vectorStride)
    }

    @inline(__always)
    mutating func accumulate(_ left: UnsafePointer<Float>, _ rowStride: Int, _ weights: Upper.Weights) {
        upper.accumulate(left, rowStride, weights)
        lower.accumulate(left + Upper.rows &* rowStride, rowStride, weights)
    }

    @inline(__always) func forEachRow(from first: Int, _ body: (Int, Upper.Row) -> Void) {
        upper.forEachRow(from: first, body)
        lower.forEachRow(from: first &+ Upper.rows, body)
    }

    @inline(__always) func write(_ pointer: UnsafeMutablePointer<Float>, rowStride: Int, vectorStride: Int) {
        upper.write(pointer, rowStride: rowStride, vectorStride: vectorStride)
        lower.write(pointer + Upper.rows &* rowStride, rowStride: rowStride, vectorStride: vectorStride)
    }
}

/// Two rows.
typealias Two<Row: RowTile> = Stack<Row, Row>
/// Four rows.
typealias Four<Row: RowTile> = Stack<Two<Row>, Two<Row>>
/// Six rows.
typealias Six<Row: RowTile> = Stack<Four<Row>, Two<Row>>

/// One row of one vector.
struct Row1: RowTile {
    var a: Lanes

    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 1 }

    @inline(__always) init() { a = .zero }

    @inline(__always) init(_ pointer: UnsafePointer<Float>, rowStride: Int, vectorStride: Int) { a = load(pointer) }

    @inline(__always) static func weights(_ pointer: UnsafePointer<Float>, vectorStride: Int) -> Lanes { load(pointer) }

    @inline(__always)
    mutating func accumulate(_ left: UnsafePointer<Float>, _ rowStride: Int, _ weights: Lanes) {
        a = fma(splat(left.pointee), weights, a)
    }

    @inline(__always) func forEachRow(from first: Int, _ body: (Int, Row1) -> Void) { body(first, self) }

    @inline(__always) func write(_ pointer: UnsafeMutablePointer<Float>, rowStride: Int, vectorStride: Int) {
        store(a, pointer)
    }
}

/// One row of two vectors.
struct Row2: RowTile {
    var a: Lanes
    var b: Lanes

    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 2 }

    @inline(__always) init() {
        a = .zero
        b = .zero
    }

    @inline(__always) init(_ pointer: UnsafePointer<Float>, rowStride: Int, vectorStride: Int) {
        a = load(pointer)
        b = load(pointer + vectorStride)
    }

    @inline(__always) static func weights(_ pointer: UnsafePointer<Float>, vectorStride: Int) -> Row2 {
        Row2(pointer, rowStride: 0, vectorStride: vectorStride)
    }

    @inline(__always)
    mutating func accumulate(_ left: UnsafePointer<Float>, _ rowStride: Int, _ weights: Row2) {
        let x = splat(left.pointee)
        a = fma(x, weights.a, a)
        b = fma(x, weights.b, b)
    }

    @inline(__always) func forEachRow(from first: Int, _ body: (Int, Row2) -> Void) { body(first, self) }

    @inline(__always) func write(_ pointer: UnsafeMutablePointer<Float>, rowStride: Int, vectorStride: Int) {
        store(a, pointer)
        store(b, pointer + vectorStride)
    }
}

/// One row of four vectors: the gates i, f, g, o of as many units as a vector has lanes.
struct Row4: RowTile {
    var a: Lanes
    var b: Lanes
    var c: Lanes
    var d: Lanes

    @inline(__always) static var rows: Int { 1 }
    @inline(__always) static var vectors: Int { 4 }

    @inline(__always) init() { self.init(.zero, .zero, .zero, .zero) }

    @inline(__always) init(_ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    @inline(__always) init(_ pointer: UnsafePointer<Float>, rowStride: Int, vectorStride: Int) {
        a = load(pointer)
        b = load(pointer + vectorStride)
        c = load(pointer + 2 &* vectorStride)
        d = load(pointer + 3 &* vectorStride)
    }

    @inline(__always) static func weights(_ pointer: UnsafePointer<Float>, vectorStride: Int) -> Row4 {
        Row4(pointer, rowStride: 0, vectorStride: vectorStride)
    }

    @inline(__always)
    mutating func accumulate(_ left: UnsafePointer<Float>, _ rowStride: Int, _ weights: Row4) {
        let x = splat(left.pointee)
        a = fma(x, weights.a, a)
        b = fma(x, weights.b, b)
        c = fma(x, weights.c, c)
        d = fma(x, weights.d, d)
    }

    @inline(__always) func forEachRow(from first: Int, _ body: (Int, Row4) -> Void) { body(first, self) }

    @inline(__always) func write(_ pointer: UnsafeMutablePointer<Float>, rowStride: Int, vectorStride: Int) {
        store(a, pointer)
        store(b, pointer + vectorStride)
        store(c, pointer + 2 &* vectorStride)
        store(d, pointer + 3 &* vectorStride)
    }
}

extension RowTile {
    /// Adds `depth` terms of a product whose left side is row-major: its rows `leftStride` apart, the weights `rightStep`.
    @inline(__always)
    mutating func accumulate(
        depth: Int, left: UnsafePointer<Float>, leftStride: Int, right: UnsafePointer<Float>, rightStep: Int
    ) {
        var x = left
        var w = right
        var rest = depth
        // Four terms a turn, so that the rows' addresses are worked out once for them.
        while rest >= 4 {
            for term in 0..<4 {
                accumulate(
                    x + term, leftStride, Self.weights(w + term &* rightStep, vectorStride: Lanes.scalarCount))
            }
            x += 4
            w += 4 &* rightStep
            rest &-= 4
        }
        while rest > 0 {
            accumulate(x, leftStride, Self.weights(w, vectorStride: Lanes.scalarCount))
            x += 1
            w += rightStep
            rest &-= 1
        }
    }

    /// Adds `depth` terms of a product whose left side is transposed: its terms `leftStride` apart.
    @inline(__always)
    mutating func accumulate(
        depth: Int, transposedLeft left: UnsafePointer<Float>, leftStride: Int, right: UnsafePointer<Float>,
        rightStep: Int
    ) {
        var x = left
        var w = right
        for _ in 0..<depth {
            // The literal becomes part of the instructions' addresses.
            accumulate(x, 1, Self.weights(w, vectorStride: Lanes.scalarCount))
            x += leftStride
            w += rightStep
        }
    }
}

/// Cuts rows into tiles of so many, and calls what computes one with its first row.
///
/// A low tile has too few sums to keep the multipliers busy: eight rows are two tiles of four, not one of six and one of
/// two.
@inline(__always)
func cutRows(
    _ rows: Int, tall tallRows: Int, tall: (Int) -> Void, four: (Int) -> Void, two: (Int) -> Void, one: (Int) -> Void
) {
    var row = 0
    while row &+ tallRows <= rows, tallRows != 6 || rows &- row != 8 {
        tall(row)
        row &+= tallRows
    }
    while row &+ 4 <= rows, tallRows > 4 {
        four(row)
        row &+= 4
    }
    while row &+ 2 <= rows {
        two(row)
        row &+= 2
    }
    if row < rows { one(row) }
}
