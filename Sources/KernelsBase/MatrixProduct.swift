import Kernels

// Tiles that fill the registers: 32 of them on AVX-512 and NEON, 16 on AVX2 and SSE2.
#if KERNELS_V4 || arch(arm64)
    private typealias TallTile<Row: RowTile> = Stack<Stack<Stack<Row>>>
#else
    private typealias TallTile<Row: RowTile> = Stack<Stack<Row>>
#endif

func multiply(_ product: MatrixProduct<Float>) {
    let panel = 2 &* Lanes.scalarCount
    var column = 0
    while column &+ panel <= product.columns {
        multiplyPanel(product, column, Row2.self)
        column &+= panel
    }
    if column < product.columns { multiplyPanel(product, column, Row1.self) }
}

@inline(__always)
private func multiplyPanel<Row: RowTile>(_ product: MatrixProduct<Float>, _ column: Int, _: Row.Type) {
    let tall = TallTile<Row>.rows
    var row = 0
    while row &+ tall <= product.rows {
        multiplyTile(product, row, column, TallTile<Row>.self)
        row &+= tall
    }
    while row < product.rows {
        multiplyTile(product, row, column, Row.self)
        row &+= 1
    }
}

@inline(__always)
private func multiplyTile<Tile: RowTile>(_ product: MatrixProduct<Float>, _ row: Int, _ column: Int, _: Tile.Type) {
    let lanes = Lanes.scalarCount
    let right: UnsafePointer<Float>
    let rightStep: Int
    if let stride = product.rightRowStride {
        right = product.right + column
        rightStep = stride
    } else {
        right = product.right + column &* product.depth
        rightStep = Tile.vectors &* lanes
    }
    var tile =
        if let initial = product.initial {
            Tile(
                initial + row &* product.initialRowStride + column, rowStride: product.initialRowStride,
                vectorStride: lanes)
        } else {
            Tile()
        }
    tile.accumulate(
        depth: product.depth, left: product.left + row &* product.leftRowStride,
        leftRowStride: product.leftRowStride, leftStep: product.leftDepthStride, right: right, rightStep: rightStep)
    tile.write(
        product.result + row &* product.resultRowStride + column, rowStride: product.resultRowStride,
        vectorStride: lanes)
}
