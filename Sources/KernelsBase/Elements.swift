func products(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ count: Int
) {
    var i = 0
    while i &+ Lanes.scalarCount <= count {
        store(load(left + i) * load(right + i), result + i)
        i &+= Lanes.scalarCount
    }
    while i < count {
        result[i] = left[i] * right[i]
        i &+= 1
    }
}

func addProducts(
    _ values: UnsafePointer<Float>, _ factors: UnsafePointer<Float>?, _ sums: UnsafeMutablePointer<Float>, _ count: Int
) {
    var i = 0
    while i &+ Lanes.scalarCount <= count {
        let factor = if let factors { load(factors + i) } else { splat(1) }
        store(fma(load(values + i), factor, load(sums + i)), sums + i)
        i &+= Lanes.scalarCount
    }
    while i < count {
        sums[i] = fma(splat(values[i]), splat(factors.map { $0[i] } ?? 1), splat(sums[i]))[0]
        i &+= 1
    }
}

func addRows(_ matrix: UnsafePointer<Float>, _ rows: Int, _ columns: Int, _ sums: UnsafeMutablePointer<Float>) {
    var column = 0
    while column < columns {
        var sum = load(sums + column)
        var row = matrix + column
        for _ in 0..<rows {
            sum += load(row)
            row += columns
        }
        store(sum, sums + column)
        column &+= Lanes.scalarCount
    }
}
