import CSIMD

// The vector register of the level these sources are compiled for, and what Swift's SIMD lacks on it.

#if KERNELS_V4
    typealias Lanes = SIMD16<Float>

    @inline(__always) func fma(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { simd_fma16(a, b, c) }
    @inline(__always) func magnitude(_ a: Lanes) -> Lanes { simd_abs16(a) }
    @inline(__always) func total(_ a: Lanes) -> Float { simd_total16(a) }
    @inline(__always) func squareRoot(_ a: Lanes) -> Lanes { simd_sqrt16(a) }
    @inline(__always) func copySign(_ a: Lanes, of sign: Lanes) -> Lanes { simd_copysign16(a, sign) }
    @inline(__always) func clamp(_ a: Lanes, _ low: Float, _ high: Float) -> Lanes { simd_clamp16(a, low, high) }
    @inline(__always) func scale(_ a: Lanes, byPowerOfTwo n: Lanes) -> Lanes { simd_scale16(a, n) }
    /// 1 / d for d and 1 / d within the normal range.
    @inline(__always) func reciprocal(_ d: Lanes) -> Lanes { simd_reciprocal16(d) }
#elseif KERNELS_V3
    typealias Lanes = SIMD8<Float>

    @inline(__always) func fma(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { simd_fma8(a, b, c) }
    @inline(__always) func magnitude(_ a: Lanes) -> Lanes { simd_abs8(a) }
    @inline(__always) func total(_ a: Lanes) -> Float { simd_total8(a) }
    @inline(__always) func squareRoot(_ a: Lanes) -> Lanes { simd_sqrt8(a) }
    @inline(__always) func copySign(_ a: Lanes, of sign: Lanes) -> Lanes { simd_copysign8(a, sign) }
    @inline(__always) func clamp(_ a: Lanes, _ low: Float, _ high: Float) -> Lanes { simd_clamp8(a, low, high) }
    @inline(__always) func scale(_ a: Lanes, byPowerOfTwo n: Lanes) -> Lanes { simd_scale8(a, n) }
    /// 1 / d for d and 1 / d within the normal range.
    @inline(__always) func reciprocal(_ d: Lanes) -> Lanes { splat(1) / d }
#else
    typealias Lanes = SIMD4<Float>

    @inline(__always) func fma(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { simd_fma4(a, b, c) }
    @inline(__always) func magnitude(_ a: Lanes) -> Lanes { simd_abs4(a) }
    @inline(__always) func total(_ a: Lanes) -> Float { simd_total4(a) }
    @inline(__always) func squareRoot(_ a: Lanes) -> Lanes { simd_sqrt4(a) }
    @inline(__always) func copySign(_ a: Lanes, of sign: Lanes) -> Lanes { simd_copysign4(a, sign) }
    @inline(__always) func clamp(_ a: Lanes, _ low: Float, _ high: Float) -> Lanes { simd_clamp4(a, low, high) }
    @inline(__always) func scale(_ a: Lanes, byPowerOfTwo n: Lanes) -> Lanes { simd_scale4(a, n) }
    /// 1 / d for d and 1 / d within the normal range.
    @inline(__always) func reciprocal(_ d: Lanes) -> Lanes { splat(1) / d }
#endif

@inline(__always) func splat(_ value: Float) -> Lanes { Lanes(repeating: value) }

@inline(__always) func load(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inline(__always) func load(_ pointer: UnsafeMutablePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inline(__always) func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Lanes.self)
}
