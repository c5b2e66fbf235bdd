import Kernels

/// The network kernels as plain loops: the definition that the fast ones are tested against.
public func plainNetworkKernels<Scalar: NetworkScalar>(_: Scalar.Type = Scalar.self) -> NetworkKernels<Scalar> {
    NetworkKernels(
        lanes: 1, padding: 1, panel: 1, multiply: plainMultiply, step: plainStep, project: plainProject,
        stepGradient: plainStepGradient, adam: plainAdam, dropout: plainDropout,
        products: { left, right, result, count in for i in 0..<count { result[i] = left[i] * right[i] } },
        addProducts: { values, factors, sums, count in
            for i in 0..<count { sums[i] += values[i] * (factors.map { $0[i] } ?? 1) }
        })
}

private func plainMultiply<Scalar: NetworkScalar>(_ product: MatrixProduct<Scalar>) {
    for row in 0..<product.rows {
        for column in 0..<product.columns {
            var sum = product.initial.map { $0[row * product.initialRowStride + column] } ?? 0
            for k in 0..<product.depth {
                let right =
                    if let stride = product.rightRowStride {
                        product.right[k * stride + column]
                    } else {
                        product.right[column * product.depth + k]
                    }
                sum += product.left[row * product.leftRowStride + k * product.leftDepthStride] * right
            }
            product.result[row * product.resultRowStride + column] = sum
        }
    }
}

private func plainSigmoid<Scalar: NetworkScalar>(_ x: Scalar) -> Scalar {
    1 / (1 + Scalar.exponential(-x))
}

/// Σ w x over `depth` terms for the four gates of one unit.
private func gateSums<Scalar: NetworkScalar>(
    _ weights: UnsafePointer<Scalar>, _ input: UnsafePointer<Scalar>, depth: Int
) -> GateSums<Scalar> {
    var sums = GateSums<Scalar>()
    for k in 0..<depth {
        for gate in 0..<4 { sums[gate] += weights[4 * k + gate] * input[k] }
    }
    return sums
}

private struct GateSums<Scalar: NetworkScalar> {
    var i: Scalar = 0
    var f: Scalar = 0
    var g: Scalar = 0
    var o: Scalar = 0

    subscript(gate: Int) -> Scalar {
        get { gate == 0 ? i : gate == 1 ? f : gate == 2 ? g : o }
        set {
            switch gate {
            case 0: i = newValue
            case 1: f = newValue
            case 2: g = newValue
            default: o = newValue
            }
        }
    }
}

private func plainStep<Scalar: NetworkScalar>(_ step: LSTMStep<Scalar>) {
    for row in 0..<step.rows {
        for unit in 0..<step.units {
            let sums = gateSums(
                step.weights + unit * step.terms * 4, step.hidden + row * step.units, depth: step.terms)
            let initial = step.initial + row * 4 * step.units + unit
            func sum(_ gate: Int) -> Scalar { initial[gate * step.units] + sums[gate] }
            let i = plainSigmoid(sum(0))
            let f = plainSigmoid(sum(1))
            let g = Scalar.hyperbolicTangent(sum(2))
            let o = plainSigmoid(sum(3))
            let at = row * step.units + unit
            let cell = f * step.cell[at] + i * g
            let cellTanh = Scalar.hyperbolicTangent(cell)
            step.nextCell[at] = cell
            step.nextHidden[at] = o * cellTanh
            if let gates = step.gates, let saved = step.cellTanh {
                let gate = gates + row * step.gateStride + unit
                gate[0] = i
                gate[step.units] = f
                gate[2 * step.units] = g
                gate[3 * step.units] = o
                saved[at] = cellTanh
            }
        }
    }
}

private func plainProject<Scalar: NetworkScalar>(_ projection: LSTMProjection<Scalar>) {
    for row in 0..<projection.rows {
        for unit in 0..<projection.units {
            let sums = gateSums(
                projection.weights + unit * projection.terms * 4, projection.input + row * projection.inputStride,
                depth: projection.terms)
            for gate in 0..<4 {
                let at = gate * projection.units + unit
                projection.result[row * 4 * projection.units + at] = projection.bias[at] + sums[gate]
            }
        }
    }
}

private func plainStepGradient<Scalar: NetworkScalar>(_ step: LSTMStepGradient<Scalar>) {
    let units = step.units
    for row in 0..<step.rows {
        for unit in 0..<units {
            let at = row * units + unit
            let gate = step.gates + row * step.gateStride + unit
            let (i, f, g, o) = (gate[0], gate[units], gate[2 * units], gate[3 * units])
            let cellTanh = step.cellTanh[at]
            let dHidden = step.hiddenGradient[at]
            let dCell = step.cellGradient[at] + dHidden * o * (1 - cellTanh * cellTanh)
            gate[0] = dCell * g * i * (1 - i)
            gate[units] = dCell * step.cell[at] * f * (1 - f)
            gate[2 * units] = dCell * i * (1 - g * g)
            gate[3 * units] = dHidden * cellTanh * o * (1 - o)
            step.cellGradient[at] = dCell * f
            for index in 0..<4 { step.biasGradient[index * units + unit] += gate[index * units] }
        }
    }
}

private func plainAdam<Scalar: NetworkScalar>(_ step: AdamStep<Scalar>) {
    for i in 0..<step.count {
        let gradient = step.gradient[i] + step.weightDecay * step.parameters[i]
        step.firstMoment[i] += step.firstShare * (gradient - step.firstMoment[i])
        step.secondMoment[i] += step.secondShare * (gradient * gradient - step.secondMoment[i])
        let denominator = step.secondMoment[i].squareRoot() * step.rootScale + step.epsilon
        step.parameters[i] -= step.stepSize * step.firstMoment[i] / denominator
    }
}

private func plainDropout<Scalar: NetworkScalar>(_ mask: DropoutMask<Scalar>) {
    let random = CounterRandom(seed: mask.seed, stream: mask.stream)
    for e in 0..<mask.count {
        let word = random.block(at: UInt64(16 * (e / 128) + e % 16))[e % 128 / 32]
        let half = UInt16(truncatingIfNeeded: e % 32 < 16 ? word : word >> 16)
        mask.factors[e] = half < mask.threshold ? 0 : mask.factor
    }
}
