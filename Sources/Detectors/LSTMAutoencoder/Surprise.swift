#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How surprising it is, beside healthy windows, what a network makes of a window.
///
/// The evidence of a window is a vector: each column's mean residual over the last of the judged rows, and the network's
/// code of the window where it has one. Standardised by healthy windows to u, it has the error mean log(1 + u²): up to
/// constants the negative log-likelihood of independent Cauchy variables, under which many moderate departures, as wear
/// makes them, count for more than a single wild one. The mean squared error sees neither the sign of residuals, which
/// noise lacks and wear has, nor the code.
public struct Surprise: Sendable {
    /// The residuals' rows, counted from a window's last.
    public let rows: Int
    /// The mean of each number of the evidence over healthy windows.
    let mean: [Float]
    /// The reciprocal of its standard deviation; 0 for a number that never changed, and tells nothing.
    let inverseDeviation: [Float]

    /// Learns what is usual.
    ///
    /// - Parameters:
    ///   - evidence: of healthy windows, shape (count, width), count at least 2.
    ///   - rows: the residuals' rows.
    init(learnedFrom evidence: [Float], width: Int, rows: Int) {
        let usual = Standardisation(of: evidence, width: width)
        self.rows = rows
        mean = usual.mean
        inverseDeviation = usual.inverseDeviation
    }

    /// Reads what `tensors` gives.
    ///
    /// - Throws: `BundleError` when a tensor is missing, of another shape or impossible.
    init(_ tensors: [String: Tensor], width: Int, rows: Int) throws {
        mean = try tensors.tensor(Surprise.meanName, .float32, shape: [width]).floats ?? []
        inverseDeviation = try tensors.tensor(Surprise.inverseName, .float32, shape: [width]).floats ?? []
        guard mean.allSatisfy(\.isFinite), inverseDeviation.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw BundleError("tensor '\(Surprise.meanName)' or '\(Surprise.inverseName)' holds an impossible number")
        }
        self.rows = rows
    }

    private static let meanName = "surprise.mean"
    private static let inverseName = "surprise.inverse_deviation"
    /// The names of `tensors`.
    static let names: Set<String> = [meanName, inverseName]

    /// What a bundle keeps.
    var tensors: [String: Tensor] {
        [Surprise.meanName: Tensor(mean), Surprise.inverseName: Tensor(inverseDeviation)]
    }

    /// The errors of windows and the shares of their columns, which the code has no part in.
    ///
    /// - Parameters:
    ///   - evidence: shape (count, width).
    ///   - columns: how many numbers of a window's evidence are residuals; they come first.
    func judge(_ evidence: [Float], columns: Int) -> (errors: [Double], contributions: [Double]) {
        let width = mean.count
        let count = evidence.count / width
        var errors = [Double](repeating: 0, count: count)
        var shares = [Double](repeating: 0, count: count * columns)
        for window in 0..<count {
            var sum = 0.0
            var columnSum = 0.0
            for place in 0..<width {
                let u = Double(evidence[window * width + place] - mean[place]) * Double(inverseDeviation[place])
                let term = log1p(u * u)
                sum += term
                guard place < columns else { continue }
                columnSum += term
                shares[window * columns + place] = term
            }
            errors[window] = sum / Double(width)
            for place in window * columns..<(window + 1) * columns {
                shares[place] = columnSum > 0 ? shares[place] / columnSum : 1 / Double(columns)
            }
        }
        return (errors, shares)
    }
}
