import Kernels

/// Φ(x) and φ(x) of the standard normal distribution.
///
/// Φ(−|x|) = e^(−x²/2) R(|x|), where R, half the scaled complementary error function of |x| / √2, is s · Q(s) with
/// s = 1 / (1 + a |x|) and a minimax polynomial Q of degree 8; the relative error of R is 2e-8 up to |x| = 14.6, beyond
/// which the result is 0.
@inline(__always)
private func normalDistribution(_ x: Lanes) -> (distribution: Lanes, density: Lanes) {
    let t = clamp(magnitude(x), 0, 14.6)
    let square = t * t
    let e = exponential(square * splat(-0.5))
    // What rounding took from the square would be many units in the last place of the result.
    let power = fma(e, roundedOff(t, square) * splat(-0.5), e)
    let s = reciprocal(fma(t, splat(0.21), splat(1)))
    var q = fma(splat(-0.071_224_308_509_541_88), s, splat(0.281_456_748_955_658_8))
    q = fma(q, s, splat(-0.325_760_737_601_852_65))
    q = fma(q, s, splat(0.344_127_894_127_212_9))
    q = fma(q, s, splat(-0.090_160_573_381_347_56))
    q = fma(q, s, splat(0.123_200_969_657_935_5))
    q = fma(q, s, splat(0.069_642_575_534_017_13))
    q = fma(q, s, splat(0.085_001_607_111_671_47))
    q = fma(q, s, splat(0.083_715_833_879_029_12))
    let tail = power * (q * s)
    return ((splat(1) - tail).replacing(with: tail, where: x .< splat(0)), power * splat(0.398_942_280_4))
}

/// t² − `square`, the part of it that rounding took.
@inline(__always)
private func roundedOff(_ t: Lanes, _ square: Lanes) -> Lanes {
    #if KERNELS_V4 || KERNELS_V3 || arch(arm64)
        return fma(t, t, -square)
    #else
        // Without a fused product t is split in halves of twelve bits, whose products are exact (Dekker 1971).
        let scaled = t * splat(4097)
        let high = scaled - (scaled - t)
        let low = t - high
        return ((high * high - square) + splat(2) * high * low) + low * low
    #endif
}

/// x Φ(x) and its derivative.
@inline(__always)
func gelu(_ x: Lanes) -> (value: Lanes, derivative: Lanes) {
    let (distribution, density) = normalDistribution(x)
    // Minus infinity times zero would be no number.
    let low = x.replacing(with: splat(-15), where: x .< splat(-15))
    return (low * distribution, fma(clamp(x, -15, 15), density, distribution))
}

func applyGELU(_ step: GELUStep<Float>) {
    let lanes = Lanes.scalarCount
    var i = 0
    while i &+ lanes <= step.count {
        let (value, derivative) = gelu(load(step.input + i))
        let factors = if let factors = step.factors { load(factors + i) } else { splat(1) }
        store(value * factors, step.output + i)
        if let saved = step.derivative { store(derivative * factors, saved + i) }
        i &+= lanes
    }
    while i < step.count {
        let (value, derivative) = gelu(splat(step.input[i]))
        let factor = step.factors.map { $0[i] } ?? 1
        step.output[i] = value[0] * factor
        if let saved = step.derivative { saved[i] = derivative[0] * factor }
        i &+= 1
    }
}
