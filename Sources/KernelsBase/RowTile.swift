/// A tile of a matrix product held in registers: some rows of a few vectors each.
///
/// `Row1`, `Row2` and `Row4` are one row of 1, 2 or 4 vectors; `Stack` sets two tiles on top of each other, so a tile of
/// eight rows is `Stack<Stack<Stack<Row2>>>`. Everything is inlined and taken apart into registers.
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
struct Stack<Half: RowTile>: RowTile {
    var upper: Half
    var lower: Half

    @inline(__always) static var rows: Int { 2 &* Half.rows }
    @inline(__always) static var vectors: Int { Half.vectors }

    @inline(__always) init() {
        upper = Half()
        lower = Half()
    }

    @inline(__always) init(_ pointer: UnsafePointer<Float>, rowStride: Int, vectorStride: Int) {
        upper = Half(pointer, rowStride: rowStride, vectorStride: vectorStride)
        lower = Half(pointer + Half.rows &* rowStride, rowStride: rowStride, vectorStride: vectorStride)
    }

    @inline(__always) static func weights(_ pointer: UnsafePointer<Float>, vectorStride: Int) -> Half.Weights {
        Half.weights(pointer, vectorStride: vectorStride)
    }

    @inline(__always)
    mutating func accumulate(_ left: UnsafePointer<Float>, _ rowStride: Int, _ weights: Half.Weights) {
        upper.accumulate(left, rowStride, weights)
        lower.accumulate(left + Half.rows &* rowStride, rowStride, weights)
    }

    @inline(__always) func forEachRow(from first: Int, _ body: (Int, Half.Row) -> Void) {
        upper.forEachRow(from: first, body)
        lower.forEachRow(from: first &+ Half.rows, body)
    }

    @inline(__always) func write(_ pointer: UnsafeMutablePointer<Float>, rowStride: Int, vectorStride: Int) {
        upper.write(pointer, rowStride: rowStride, vectorStride: vectorStride)
        lower.write(pointer + Half.rows &* rowStride, rowStride: rowStride, vectorStride: vectorStride)
    }
}

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

    @inline(__always) init() {
        a = .zero
        b = .zero
        c = .zero
        d = .zero
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
    /// Adds `depth` terms: the left elements `leftStep` apart, the weights `rightStep` apart.
    @inline(__always)
    mutating func accumulate(
        depth: Int, left: UnsafePointer<Float>, leftRowStride: Int, leftStep: Int, right: UnsafePointer<Float>,
        rightStep: Int
    ) {
        var x = left
        var w = right
        for _ in 0..<depth {
            accumulate(x, leftRowStride, Self.weights(w, vectorStride: Lanes.scalarCount))
            x += leftStep
            w += rightStep
        }
    }
}
