import VectorMath

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Rows most of whose numbers are 0.
struct SparseRows: Sendable {
    /// The numbers of a row.
    let width: Int
    /// Where each row begins in `places` and `values`; one more than there are rows.
    private(set) var starts = [0]
    private(set) var places: [Int] = []
    private(set) var values: [Double] = []

    /// No rows of `width` numbers.
    init(width: Int) {
        self.width = width
    }

    /// The number of rows.
    var count: Int { starts.count - 1 }

    /// Adds a number to the row that is not finished; places rise within a row.
    mutating func append(_ place: Int, _ value: Double) {
        places.append(place)
        values.append(value)
    }

    /// Ends a row.
    mutating func finishRow() { starts.append(places.count) }
}

/// Logistic regression with weights and a quadratic penalty, by Newton's method.
///
/// Minimises Σ w · (log(1 + exp(z)) − y · z) + Σw / 2 · bᵀ P b with z = a + x · b; the intercept a is free.
struct PenalisedLogistic {
    /// A number of P's lower triangle.
    struct Entry: Sendable {
        var row: Int
        var column: Int
        var value: Double
    }

    /// What came of it.
    struct Fit {
        var coefficients: [Double]
        var intercept: Double
    }

    private static let mostSteps = 100
    private static let tolerance = 1e-6
    /// Rows are summed in so many parts, whatever the number of threads: the sums do not depend on it.
    private static let parts = 16

    private let rows: SparseRows
    private let targets: [Double]
    private let weights: [Double]
    private let penalty: [Entry]
    /// The coefficients, then the intercept.
    private let size: Int

    /// - Precondition: a target and a weight for each row.
    init(rows: SparseRows, targets: [Double], weights: [Double], penalty: [Entry]) {
        precondition(targets.count == rows.count && weights.count == rows.count, "a target and a weight for each row")
        self.rows = rows
        self.targets = targets
        self.weights = weights
        let total = weights.reduce(0, +)
        self.penalty = penalty.map { Entry(row: $0.row, column: $0.column, value: $0.value * total) }
        size = rows.width + 1
    }

    /// Finds the minimum. The same rows give the same bits, whatever the threads.
    func fit(pool: WorkerPool) -> Fit {
        var solution = [Double](repeating: 0, count: size)
        var best = loss(solution)
        for _ in 0..<PenalisedLogistic.mostSteps {
            var (gradient, hessian) = slopeAndCurvature(at: solution, pool: pool)
            guard solve(&hessian, &gradient) else { break }
            var next = zip(solution, gradient).map { $0 - $1 }
            var nextLoss = loss(next)
            for _ in 0..<40 where !(nextLoss <= best) {
                for place in gradient.indices { gradient[place] /= 2 }
                next = zip(solution, gradient).map { $0 - $1 }
                nextLoss = loss(next)
            }
            guard nextLoss <= best else { break }
            solution = next
            best = nextLoss
            if gradient.allSatisfy({ abs($0) <= PenalisedLogistic.tolerance }) { break }
        }
        return Fit(coefficients: Array(solution.dropLast()), intercept: solution[size - 1])
    }

    @inline(__always)
    private func logOdds(_ row: Int, _ solution: UnsafeBufferPointer<Double>) -> Double {
        var sum = solution[size - 1]
        for index in rows.starts[row]..<rows.starts[row + 1] {
            sum += rows.values[index] * solution[rows.places[index]]
        }
        return sum
    }

    private func loss(_ solution: [Double]) -> Double {
        var sum = 0.0
        for entry in penalty {
            let product = entry.value * solution[entry.row] * solution[entry.column]
            sum += entry.row == entry.column ? product / 2 : product
        }
        return solution.withUnsafeBufferPointer { solution in
            for row in 0..<rows.count {
                let z = logOdds(row, solution)
                let softplus = z > 0 ? z + log1p(exp(-z)) : log1p(exp(z))
                sum += weights[row] * (softplus - targets[row] * z)
            }
            return sum
        }
    }

    /// The gradient, and the lower triangle of the Hessian, shape (size, size).
    private func slopeAndCurvature(
        at solution: [Double], pool: WorkerPool
    ) -> (gradient: [Double], hessian: [Double]) {
        let parts = PenalisedLogistic.parts
        // One gradient and one Hessian for each part, end to end.
        let room = size + size * size
        var sums = [Double](repeating: 0, count: parts * room)
        sums.withUnsafeMutableBufferPointer { sums in
            let place = Sums(base: sums)
            pool.run(tasks: parts) { part in
                let range = part * rows.count / parts..<(part + 1) * rows.count / parts
                solution.withUnsafeBufferPointer {
                    add(
                        range, at: $0,
                        to: UnsafeMutableBufferPointer(rebasing: place.base[part * room..<(part + 1) * room]))
                }
            }
            for part in 1..<parts { for index in 0..<room { sums[index] += sums[part * room + index] } }
            for entry in penalty {
                sums[entry.row] += entry.value * solution[entry.column]
                if entry.row != entry.column { sums[entry.column] += entry.value * solution[entry.row] }
                sums[size + entry.row * size + entry.column] += entry.value
            }
        }
        return (Array(sums[..<size]), Array(sums[size..<room]))
    }

    /// Memory whose parts threads write to, each its own.
    private struct Sums: @unchecked Sendable {
        let base: UnsafeMutableBufferPointer<Double>
    }

    private func add(
        _ range: Range<Int>, at solution: UnsafeBufferPointer<Double>, to sums: UnsafeMutableBufferPointer<Double>
    ) {
        rows.places.withUnsafeBufferPointer { places in
            rows.values.withUnsafeBufferPointer { values in
                for row in range {
                    let z = logOdds(row, solution)
                    let power = exp(-abs(z))
                    let p = z > 0 ? 1 / (1 + power) : power / (1 + power)
                    let slack = weights[row] * (p - targets[row])
                    let curvature = weights[row] * p * (1 - p)
                    let start = rows.starts[row]
                    let last = size + (size - 1) * size
                    for index in start..<rows.starts[row + 1] {
                        sums[places[index]] += slack * values[index]
                        let scaled = curvature * values[index]
                        let line = size + places[index] * size
                        for other in start...index { sums[line + places[other]] += scaled * values[other] }
                        sums[last + places[index]] += scaled
                    }
                    sums[size - 1] += slack
                    sums[last + size - 1] += curvature
                }
            }
        }
    }

    /// Solves H x = b in place by Cholesky's decomposition.
    ///
    /// - Parameters:
    ///   - hessian: the lower triangle of H; its decomposition afterwards.
    ///   - vector: b, then x.
    /// - Returns: false when H is not positive definite.
    private func solve(_ hessian: inout [Double], _ vector: inout [Double]) -> Bool {
        let size = size
        return hessian.withUnsafeMutableBufferPointer { h in
            for row in 0..<size {
                for column in 0...row {
                    var sum = h[row * size + column]
                    for k in 0..<column { sum -= h[row * size + k] * h[column * size + k] }
                    if row == column {
                        guard sum > 0 else { return false }
                        h[row * size + row] = sum.squareRoot()
                    } else {
                        h[row * size + column] = sum / h[column * size + column]
                    }
                }
            }
            for row in 0..<size {
                for k in 0..<row { vector[row] -= h[row * size + k] * vector[k] }
                vector[row] /= h[row * size + row]
            }
            for row in (0..<size).reversed() {
                for k in row + 1..<size { vector[row] -= h[k * size + row] * vector[k] }
                vector[row] /= h[row * size + row]
            }
            return true
        }
    }
}
