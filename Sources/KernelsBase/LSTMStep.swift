import Kernels

// A row of the gate tile is four vectors: i, f, g, o of as many units as a vector has lanes.
#if KERNELS_V4 || arch(arm64)
    private typealias GateTile = Six<Row4>
#else
    private typealias GateTile = Two<Row4>
#endif

func stepLSTM(_ step: LSTMStep<Float>) {
    let lanes = Lanes.scalarCount
    var unit = 0
    while unit < step.units {
        cutRows(
            step.rows, tall: GateTile.rows, tall: { stepTile(step, $0, unit, GateTile.self) },
            four: { stepTile(step, $0, unit, Four<Row4>.self) }, two: { stepTile(step, $0, unit, Two<Row4>.self) },
            one: { stepTile(step, $0, unit, Row4.self) })
        unit &+= lanes
    }
    applyOutputGate(step)
}

@inline(__always)
private func stepTile<Tile: RowTile>(
    _ step: LSTMStep<Float>, _ row: Int, _ unit: Int, _: Tile.Type
) where Tile.Row == Row4 {
    let initialStride = 4 &* step.units
    var tile = Tile(
        step.initial + row &* initialStride + unit, rowStride: initialStride, vectorStride: step.units)
    tile.accumulate(
        depth: step.terms, left: step.hidden + row &* step.units, leftStride: step.units,
        right: step.weights + unit &* step.terms &* 4, rightStep: 4 &* Lanes.scalarCount)
    tile.forEachRow(from: row) { row, sums in updateCell(step, row, unit, sums) }
}

/// c' = f c + i g; leaves o where h' will be.
@inline(__always)
private func updateCell(_ step: LSTMStep<Float>, _ row: Int, _ unit: Int, _ sums: Row4) {
    let gates = gates(sums)
    let at = row &* step.units &+ unit
    store(fma(gates.b, load(step.cell + at), gates.a * gates.c), step.nextCell + at)
    store(gates.d, step.nextHidden + at)
    if let saved = step.gates {
        gates.write(saved + row &* step.gateStride + unit, rowStride: 0, vectorStride: step.units)
    }
}

/// h' = o tanh c' for all rows, where o is in the place of h'.
@inline(__always)
private func applyOutputGate(_ step: LSTMStep<Float>) {
    let lanes = Lanes.scalarCount
    let count = step.rows &* step.units
    var i = 0
    while i &+ 4 &* lanes <= count {
        let cellTanh = cellTanh(Row4(step.nextCell + i, rowStride: 0, vectorStride: lanes))
        var hidden = Row4(step.nextHidden + i, rowStride: 0, vectorStride: lanes)
        hidden.a *= cellTanh.a
        hidden.b *= cellTanh.b
        hidden.c *= cellTanh.c
        hidden.d *= cellTanh.d
        hidden.write(step.nextHidden + i, rowStride: 0, vectorStride: lanes)
        if let saved = step.cellTanh { cellTanh.write(saved + i, rowStride: 0, vectorStride: lanes) }
        i &+= 4 &* lanes
    }
    while i < count {
        let cellTanh = cellTanh(Row4(load(step.nextCell + i), .zero, .zero, .zero)).a
        store(load(step.nextHidden + i) * cellTanh, step.nextHidden + i)
        if let saved = step.cellTanh { store(cellTanh, saved + i) }
        i &+= lanes
    }
}

func projectLSTM(_ projection: LSTMProjection<Float>) {
    let lanes = Lanes.scalarCount
    var unit = 0
    while unit < projection.units {
        cutRows(
            projection.rows, tall: GateTile.rows, tall: { projectTile(projection, $0, unit, GateTile.self) },
            four: { projectTile(projection, $0, unit, Four<Row4>.self) },
            two: { projectTile(projection, $0, unit, Two<Row4>.self) },
            one: { projectTile(projection, $0, unit, Row4.self) })
        unit &+= lanes
    }
}

@inline(__always)
private func projectTile<Tile: RowTile>(_ projection: LSTMProjection<Float>, _ row: Int, _ unit: Int, _: Tile.Type) {
    let resultStride = 4 &* projection.units
    var tile = Tile(projection.bias + unit, rowStride: 0, vectorStride: projection.units)
    tile.accumulate(
        depth: projection.terms, left: projection.input + row &* projection.inputStride,
        leftStride: projection.inputStride, right: projection.weights + unit &* projection.terms &* 4,
        rightStep: 4 &* Lanes.scalarCount)
    tile.write(
        projection.result + row &* resultStride + unit, rowStride: resultStride, vectorStride: projection.units)
}

func stepGradientLSTM(_ step: LSTMStepGradient<Float>) {
    let units = step.units
    // Row by row: the saved gates come from far away, and in the order of the memory they come in time.
    for row in 0..<step.rows {
        let gates = step.gates + row &* step.gateStride
        var unit = 0
        while unit < units {
            stepGradient(step, row &* units &+ unit, gates + unit, step.biasGradient + unit)
            unit &+= Lanes.scalarCount
        }
    }
}

@inline(__always)
private func stepGradient(
    _ step: LSTMStepGradient<Float>, _ at: Int, _ gate: UnsafeMutablePointer<Float>,
    _ biasGradient: UnsafeMutablePointer<Float>
) {
    let one = splat(1)
    let gates = Row4(gate, rowStride: 0, vectorStride: step.units)
    let cellTanh = load(step.cellTanh + at)
    let dHidden = load(step.hiddenGradient + at)
    let dCell = fma(dHidden * gates.d, fma(-cellTanh, cellTanh, one), load(step.cellGradient + at))
    let dz = Row4(
        dCell * gates.c * gates.a * (one - gates.a), dCell * load(step.cell + at) * gates.b * (one - gates.b),
        dCell * gates.a * fma(-gates.c, gates.c, one), dHidden * cellTanh * gates.d * (one - gates.d))
    store(dCell * gates.b, step.cellGradient + at)
    dz.write(gate, rowStride: 0, vectorStride: step.units)
    var bias = Row4(biasGradient, rowStride: 0, vectorStride: step.units)
    bias.a += dz.a
    bias.b += dz.b
    bias.c += dz.c
    bias.d += dz.d
    bias.write(biasGradient, rowStride: 0, vectorStride: step.units)
}
