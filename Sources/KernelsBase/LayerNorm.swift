import Kernels

/// The vector of lane numbers.
private let laneNumbers: Lanes = {
    var numbers = Lanes.zero
    for lane in 0..<Lanes.scalarCount { numbers[lane] = Float(lane) }
    return numbers
}()

/// `value` with zeros from column `width` on, when its first lane is column `column`.
@inline(__always)
private func masked(_ value: Lanes, _ column: Int, _ width: Int, _ numbers: Lanes) -> Lanes {
    column &+ Lanes.scalarCount <= width
        ? value : value.replacing(with: Lanes.zero, where: numbers .>= splat(Float(width &- column)))
}

func normaliseRows(_ step: LayerNormStep<Float>) {
    let lanes = Lanes.scalarCount
    let numbers = laneNumbers
    let share = 1 / Float(step.width)
    for row in 0..<step.rows {
        let x = step.input + row &* step.stride
        let y = step.output + row &* step.stride
        var sums = Lanes.zero
        var column = 0
        while column < step.width {
            sums += masked(load(x + column), column, step.width, numbers)
            column &+= lanes
        }
        let mean = splat(total(sums) * share)
        var squares = Lanes.zero
        column = 0
        while column < step.width {
            let difference = masked(load(x + column) - mean, column, step.width, numbers)
            squares = fma(difference, difference, squares)
            column &+= lanes
        }
        let inverse = 1 / (total(squares) * share + step.epsilon).squareRoot()
        step.inverseDeviation?[row] = inverse
        column = 0
        while column < step.stride {
            let n = masked((load(x + column) - mean) * splat(inverse), column, step.width, numbers)
            if let saved = step.normalised { store(n, saved + row &* step.stride + column) }
            store(fma(n, load(step.gain + column), load(step.shift + column)), y + column)
            column &+= lanes
        }
    }
}

func normaliseRowsGradient(_ step: LayerNormGradient<Float>) {
    let lanes = Lanes.scalarCount
    let numbers = laneNumbers
    let share = 1 / Float(step.width)
    for row in 0..<step.rows {
        let start = row &* step.stride
        var sums = Lanes.zero
        var products = Lanes.zero
        var column = 0
        while column < step.stride {
            let n = load(step.normalised + start + column)
            let dy = load(step.outputGradient + start + column)
            let dn = dy * load(step.gain + column)
            sums += dn
            products = fma(n, dn, products)
            store(fma(n, dy, load(step.gainGradient + column)), step.gainGradient + column)
            store(load(step.shiftGradient + column) + dy, step.shiftGradient + column)
            column &+= lanes
        }
        let mean = splat(total(sums) * share)
        let slope = splat(total(products) * share)
        let inverse = splat(step.inverseDeviation[row])
        column = 0
        while column < step.stride {
            let n = load(step.normalised + start + column)
            let dn = load(step.outputGradient + start + column) * load(step.gain + column)
            let dx = masked(fma(-n, slope, dn - mean) * inverse, column, step.width, numbers)
            let residual = if let residual = step.residual { load(residual + start + column) } else { Lanes.zero }
            store(residual + dx, step.inputGradient + start + column)
            column &+= lanes
        }
    }
}
