import Kernels

/// The transformer kernels as plain loops: the definition that the fast ones are tested against.
public func plainTransformerKernels<Scalar: NetworkScalar>(
    _: Scalar.Type = Scalar.self
) -> TransformerKernels<Scalar> {
    TransformerKernels(
        normalise: plainNormalise, normaliseGradient: plainNormaliseGradient, attend: plainAttend,
        attendGradient: plainAttendGradient, gelu: plainGELU,
        addRows: { matrix, rows, columns, sums in
            for row in 0..<rows { for column in 0..<columns { sums[column] += matrix[row * columns + column] } }
        })
}

extension TransformerKernels where Scalar: NetworkScalar {
    /// These kernels, with plain loops for attentions of other sizes than theirs: four tokens, heads of sixteen.
    func withPlainAttention() -> TransformerKernels {
        let (attend, attendGradient) = (attend, attendGradient)
        return TransformerKernels(
            normalise: normalise, normaliseGradient: normaliseGradient,
            attend: { $0.tokens == 4 && $0.headSize == 16 ? attend($0) : plainAttend($0) },
            attendGradient: {
                $0.step.tokens == 4 && $0.step.headSize == 16 ? attendGradient($0) : plainAttendGradient($0)
            },
            gelu: gelu, addRows: addRows)
    }
}

private func plainNormalise<Scalar: NetworkScalar>(_ step: LayerNormStep<Scalar>) {
    for row in 0..<step.rows {
        let start = row * step.stride
        let x = step.input + start
        let count = Scalar(step.width)
        let mean = (0..<step.width).reduce(0) { $0 + x[$1] } / count
        let variance = (0..<step.width).reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / count
        let inverse = 1 / (variance + step.epsilon).squareRoot()
        step.inverseDeviation?[row] = inverse
        for column in 0..<step.stride {
            let n = column < step.width ? (x[column] - mean) * inverse : 0
            step.normalised?[start + column] = n
            step.output[start + column] = n * step.gain[column] + step.shift[column]
        }
    }
}

private func plainNormaliseGradient<Scalar: NetworkScalar>(_ step: LayerNormGradient<Scalar>) {
    for row in 0..<step.rows {
        let start = row * step.stride
        let n = step.normalised + start
        let dy = step.outputGradient + start
        var (mean, slope) = (Scalar.zero, Scalar.zero)
        for column in 0..<step.width {
            mean += dy[column] * step.gain[column] / Scalar(step.width)
            slope += n[column] * dy[column] * step.gain[column] / Scalar(step.width)
            step.gainGradient[column] += n[column] * dy[column]
            step.shiftGradient[column] += dy[column]
        }
        for column in 0..<step.stride {
            let dx =
                column < step.width
                ? (dy[column] * step.gain[column] - mean - n[column] * slope) * step.inverseDeviation[row] : 0
            step.inputGradient[start + column] = (step.residual.map { $0[start + column] } ?? 0) + dx
        }
    }
}

private func plainAttend<Scalar: NetworkScalar>(_ step: AttentionStep<Scalar>) {
    let (tokens, size) = (step.tokens, step.headSize)
    let scale = 1 / Scalar(size).squareRoot()
    forEachHead(step) { head in
        for i in 0..<tokens {
            let p = head.probabilities + i * tokens
            var largest = -Scalar.infinity
            for j in 0..<tokens {
                var score = Scalar.zero
                for e in 0..<size { score += head.query[head.at(i, e)] * head.key[head.at(j, e)] }
                p[j] = score * scale
                largest = max(largest, p[j])
            }
            var sum = Scalar.zero
            for j in 0..<tokens {
                p[j] = Scalar.exponential(p[j] - largest)
                sum += p[j]
            }
            for j in 0..<tokens { p[j] /= sum }
            for e in 0..<size {
                var value = Scalar.zero
                for j in 0..<tokens { value += p[j] * head.value[head.at(j, e)] }
                step.output[head.output + i * step.outputStride + e] = value
            }
        }
    }
}

private func plainAttendGradient<Scalar: NetworkScalar>(_ gradient: AttentionGradient<Scalar>) {
    let step = gradient.step
    let (tokens, size) = (step.tokens, step.headSize)
    let width = step.heads * size
    let scale = 1 / Scalar(size).squareRoot()
    forEachHead(step) { head in
        let dq = gradient.projectionGradient + head.start
        for i in 0..<tokens { for e in 0..<size { for part in 0..<3 { dq[head.at(i, e) + part * width] = 0 } } }
        for i in 0..<tokens {
            let p = head.probabilities + i * tokens
            let dy = gradient.outputGradient + head.output + i * step.outputStride
            func dp(_ j: Int) -> Scalar { (0..<size).reduce(0) { $0 + dy[$1] * head.value[head.at(j, $1)] } }
            let mean = (0..<tokens).reduce(0) { $0 + p[$1] * dp($1) }
            for j in 0..<tokens {
                let ds = p[j] * (dp(j) - mean) * scale
                for e in 0..<size {
                    dq[head.at(i, e)] += ds * head.key[head.at(j, e)]
                    dq[head.at(j, e) + width] += ds * head.query[head.at(i, e)]
                    dq[head.at(j, e) + 2 * width] += p[j] * dy[e]
                }
            }
        }
    }
}

/// One head of one sequence.
private struct PlainHead<Scalar> {
    let query: UnsafePointer<Scalar>
    let key: UnsafePointer<Scalar>
    let value: UnsafePointer<Scalar>
    let probabilities: UnsafeMutablePointer<Scalar>
    /// Where the query of the first token stands in the projections, and the result in the output.
    let start: Int
    let output: Int
    let stride: Int

    /// The place of element `e` of token `i`, from the first token's query, key or value.
    func at(_ i: Int, _ e: Int) -> Int { i * stride + e }
}

private func forEachHead<Scalar>(_ step: AttentionStep<Scalar>, _ body: (PlainHead<Scalar>) -> Void) {
    let width = step.heads * step.headSize
    for sequence in 0..<step.sequences {
        for head in 0..<step.heads {
            let start = sequence * step.tokens * step.projectionStride + head * step.headSize
            let query = step.projections + start
            body(
                PlainHead(
                    query: query, key: query + width, value: query + 2 * width,
                    probabilities: step.probabilities + (sequence * step.heads + head) * step.tokens * step.tokens,
                    start: start, output: sequence * step.tokens * step.outputStride + head * step.headSize,
                    stride: step.projectionStride))
        }
    }
}

private func plainGELU<Scalar: NetworkScalar>(_ step: GELUStep<Scalar>) {
    let root = Scalar(2).squareRoot()
    let densityScale = 1 / (2 * Scalar.pi).squareRoot()
    for i in 0..<step.count {
        let x = step.input[i]
        let factor = step.factors.map { $0[i] } ?? 1
        let distribution = Scalar.complementaryErrorFunction(-x / root) / 2
        step.output[i] = factor * x * distribution
        step.derivative?[i] = factor * (distribution + x * densityScale * Scalar.exponential(-x * x / 2))
    }
}
