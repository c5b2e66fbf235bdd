#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One direction of a plot: what it measures and from where to where.
struct Axis {
    /// What it measures, with its unit.
    var title: String
    /// The values at both ends; the first may be the greater.
    var start: Double
    var end: Double
    /// The values that are marked.
    var ticks: [Double]
    /// The decimals of their labels.
    var decimals: Int

    /// An axis from `start` to `end` with about `count` ticks at round numbers.
    init(_ title: String, from start: Double, to end: Double, ticks count: Int = 5) {
        self.title = title
        self.start = start
        self.end = end
        let span = abs(end - start)
        let low = min(start, end)
        guard span > 0, span.isFinite, low.isFinite else {
            ticks = [start]
            decimals = 2
            return
        }
        let step = Axis.roundStep(span / Double(max(count, 1)))
        decimals = max(0, -Int(floor(log10(step) + 1e-9)))
        let first = (low / step - 1e-9).rounded(.up)
        ticks = (0...(4 * count + 4)).map { (first + Double($0)) * step }.filter { $0 <= low + span * (1 + 1e-9) }
    }

    /// An axis of shares, from 0 to 1.
    static func share(_ title: String) -> Axis { Axis(title, from: 0, to: 1) }

    /// An axis that holds all of `values` with a little room.
    static func around(_ title: String, _ values: some Sequence<Double>, ticks: Int = 5) -> Axis {
        var low = Double.infinity
        var high = -Double.infinity
        for value in values {
            low = min(low, value)
            high = max(high, value)
        }
        guard low <= high else { return .share(title) }
        let room = high > low ? (high - low) * 0.04 : max(abs(high) * 0.1, 0.1)
        return Axis(title, from: low - room, to: high + room, ticks: ticks)
    }

    /// Where `value` lies between `start` (0) and `end` (1).
    func place(_ value: Double) -> Double {
        start == end ? 0.5 : (value - start) / (end - start)
    }

    /// 1, 2 or 5 times a power of ten, not below `size` by more than a fifth.
    private static func roundStep(_ size: Double) -> Double {
        let power = pow(10, floor(log10(size)))
        for factor in [1.0, 2, 5] where factor * power >= size * 0.8 { return factor * power }
        return 10 * power
    }
}
