import Kernels
import Testing
import VectorMath

/// Numbers from [−1, 1).
func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = CounterRandom(seed: seed)
    return (0..<count).map { _ in Double(2 * random.uniform() - 1 as Float) }
}

func buffer<Scalar: NetworkScalar>(_ values: [Double], as _: Scalar.Type) -> AlignedBuffer<Scalar> {
    AlignedBuffer(values.map { Scalar($0) })
}

/// The largest difference between the two.
func distance(_ values: AlignedBuffer<Float>, _ exact: AlignedBuffer<Double>) -> Double {
    zip(values.values, exact.values).map { abs(Double($0) - $1) }.reduce(0, max)
}

/// Every kernel of every level against the plain loops in Double.
@Suite struct NetworkKernelTests {
    private let plain = plainNetworkKernels(Double.self)

    @Test(arguments: usableLevels, [1, 16, 37])
    func elements(level: CPULevel, count: Int) {
        func run<Scalar: NetworkScalar>(_ kernels: NetworkKernels<Scalar>) -> [AlignedBuffer<Scalar>] {
            let (a, b) = (
                buffer(numbers(count, seed: 1), as: Scalar.self), buffer(numbers(count, seed: 2), as: Scalar.self)
            )
            let product = AlignedBuffer<Scalar>(count)
            let sums = buffer(numbers(count, seed: 3), as: Scalar.self)
            kernels.products(a.pointer, b.pointer, product.pointer, count)
            kernels.addProducts(a.pointer, b.pointer, sums.pointer, count)
            kernels.addProducts(a.pointer, nil, sums.pointer, count)
            return withExtendedLifetime((a, b)) { [product, sums] }
        }
        for (fast, exact) in zip(run(kernelTable(of: level).network), run(plain)) {
            #expect(distance(fast, exact) <= 5e-6)
        }
    }

    @Test(
        arguments: usableLevels,
        [(1, 5, 16), (3, 17, 32), (8, 130, 64), (9, 64, 48), (13, 1, 16), (17, 150, 112), (25, 65, 16)])
    func packedProduct(level: CPULevel, size: (rows: Int, depth: Int, columns: Int)) {
        let (rows, depth, columns) = size
        let left = numbers(rows * depth, seed: 1)
        let right = numbers(depth * columns, seed: 2)
        let bias = numbers(columns, seed: 3)
        func product<Scalar: NetworkScalar>(_ kernels: NetworkKernels<Scalar>, first: Int, rows: Int) -> AlignedBuffer<
            Scalar
        > {
            let a = buffer(left, as: Scalar.self)
            let b = buffer(right, as: Scalar.self)
            let packed = AlignedBuffer<Scalar>(depth * columns)
            kernels.packPanels(
                b.pointer, depth: depth, rowStride: columns, columnStride: 1, width: columns, columns: columns,
                into: packed.pointer)
            let initial = buffer(bias, as: Scalar.self)
            let result = AlignedBuffer<Scalar>(rows * columns)
            kernels.multiply(
                MatrixProduct(
                    rows: rows, depth: depth, columns: columns, left: a.pointer + first * depth, leftRowStride: depth,
                    packedRight: packed.pointer, initial: initial.pointer, initialRowStride: 0, result: result.pointer,
                    resultRowStride: columns))
            return withExtendedLifetime((a, b, packed, initial)) { result }
        }
        let kernels = kernelTable(of: level).network
        let whole = product(kernels, first: 0, rows: rows)
        #expect(distance(whole, product(plain, first: 0, rows: rows)) < 2e-6 * Double(depth).squareRoot())
        // A row's result does not depend on its neighbours, to the bit.
        for row in 0..<rows {
            #expect(
                product(kernels, first: row, rows: 1).values[...] == whole.values[row * columns..<(row + 1) * columns])
        }
    }

    @Test(arguments: usableLevels, [(5, 1, 16), (20, 33, 32), (256, 64, 48), (27, 200, 112)])
    func transposedProductAccumulates(level: CPULevel, size: (rows: Int, depth: Int, columns: Int)) {
        let (rows, depth, columns) = size
        func product<Scalar: NetworkScalar>(_ kernels: NetworkKernels<Scalar>) -> AlignedBuffer<Scalar> {
            let a = buffer(numbers(depth * rows, seed: 4), as: Scalar.self)
            let b = buffer(numbers(depth * columns, seed: 5), as: Scalar.self)
            let result = buffer(numbers(rows * columns, seed: 6), as: Scalar.self)
            kernels.multiply(
                MatrixProduct(
                    accumulating: result.pointer, resultRowStride: columns, rows: rows, depth: depth, columns: columns,
                    transposedLeft: a.pointer, leftStride: rows, right: b.pointer, rightStride: columns))
            return withExtendedLifetime((a, b)) { result }
        }
        #expect(distance(product(kernelTable(of: level).network), product(plain)) < 2e-6 * Double(depth).squareRoot())
    }

    @Test(arguments: usableLevels, [1, 3, 4, 8, 11, 16])
    func stepForwardAndBack(level: CPULevel, rows: Int) {
        let (inputs, units) = (7, 32)
        struct Outcome<Scalar: NetworkScalar> {
            var buffers: [AlignedBuffer<Scalar>]
        }
        func run<Scalar: NetworkScalar>(_ kernels: NetworkKernels<Scalar>, first: Int, rows: Int) -> Outcome<Scalar> {
            func shared(_ width: Int, _ seed: UInt64) -> AlignedBuffer<Scalar> {
                let all = numbers(16 * width, seed: seed)
                return buffer(Array(all[first * width..<(first + rows) * width]), as: Scalar.self)
            }
            let inputWeights = buffer(numbers(4 * units * inputs, seed: 7), as: Scalar.self)
            let hiddenWeights = buffer(numbers(4 * units * units, seed: 8), as: Scalar.self)
            let bias = buffer(numbers(4 * units, seed: 9), as: Scalar.self)
            let packedInput = AlignedBuffer<Scalar>(4 * units * inputs)
            let packedHidden = AlignedBuffer<Scalar>(4 * units * units)
            kernels.packGates(inputWeights.pointer, terms: inputs, units: units, into: packedInput.pointer)
            kernels.packGates(hiddenWeights.pointer, terms: units, units: units, into: packedHidden.pointer)
            let (x, h, c) = (shared(inputs, 10), shared(units, 11), shared(units, 12))
            let (nextCell, nextHidden) = (AlignedBuffer<Scalar>(rows * units), AlignedBuffer<Scalar>(rows * units))
            let (z, gates) = (AlignedBuffer<Scalar>(rows * 4 * units), AlignedBuffer<Scalar>(rows * 4 * units))
            let cellTanh = AlignedBuffer<Scalar>(rows * units)
            kernels.project(
                LSTMProjection(
                    rows: rows, units: units, weights: packedInput.pointer, terms: inputs, input: x.pointer,
                    inputStride: inputs, bias: bias.pointer, result: z.pointer))
            kernels.step(
                LSTMStep(
                    rows: rows, units: units, weights: packedHidden.pointer, terms: units, hidden: h.pointer,
                    initial: z.pointer, cell: c.pointer, nextCell: nextCell.pointer, nextHidden: nextHidden.pointer,
                    gates: gates.pointer, gateStride: 4 * units, cellTanh: cellTanh.pointer))
            let (cellGradient, hiddenGradient) = (shared(units, 13), shared(units, 15))
            let biasGradient = buffer(numbers(4 * units, seed: 14), as: Scalar.self)
            kernels.stepGradient(
                LSTMStepGradient(
                    rows: rows, units: units, gates: gates.pointer, gateStride: 4 * units, cell: c.pointer,
                    cellTanh: cellTanh.pointer, hiddenGradient: hiddenGradient.pointer,
                    cellGradient: cellGradient.pointer, biasGradient: biasGradient.pointer))
            return withExtendedLifetime((inputWeights, hiddenWeights, bias, packedInput, packedHidden, z, cellTanh)) {
                withExtendedLifetime((x, h, c, hiddenGradient)) {
                    Outcome(buffers: [nextCell, nextHidden, gates, cellGradient, biasGradient])
                }
            }
        }
        let kernels = kernelTable(of: level).network
        let whole = run(kernels, first: 0, rows: rows)
        for (fast, exact) in zip(whole.buffers, run(plain, first: 0, rows: rows).buffers) {
            #expect(distance(fast, exact) < 1e-5)
        }
        for row in 0..<rows {
            let alone = run(kernels, first: row, rows: 1)
            for (alone, whole) in zip(alone.buffers, whole.buffers).prefix(4) {
                let same = alone.values[...] == whole.values[row * alone.count..<(row + 1) * alone.count]
                #expect(same)
            }
        }
    }

    @Test(arguments: usableLevels)
    func adamSteps(level: CPULevel) {
        let count = 37
        func run<Scalar: NetworkScalar>(_ kernels: NetworkKernels<Scalar>) -> [AlignedBuffer<Scalar>] {
            let buffers = (0..<4).map { buffer(numbers(count, seed: 20 + $0).map { abs($0) }, as: Scalar.self) }
            kernels.adam(
                AdamStep(
                    count: count, parameters: buffers[0].pointer, gradient: buffers[1].pointer,
                    firstMoment: buffers[2].pointer, secondMoment: buffers[3].pointer, weightDecay: 0.01,
                    firstShare: 0.1, secondShare: 0.001, stepSize: 0.002, rootScale: 1.5, epsilon: 1e-8))
            return buffers
        }
        for (fast, exact) in zip(run(kernelTable(of: level).network), run(plain)) {
            #expect(distance(fast, exact) < 1e-6)
        }
    }

    @Test(arguments: usableLevels, [1, 16, 100, 1000])
    func dropoutDrawsTheSameOnEveryLevel(level: CPULevel, count: Int) {
        func run<Scalar: NetworkScalar>(_ kernels: NetworkKernels<Scalar>) -> [Double] {
            let factors = AlignedBuffer<Scalar>(count)
            kernels.dropout(
                DropoutMask(
                    count: count, factors: factors.pointer, threshold: UInt16(0.2 * 0x1p16), factor: 1.25, seed: 5,
                    stream: 1 << 40))
            return factors.values.map { Double($0) }
        }
        let factors = run(kernelTable(of: level).network)
        #expect(factors == run(plain))
        if count == 1000 { #expect((150...250).contains(factors.count { $0 == 0 })) }
    }
}
