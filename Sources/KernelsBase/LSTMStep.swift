import Kernels

// A row of the gate tile is four vectors: i, f, g, o of as many units as a vector has lanes.
#if KERNELS_V4 || arch(arm64)
    private typealias GateTile = Stack<Stack<Row4>>
#else
    private typealias GateTile = Stack<Row4>
#endif

func stepLSTM(_ step: LSTMStep<Float>) {
    let lanes = Lanes.scalarCount
    var unit = 0
    while unit < step.units {
        var row = 0
        while row &+ GateTile.rows <= step.rows {
            stepTile(step, row, unit, GateTile.self)
            row &+= GateTile.rows
        }
        while row < step.rows {
            stepTile(step, row, unit, Row4.self)
            row &+= 1
        }
        unit &+= lanes
    }
}

@inline(__always)
private func stepTile<Tile: RowTile>(
    _ step: LSTMStep<Float>, _ row: Int, _ unit: Int, _: Tile.Type
) where Tile.Row == Row4 {
    let initialStride = 4 &* step.units
    var tile = Tile(
        step.initial + row &* initialStride + unit, rowStride: initialStride, vectorStride: step.units)
    tile.accumulate(
        depth: step.terms, left: step.hidden + row &* step.units, leftRowStride: step.units, leftStep: 1,
        right: step.weights + unit &* step.terms &* 4, rightStep: 4 &* Lanes.scalarCount)
    tile.forEachRow(from: row) { row, sums in applyGates(step, row, unit, sums) }
}

@inline(__always)
private func applyGates(_ step: LSTMStep<Float>, _ row: Int, _ unit: Int, _ sums: Row4) {
    let i = sigmoid(sums.a)
    let f = sigmoid(sums.b)
    let g = hyperbolicTangent(sums.c)
    let o = sigmoid(sums.d)
    let at = row &* step.units &+ unit
    let cell = fma(f, load(step.cell + at), i * g)
    let cellTanh = hyperbolicTangent(cell)
    store(cell, step.nextCell + at)
    store(o * cellTanh, step.nextHidden + at)
    if let gates = step.gates, let saved = step.cellTanh {
        let gate = gates + row &* step.gateStride + unit
        store(i, gate)
        store(f, gate + step.units)
        store(g, gate + 2 &* step.units)
        store(o, gate + 3 &* step.units)
        store(cellTanh, saved + at)
    }
}

func projectLSTM(_ projection: LSTMProjection<Float>) {
    let lanes = Lanes.scalarCount
    var unit = 0
    while unit < projection.units {
        var row = 0
        while row &+ GateTile.rows <= projection.rows {
            projectTile(projection, row, unit, GateTile.self)
            row &+= GateTile.rows
        }
        while row < projection.rows {
            projectTile(projection, row, unit, Row4.self)
            row &+= 1
        }
        unit &+= lanes
    }
}

@inline(__always)
private func projectTile<Tile: RowTile>(_ projection: LSTMProjection<Float>, _ row: Int, _ unit: Int, _: Tile.Type) {
    let resultStride = 4 &* projection.units
    var tile = Tile(projection.bias + unit, rowStride: 0, vectorStride: projection.units)
    tile.accumulate(
        depth: projection.terms, left: projection.input + row &* projection.inputStride,
        leftRowStride: projection.inputStride, leftStep: 1,
        right: projection.weights + unit &* projection.terms &* 4, rightStep: 4 &* Lanes.scalarCount)
    tile.write(
        projection.result + row &* resultStride + unit, rowStride: resultStride, vectorStride: projection.units)
}

func stepGradientLSTM(_ step: LSTMStepGradient<Float>) {
    let one = splat(1)
    let units = step.units
    var unit = 0
    while unit < units {
        var bias = Row4(step.biasGradient + unit, rowStride: 0, vectorStride: units)
        for row in 0..<step.rows {
            let at = row &* units &+ unit
            let gate = step.gates + row &* step.gateStride + unit
            let gates = Row4(gate, rowStride: 0, vectorStride: units)
            let cellTanh = load(step.cellTanh + at)
            let dHidden = load(step.hiddenGradient + at)
            let dCell = fma(dHidden * gates.d, fma(-cellTanh, cellTanh, one), load(step.cellGradient + at))
            var dz = Row4()
            dz.a = dCell * gates.c * gates.a * (one - gates.a)
            dz.b = dCell * load(step.cell + at) * gates.b * (one - gates.b)
            dz.c = dCell * gates.a * fma(-gates.c, gates.c, one)
            dz.d = dHidden * cellTanh * gates.d * (one - gates.d)
            store(dCell * gates.b, step.cellGradient + at)
            dz.write(gate, rowStride: 0, vectorStride: units)
            bias.a += dz.a
            bias.b += dz.b
            bias.c += dz.c
            bias.d += dz.d
        }
        bias.write(step.biasGradient + unit, rowStride: 0, vectorStride: units)
        unit &+= Lanes.scalarCount
    }
}
