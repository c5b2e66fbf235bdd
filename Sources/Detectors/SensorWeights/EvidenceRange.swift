/// From where to where each number of the evidence went in the lessons; a value beyond is taken for the end.
///
/// The functions of the evidence are straight lines beyond their outermost knots. One sensor that reads nonsense would carry
/// such a line as far as it likes, and outvote all others: the lessons tell nothing of what lies beyond them.
struct EvidenceRange: Sendable, Equatable {
    /// The least value of each number.
    let low: [Float]
    /// The greatest value of each number.
    let high: [Float]

    /// The range of `evidence`, shape (count, width), count at least 1.
    init(of evidence: [Float], width: Int) {
        var low = [Float](repeating: .infinity, count: width)
        var high = [Float](repeating: -.infinity, count: width)
        for (index, value) in evidence.enumerated() {
            low[index % width] = min(low[index % width], value)
            high[index % width] = max(high[index % width], value)
        }
        self.low = low
        self.high = high
    }

    /// Any number: of weights that do not tell their range.
    init(unlimited width: Int) {
        low = [Float](repeating: -.infinity, count: width)
        high = [Float](repeating: .infinity, count: width)
    }

    /// Takes both ends.
    ///
    /// - Throws: `BundleError` unless they are finite and in order.
    init(low: [Float], high: [Float]) throws {
        guard zip(low, high).allSatisfy({ $0.isFinite && $1.isFinite && $0 <= $1 }) else {
            throw BundleError("the range of the evidence is impossible; expected finite numbers, the low ones first")
        }
        self.low = low
        self.high = high
    }

    /// Whether there are ends.
    var isKnown: Bool { low.allSatisfy(\.isFinite) }

    /// `value`, or the end that it lies beyond.
    @inline(__always)
    func clamped(_ place: Int, _ value: Float) -> Float {
        value < low[place] ? low[place] : value > high[place] ? high[place] : value
    }
}
