import Kernels

extension NetworkKernels where Scalar: NetworkScalar {
    /// Packs the matrix B (depth, columns) for `multiply`: panels of `panel` columns, each (depth, panel), the last ones of
    /// a half, a quarter and so on; columns beyond `width` are 0.
    ///
    /// - Parameters:
    ///   - rowStride: the distance in memory between rows of B.
    ///   - columnStride: the distance between its columns.
    ///   - columns: the padded number of columns, at least `width`.
    @inlinable
    public func packPanels(
        _ source: UnsafePointer<Scalar>, depth: Int, rowStride: Int, columnStride: Int, width: Int, columns: Int,
        into packed: UnsafeMutablePointer<Scalar>
    ) {
        var target = packed
        var first = 0
        var panelWidth = panel
        while first < columns {
            while panelWidth > columns - first { panelWidth /= 2 }
            let filled = max(0, min(panelWidth, width - first))
            for k in 0..<depth {
                let row = source + k * rowStride + first * columnStride
                for column in 0..<filled { target[column] = row[column * columnStride] }
                for column in filled..<panelWidth { target[column] = 0 }
                target += panelWidth
            }
            first += panelWidth
        }
    }

    /// Packs one of an LSTM layer's weight matrices for `step` and `project`: for each group of `lanes` units, for each
    /// term, the weights of gate i, then f, g, o; units beyond `units` are 0.
    ///
    /// - Parameters:
    ///   - weights: W (4 · units, terms), the gates one after the other as in PyTorch.
    ///   - packed: room for `padded(units) · 4 · terms` scalars.
    @inlinable
    public func packGates(
        _ weights: UnsafePointer<Scalar>, terms: Int, units: Int, into packed: UnsafeMutablePointer<Scalar>
    ) {
        for group in 0..<padded(units) / lanes {
            let target = packed + group * terms * 4 * lanes
            let filled = max(0, min(lanes, units - group * lanes))
            for gate in 0..<4 {
                let rows = weights + (gate * units + group * lanes) * terms
                for k in 0..<terms {
                    let place = target + (k * 4 + gate) * lanes
                    for lane in 0..<filled { place[lane] = rows[lane * terms + k] }
                    for lane in filled..<lanes { place[lane] = 0 }
                }
            }
        }
    }
}
