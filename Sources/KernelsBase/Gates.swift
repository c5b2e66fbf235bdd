/// The activations inside an LSTM, four vectors at a time so that their long chains of instructions overlap.
///
/// Both are 1 / (1 + 2^y), from which tanh x = 2 / (1 + e^−2x) − 1. The absolute error is at most 2e-7: what `sigmoid`
/// and `hyperbolicTangent` do besides, to be as exact relative to small results, gates do not need.
@inline(__always)
func gates(_ sums: Row4) -> Row4 {
    var gates = logistic(
        Row4(sums.a * splat(-logTwoE), sums.b * splat(-logTwoE), sums.c * splat(-2 * logTwoE), sums.d * splat(-logTwoE))
    )
    gates.c = fma(gates.c, splat(2), splat(-1))
    return gates
}

/// tanh of four vectors.
@inline(__always)
func cellTanh(_ cells: Row4) -> Row4 {
    logistic(cells.map { $0 * splat(-2 * logTwoE) }).map { fma($0, splat(2), splat(-1)) }
}

/// log₂ e.
private let logTwoE: Float = 1.442_695_04

/// 1 / (1 + 2^y).
@inline(__always)
private func logistic(_ y: Row4) -> Row4 {
    // Beyond, the power and its reciprocal would not both be normal numbers; the result is 0 or 1 long before.
    let x = y.map { clamp($0, -126, 126) }
    // Adding 1.5 · 2²³ rounds to a whole number in the mantissa's last bit.
    let n = x.map { ($0 + splat(12_582_912)) - splat(12_582_912) }
    let r = x.zip(n) { $0 - $1 }
    return power(r).zip(n) { scale($0, byPowerOfTwo: $1) }.map { reciprocal(splat(1) + $0) }
}

/// 2^r for |r| ≤ 1/2 by a minimax polynomial of degree 5; the relative error is 1.6e-7.
@inline(__always)
private func power(_ r: Row4) -> Row4 {
    var p = r.map { fma($0, splat(1.326_472_7e-3), splat(9.671_512_7e-3)) }
    p = p.zip(r) { fma($0, $1, splat(5.550_733_7e-2)) }
    p = p.zip(r) { fma($0, $1, splat(0.240_222_42)) }
    p = p.zip(r) { fma($0, $1, splat(0.693_146_98)) }
    return p.zip(r) { fma($0, $1, splat(1)) }
}

extension Row4 {
    @inline(__always)
    fileprivate func map(_ function: (Lanes) -> Lanes) -> Row4 {
        Row4(function(a), function(b), function(c), function(d))
    }

    @inline(__always)
    fileprivate func zip(_ other: Row4, _ function: (Lanes, Lanes) -> Lanes) -> Row4 {
        Row4(function(a, other.a), function(b, other.b), function(c, other.c), function(d, other.d))
    }
}
