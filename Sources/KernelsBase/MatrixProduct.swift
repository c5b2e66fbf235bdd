import Kernels

// Tiles fill the registers: 32 of them on AVX-512 and NEON, 16 on AVX2 and SSE2. Six rows of four vectors (or two) need
// the fewest loads for a multiplication.
#if KERNELS_V4 || arch(arm64)
    let panelVectors = 4
#else
    let panelVectors = 2
#endif

/// The terms of a sum that are taken at once: so many rows of a panel stay in the first cache for all rows of the product.
private let packedTermsAtOnce = 128
/// The same where a row-major B, and the columns of A, share it.
private let plainTermsAtOnce = 96

func multiply(_ product: MatrixProduct<Float>) {
    let lanes = Lanes.scalarCount
    var column = 0
    #if KERNELS_V4 || arch(arm64)
        while column &+ 4 &* lanes <= product.columns {
            multiplyPanel(product, column, Six<Row4>.self, Row4.self)
            column &+= 4 &* lanes
        }
    #endif
    while column &+ 2 &* lanes <= product.columns {
        multiplyPanel(product, column, Six<Row2>.self, Row2.self)
        column &+= 2 &* lanes
    }
    if column < product.columns {
        multiplyPanel(product, column, Two<Six<Row1>>.self, Row1.self)
    }
}

@inline(__always)
private func multiplyPanel<Tall: RowTile, Row: RowTile>(
    _ product: MatrixProduct<Float>, _ column: Int, _: Tall.Type, _: Row.Type
) {
    let termsAtOnce = product.rightRowStride == nil ? packedTermsAtOnce : plainTermsAtOnce
    var term = 0
    repeat {
        let end = min(term &+ termsAtOnce, product.depth)
        cutRows(
            product.rows, tall: Tall.rows, tall: { multiplyTile(product, $0, column, term, end, Tall.self) },
            four: { multiplyTile(product, $0, column, term, end, Four<Row>.self) },
            two: { multiplyTile(product, $0, column, term, end, Two<Row>.self) },
            one: { multiplyTile(product, $0, column, term, end, Row.self) })
        term = end
    } while term < product.depth
}

/// Adds the terms `first ..< end`.
@inline(__always)
private func multiplyTile<Tile: RowTile>(
    _ product: MatrixProduct<Float>, _ row: Int, _ column: Int, _ first: Int, _ end: Int, _: Tile.Type
) {
    let lanes = Lanes.scalarCount
    let result = product.result + row &* product.resultRowStride + column
    var tile: Tile
    if first > 0 {
        tile = Tile(result, rowStride: product.resultRowStride, vectorStride: lanes)
    } else if let initial = product.initial {
        tile = Tile(
            initial + row &* product.initialRowStride + column, rowStride: product.initialRowStride,
            vectorStride: lanes)
    } else {
        tile = Tile()
    }
    if let stride = product.rightRowStride {
        tile.accumulate(
            depth: end &- first, transposedLeft: product.left + first &* product.leftDepthStride + row,
            leftStride: product.leftDepthStride, right: product.right + first &* stride + column, rightStep: stride)
    } else {
        tile.accumulate(
            depth: end &- first, left: product.left + row &* product.leftRowStride + first,
            leftStride: product.leftRowStride,
            right: product.right + column &* product.depth + first &* Tile.vectors &* lanes,
            rightStep: Tile.vectors &* lanes)
    }
    tile.write(result, rowStride: product.resultRowStride, vectorStride: lanes)
}
