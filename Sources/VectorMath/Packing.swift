import Kernels

extension NetworkKernels where Scalar: NetworkScalar {
    /// Packs the matrix B (depth, columns) for `multiply`: panels of `panel` columns, each (depth, panel), the last one
    /// possibly of `lanes` columns; columns beyond `width` are 0.
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
        while first < columns {
            let panelWidth = min(panel, columns - first)
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

    /// Packs an LSTM layer's weights for `step` and `project`: for each group of `lanes` units, for each term, the
    /// weights of gate i, then f, g, o; units beyond `units` are 0.
    ///
    /// - Parameters:
    ///   - input: W_ih (4 · units, inputs), the gates one after the other as in PyTorch.
    ///   - recurrent: W_hh (4 · units, units).
    ///   - packed: room for `padded(units) · 4 · (inputs + units)` scalars.
    @inlinable
    public func packGates(
        input: UnsafePointer<Scalar>, inputs: Int, recurrent: UnsafePointer<Scalar>, units: Int,
        into packed: UnsafeMutablePointer<Scalar>
    ) {
        let depth = inputs + units
        for group in 0..<padded(units) / lanes {
            let target = packed + group * depth * 4 * lanes
            for gate in 0..<4 {
                for lane in 0..<lanes {
                    let unit = group * lanes + lane
                    let column = target + gate * lanes + lane
                    if unit < units {
                        let fromInput = input + (gate * units + unit) * inputs
                        let fromHidden = recurrent + (gate * units + unit) * units
                        for k in 0..<inputs { column[k * 4 * lanes] = fromInput[k] }
                        for k in 0..<units { column[(inputs + k) * 4 * lanes] = fromHidden[k] }
                    } else {
                        for k in 0..<depth { column[k * 4 * lanes] = 0 }
                    }
                }
            }
        }
    }
}
