/// Means and deviations of numbers over healthy windows: what is usual.
struct Standardisation: Sendable {
    /// The mean of each number.
    let mean: [Float]
    /// The reciprocal of its standard deviation; 0 for a number that never changed, and tells nothing.
    let inverseDeviation: [Float]

    /// Learns from `values`, shape (count, width), count at least 2.
    init(of values: [Float], width: Int) {
        let count = values.count / width
        precondition(count >= 2 && values.count == count * width, "the numbers of at least two windows")
        var means = [Double](repeating: 0, count: width)
        var squares = means
        for (place, value) in values.enumerated() { means[place % width] += Double(value) / Double(count) }
        for (place, value) in values.enumerated() {
            let distance = Double(value) - means[place % width]
            squares[place % width] += distance * distance / Double(count - 1)
        }
        mean = means.map { Float($0) }
        // What is constant but for rounding must not be divided by its rounding.
        let largest = squares.max() ?? 0
        inverseDeviation = squares.map { $0 > largest * 1e-12 ? Float(1 / $0.squareRoot()) : 0 }
    }
}
