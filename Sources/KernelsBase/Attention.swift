import CSIMD
import Kernels

// Four tokens and heads of sixteen, the default: a head is one vector, and the sixteen scores of a sequence are another.
// Other sizes are left to the plain loops of VectorMath.

private typealias Head = SIMD16<Float>

/// The heads of a sequence's four tokens.
private struct Quad {
    let a: Head
    let b: Head
    let c: Head
    let d: Head

    @inline(__always) init(_ a: Head, _ b: Head, _ c: Head, _ d: Head) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    /// Loads heads that stand `stride` apart.
    @inline(__always) init(_ pointer: UnsafePointer<Float>, stride: Int) {
        let bytes = UnsafeRawPointer(pointer)
        let step = 4 &* stride
        a = bytes.loadUnaligned(as: Head.self)
        b = bytes.loadUnaligned(fromByteOffset: step, as: Head.self)
        c = bytes.loadUnaligned(fromByteOffset: 2 &* step, as: Head.self)
        d = bytes.loadUnaligned(fromByteOffset: 3 &* step, as: Head.self)
    }

    @inline(__always) func write(_ pointer: UnsafeMutablePointer<Float>, stride: Int) {
        let bytes = UnsafeMutableRawPointer(pointer)
        let step = 4 &* stride
        bytes.storeBytes(of: a, as: Head.self)
        bytes.storeBytes(of: b, toByteOffset: step, as: Head.self)
        bytes.storeBytes(of: c, toByteOffset: 2 &* step, as: Head.self)
        bytes.storeBytes(of: d, toByteOffset: 3 &* step, as: Head.self)
    }

    /// The sixteen products of this sequence's heads (rows) with those of `other` (columns).
    @inline(__always) func dots(_ other: Quad) -> Head {
        simd_pair_sums16(
            simd_pair_sums16(row(a, other), row(b, other)), simd_pair_sums16(row(c, other), row(d, other)))
    }

    /// The partial sums of four products: four of each.
    @inline(__always) private func row(_ head: Head, _ other: Quad) -> Head {
        simd_pair_sums16(
            simd_pair_sums16(head * other.a, head * other.b), simd_pair_sums16(head * other.c, head * other.d))
    }

    /// The sums of heads, weighted by a row of a 4 × 4 matrix: lanes `first`, `first + step`, …
    @inline(__always) func mixed(_ weights: Head, _ first: Int, _ step: Int) -> Head {
        var sum = Head(repeating: weights[first]) * a
        sum = simd_fma16(Head(repeating: weights[first &+ step]), b, sum)
        sum = simd_fma16(Head(repeating: weights[first &+ 2 &* step]), c, sum)
        return simd_fma16(Head(repeating: weights[first &+ 3 &* step]), d, sum)
    }

    /// M · heads.
    @inline(__always) func times(_ matrix: Head) -> Quad {
        Quad(mixed(matrix, 0, 1), mixed(matrix, 4, 1), mixed(matrix, 8, 1), mixed(matrix, 12, 1))
    }

    /// Mᵀ · heads.
    @inline(__always) func timesTransposed(_ matrix: Head) -> Quad {
        Quad(mixed(matrix, 0, 4), mixed(matrix, 1, 4), mixed(matrix, 2, 4), mixed(matrix, 3, 4))
    }
}

func attend(_ step: AttentionStep<Float>) {
    let width = step.heads &* 16
    let scale: Float = 0.25
    for sequence in 0..<step.sequences {
        let rows = step.projections + sequence &* 4 &* step.projectionStride
        let output = step.output + sequence &* 4 &* step.outputStride
        for head in 0..<step.heads {
            let query = rows + head &* 16
            let q = Quad(query, stride: step.projectionStride)
            let k = Quad(query + width, stride: step.projectionStride)
            let v = Quad(query + 2 &* width, stride: step.projectionStride)
            let scores = q.dots(k) * scale
            let powers = exponential16(scores - simd_quad_maxima16(scores))
            let probabilities = powers / simd_quad_sums16(powers)
            UnsafeMutableRawPointer(step.probabilities + (sequence &* step.heads &+ head) &* 16)
                .storeBytes(of: probabilities, as: Head.self)
            v.times(probabilities).write(output + head &* 16, stride: step.outputStride)
        }
    }
}

func attendGradient(_ gradient: AttentionGradient<Float>) {
    let step = gradient.step
    let width = step.heads &* 16
    let scale: Float = 0.25
    for sequence in 0..<step.sequences {
        let start = sequence &* 4 &* step.projectionStride
        let outputStart = sequence &* 4 &* step.outputStride
        for head in 0..<step.heads {
            let query = step.projections + start + head &* 16
            let q = Quad(query, stride: step.projectionStride)
            let k = Quad(query + width, stride: step.projectionStride)
            let v = Quad(query + 2 &* width, stride: step.projectionStride)
            let dy = Quad(gradient.outputGradient + outputStart + head &* 16, stride: step.outputStride)
            let p = UnsafeRawPointer(step.probabilities + (sequence &* step.heads &+ head) &* 16)
                .loadUnaligned(as: Head.self)
            let dp = dy.dots(v)
            let ds = p * (dp - simd_quad_sums16(p * dp)) * scale
            let target = gradient.projectionGradient + start + head &* 16
            k.times(ds).write(target, stride: step.projectionStride)
            q.timesTransposed(ds).write(target + width, stride: step.projectionStride)
            dy.timesTransposed(p).write(target + 2 &* width, stride: step.projectionStride)
        }
    }
}
