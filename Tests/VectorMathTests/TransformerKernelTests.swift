import Foundation
import Kernels
import Testing
import VectorMath

/// The transformer kernels of every level against the plain loops in Double.
@Suite struct TransformerKernelTests {
    private let plain = plainTransformerKernels(Double.self)

    private static func fast(_ level: CPULevel) -> TransformerKernels<Float> { kernelTable(of: level).transformer }

    @Test(arguments: usableLevels, [(1, 1), (3, 5), (5, 16), (9, 64), (2, 70)])
    func layerNormForwardAndBack(level: CPULevel, size: (rows: Int, width: Int)) {
        let (rows, width) = size
        let stride = (width + 15) / 16 * 16
        /// Random values with zeros in the padding.
        func matrix<Scalar: NetworkScalar>(_ rows: Int, _ seed: UInt64, shift: Double = 0) -> AlignedBuffer<Scalar> {
            let values = numbers(rows * stride, seed: seed)
            return buffer(values.enumerated().map { $0 % stride < width ? $1 + shift : 0 }, as: Scalar.self)
        }
        func run<Scalar: NetworkScalar>(_ kernels: TransformerKernels<Scalar>) -> [AlignedBuffer<Scalar>] {
            let x: AlignedBuffer<Scalar> = matrix(rows, 1, shift: 3)
            let gain: AlignedBuffer<Scalar> = matrix(1, 2)
            let shift: AlignedBuffer<Scalar> = matrix(1, 3)
            let y = AlignedBuffer<Scalar>(rows * stride)
            let n = AlignedBuffer<Scalar>(rows * stride)
            let inverse = AlignedBuffer<Scalar>(rows)
            kernels.normalise(
                LayerNormStep(
                    rows: rows, width: width, stride: stride, input: x.pointer, gain: gain.pointer,
                    shift: shift.pointer, epsilon: 1e-3, output: y.pointer, normalised: n.pointer,
                    inverseDeviation: inverse.pointer))
            let dy: AlignedBuffer<Scalar> = matrix(rows, 4)
            let dx: AlignedBuffer<Scalar> = matrix(rows, 5)
            let gainGradient: AlignedBuffer<Scalar> = matrix(1, 6)
            let shiftGradient: AlignedBuffer<Scalar> = matrix(1, 7)
            kernels.normaliseGradient(
                LayerNormGradient(
                    rows: rows, width: width, stride: stride, normalised: n.pointer,
                    inverseDeviation: inverse.pointer, gain: gain.pointer, outputGradient: dy.pointer,
                    residual: dx.pointer, inputGradient: dx.pointer, gainGradient: gainGradient.pointer,
                    shiftGradient: shiftGradient.pointer))
            return withExtendedLifetime((x, gain, shift, dy)) { [y, n, inverse, dx, gainGradient, shiftGradient] }
        }
        for (fast, exact) in zip(run(Self.fast(level)), run(plain)) {
            let scale = max(1, exact.values.map(abs).max() ?? 0)
            #expect(distance(fast, exact) <= 3e-6 * scale)
        }
    }

    @Test(arguments: usableLevels, [(1, 1), (5, 3)])
    func attentionForwardAndBack(level: CPULevel, size: (sequences: Int, heads: Int)) {
        let (sequences, heads) = size
        let rows = 4 * sequences
        let (inner, outer) = (3 * heads * 16 + 16, heads * 16)
        func run<Scalar: NetworkScalar>(
            _ kernels: TransformerKernels<Scalar>, first: Int, sequences: Int
        ) -> [AlignedBuffer<Scalar>] {
            func part(_ width: Int, _ seed: UInt64, _ scale: Double) -> AlignedBuffer<Scalar> {
                let all = numbers(rows * width, seed: seed).map { scale * $0 }
                return buffer(Array(all[4 * first * width..<4 * (first + sequences) * width]), as: Scalar.self)
            }
            let (projections, dy) = (part(inner, 11, 3), part(outer, 12, 1))
            let output = AlignedBuffer<Scalar>(4 * sequences * outer)
            let probabilities = AlignedBuffer<Scalar>(sequences * heads * 16)
            let gradient = AlignedBuffer<Scalar>(4 * sequences * inner)
            let step = AttentionStep(
                sequences: sequences, tokens: 4, heads: heads, headSize: 16, projections: projections.pointer,
                projectionStride: inner, output: output.pointer, outputStride: outer,
                probabilities: probabilities.pointer)
            kernels.attend(step)
            kernels.attendGradient(
                AttentionGradient(
                    step: step, outputGradient: dy.pointer, projectionGradient: gradient.pointer))
            return withExtendedLifetime((projections, dy)) { [output, probabilities, gradient] }
        }
        let whole = run(Self.fast(level), first: 0, sequences: sequences)
        for (fast, exact) in zip(whole, run(plain, first: 0, sequences: sequences)) {
            #expect(distance(fast, exact) <= 1e-5)
        }
        for sequence in 0..<sequences {
            for (alone, whole) in zip(run(Self.fast(level), first: sequence, sequences: 1), whole) {
                let same = alone.values[...] == whole.values[sequence * alone.count..<(sequence + 1) * alone.count]
                #expect(same)
            }
        }
    }

    @Test(arguments: usableLevels)
    func softmaxOfLargeScoresIsStable(level: CPULevel) {
        let projections = AlignedBuffer<Float>(4 * 48)
        for i in 0..<projections.count {
            let (token, column) = (i / 48, i % 48)
            projections.pointer[i] = Float(column < 32 ? 30 * (token + 1) : column)
        }
        let output = AlignedBuffer<Float>(4 * 16)
        let probabilities = AlignedBuffer<Float>(16)
        Self.fast(level).attend(
            AttentionStep(
                sequences: 1, tokens: 4, heads: 1, headSize: 16, projections: projections.pointer,
                projectionStride: 48, output: output.pointer, outputStride: 16, probabilities: probabilities.pointer))
        // The last key wins every time.
        let last: [Float] = [0, 0, 0, 1]
        #expect(probabilities.values == last + last + last + last)
        for i in 0..<64 { #expect(output.pointer[i] == Float(32 + i % 16)) }
        withExtendedLifetime(projections) {}
    }

    @Test(arguments: usableLevels, [1, 16, 37])
    func rowsAndGELU(level: CPULevel, count: Int) {
        func run<Scalar: NetworkScalar>(_ kernels: TransformerKernels<Scalar>) -> [AlignedBuffer<Scalar>] {
            let (a, b) = (
                buffer(numbers(count, seed: 1), as: Scalar.self), buffer(numbers(count, seed: 2), as: Scalar.self)
            )
            let matrix = buffer(numbers(count * 32, seed: 4), as: Scalar.self)
            let totals = buffer(numbers(32, seed: 5), as: Scalar.self)
            kernels.addRows(matrix.pointer, count, 32, totals.pointer)
            let (value, derivative) = (AlignedBuffer<Scalar>(count), AlignedBuffer<Scalar>(count))
            kernels.gelu(
                GELUStep(
                    count: count, input: a.pointer, factors: b.pointer, output: value.pointer,
                    derivative: derivative.pointer))
            return withExtendedLifetime((a, b, matrix)) { [totals, value, derivative] }
        }
        for (fast, exact) in zip(run(Self.fast(level)), run(plain)) { #expect(distance(fast, exact) <= 5e-6) }
    }

    @Test(arguments: usableLevels)
    func errorOfGELUIsWithinSixTenMillionths(level: CPULevel) {
        var x: [Float] = []
        for bits in stride(from: UInt32(0), through: Float.infinity.bitPattern, by: 4999) {
            x += [Float(bitPattern: bits), -Float(bitPattern: bits)]
        }
        x += (0...200_000).map { Float($0) * 1e-4 - 15 }
        var y = [Float](repeating: 0, count: x.count)
        kernelTable(of: level).gelu(x, &y, x.count)
        var worst = 0.0, worstAt = Float(0)
        for (x, y) in zip(x, y) {
            let exact = Double(x) * erfc(-Double(x) / 2.0.squareRoot()) / 2
            if abs(exact) < 0x1p-120 {
                #expect(abs(y) <= 0x1p-119)
            } else if exact.isFinite, abs(exact) < 3.4e38 {
                let error = abs(Double(y) - exact) / abs(exact)
                if !(error <= worst) { (worst, worstAt) = (error, x) }
            }
        }
        #expect(worst <= 6e-7, "gelu(\(worstAt))")
        var ends = [Float](repeating: 0, count: 5)
        kernelTable(of: level).gelu([.infinity, -.infinity, 0, .nan, -200], &ends, ends.count)
        #expect(ends[0] == .infinity && ends[1] == 0 && ends[2] == 0 && ends[3].isNaN && ends[4] == 0)
    }
}
