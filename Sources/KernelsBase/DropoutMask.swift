import CSIMD
import Kernels

private typealias Words = SIMD16<UInt32>

func fillDropoutMask(_ mask: DropoutMask<Float>) {
    let steps = Words(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    var e = 0
    while e < mask.count {
        let counter = UInt64(truncatingIfNeeded: e &>> 7) &<< 4
        let words = philox(
            Words(repeating: UInt32(truncatingIfNeeded: counter)) | steps,
            Words(repeating: UInt32(truncatingIfNeeded: counter &>> 32)),
            Words(repeating: UInt32(truncatingIfNeeded: mask.stream)),
            Words(repeating: UInt32(truncatingIfNeeded: mask.stream &>> 32)), seed: mask.seed)
        write(words.0, mask, e)
        write(words.1, mask, e &+ 32)
        write(words.2, mask, e &+ 64)
        write(words.3, mask, e &+ 96)
        e &+= 128
    }
}

@inline(__always)
private func write(_ words: Words, _ mask: DropoutMask<Float>, _ first: Int) {
    writeHalf(words & Words(repeating: 0xFFFF), mask, first)
    writeHalf(words &>> Words(repeating: 16), mask, first &+ 16)
}

@inline(__always)
private func writeHalf(_ halves: Words, _ mask: DropoutMask<Float>, _ first: Int) {
    let kept = SIMD16<Float>(repeating: mask.factor)
    let factors = kept.replacing(with: SIMD16<Float>.zero, where: halves .< Words(repeating: UInt32(mask.threshold)))
    if first &+ 16 <= mask.count {
        UnsafeMutableRawPointer(mask.factors + first).storeBytes(of: factors, as: SIMD16<Float>.self)
    } else {
        for lane in 0..<max(0, mask.count &- first) { mask.factors[first &+ lane] = factors[lane] }
    }
}

/// Sixteen ciphers side by side; see `CounterRandom` in VectorMath.
@inline(__always)
private func philox(_ c0: Words, _ c1: Words, _ c2: Words, _ c3: Words, seed: UInt64) -> (Words, Words, Words, Words) {
    var x = (c0, c1, c2, c3)
    var key0 = UInt32(truncatingIfNeeded: seed)
    var key1 = UInt32(truncatingIfNeeded: seed &>> 32)
    for _ in 0..<10 {
        let low0: Words = simd_multiply_low16(x.0, 0xD251_1F53)
        let high0: Words = simd_multiply_high16(x.0, 0xD251_1F53)
        let low1: Words = simd_multiply_low16(x.2, 0xCD9E_8D57)
        let high1: Words = simd_multiply_high16(x.2, 0xCD9E_8D57)
        x = (high1 ^ x.1 ^ Words(repeating: key0), low1, high0 ^ x.3 ^ Words(repeating: key1), low0)
        key0 &+= 0x9E37_79B9
        key1 &+= 0xBB67_AE85
    }
    return x
}
