/// e^x by Cody and Waite's reduction to |r| ≤ ln 2 / 2 and a minimax polynomial of degree 6.
///
/// NaN stays NaN; below −103.97 the result is 0, above 88.73 infinity.
@inline(__always)
func exponential(_ argument: Lanes) -> Lanes {
    exponentialWithinRange(clamp(argument, -105, 89))
}

/// e^x of sixteen numbers, in as many registers as it takes.
@inline(__always)
func exponential16(_ x: SIMD16<Float>) -> SIMD16<Float> {
    #if KERNELS_V4
        exponential(x)
    #elseif KERNELS_V3
        SIMD16(lowHalf: exponential(x.lowHalf), highHalf: exponential(x.highHalf))
    #else
        SIMD16(
            lowHalf: SIMD8(lowHalf: exponential(x.lowHalf.lowHalf), highHalf: exponential(x.lowHalf.highHalf)),
            highHalf: SIMD8(lowHalf: exponential(x.highHalf.lowHalf), highHalf: exponential(x.highHalf.highHalf)))
    #endif
}

/// e^x for x from −105 to 89.
@inline(__always)
private func exponentialWithinRange(_ x: Lanes) -> Lanes {
    let (n, r) = reduceByLogTwo(x)
    return scale(fma(r * r, exponentialTail(r), r) + splat(1), byPowerOfTwo: n)
}

/// x = n · ln 2 + r with n whole.
@inline(__always)
func reduceByLogTwo(_ x: Lanes) -> (n: Lanes, r: Lanes) {
    // Adding 1.5 · 2²³ rounds to a whole number in the mantissa's last bit.
    let rounder = splat(12_582_912)
    let n = fma(x, splat(1.442_695_04), rounder) - rounder
    return (n, fma(n, splat(2.121_944_4e-4), fma(n, splat(-0.693_359_375), x)))
}

/// (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2; the relative error it leaves in e^r is 3e-9.
@inline(__always)
func exponentialTail(_ r: Lanes) -> Lanes {
    var q = fma(splat(1.381_454_1e-3), r, splat(8.368_745_4e-3))
    q = fma(q, r, splat(4.166_838_9e-2))
    q = fma(q, r, splat(0.166_665_21))
    return fma(q, r, splat(0.499_999_94))
}

/// 1 / (1 + e^−x); each step is monotone, so the whole is. Below −87.336, where it is no normal number, it is 0.
@inline(__always)
func sigmoid(_ x: Lanes) -> Lanes {
    let lowest: Float = -87.336
    let e = exponentialWithinRange(clamp(-x, -90, -lowest))
    return reciprocal(splat(1) + e).replacing(with: Lanes.zero, where: x .< splat(lowest))
}

/// tanh x = −m / (2 + m) with m = e^(−2|x|) − 1, which is kept exact near 0 by adding the polynomial to 2^n − 1.
@inline(__always)
func hyperbolicTangent(_ argument: Lanes) -> Lanes {
    let x = clamp(magnitude(argument) * splat(-2), -40, 0)
    let (n, r) = reduceByLogTwo(x)
    let power = scale(splat(1), byPowerOfTwo: n)
    let m = fma(power, fma(r * r, exponentialTail(r), r), power - splat(1))
    let d = splat(2) + m
    let inverse = reciprocal(d)
    let quotient = m * inverse
    // The remainder corrects the last bit.
    return copySign(fma(fma(-quotient, d, m), inverse, quotient), of: argument)
}

@inline(__always)
private func map(
    _ arguments: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, _ count: Int,
    _ function: (Lanes) -> Lanes
) {
    var i = 0
    while i &+ Lanes.scalarCount <= count {
        store(function(load(arguments + i)), results + i)
        i &+= Lanes.scalarCount
    }
    if i < count {
        var rest = Lanes.zero
        for lane in 0..<(count &- i) { rest[lane] = arguments[i &+ lane] }
        let values = function(rest)
        for lane in 0..<(count &- i) { results[i &+ lane] = values[lane] }
    }
}

func mapExponential(_ arguments: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, _ count: Int) {
    map(arguments, results, count) { exponential($0) }
}

func mapSigmoid(_ arguments: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, _ count: Int) {
    map(arguments, results, count) { sigmoid($0) }
}

func mapGELU(_ arguments: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, _ count: Int) {
    map(arguments, results, count) { gelu($0).value }
}

func mapHyperbolicTangent(_ arguments: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>, _ count: Int) {
    map(arguments, results, count) { hyperbolicTangent($0) }
}
