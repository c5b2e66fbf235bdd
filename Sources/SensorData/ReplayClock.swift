#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lets events happen at an even pace on the monotonic clock, without drift: event `n` is due `n` periods after the first.
public struct ReplayClock {
    private let period: Double
    private var first: Double?
    private var count = 0

    /// - Parameter period: seconds from one event to the next.
    public init(period: Double) {
        self.period = period
    }

    /// Returns when the next event is due; the first is due at once.
    public mutating func waitForNext() {
        let now = ReplayClock.now()
        let due = (first ?? now) + Double(count) * period
        if first == nil { first = now }
        count += 1
        var left = due - now
        while left > 0 {
            // A wait may be longer than the system can be asked for at once.
            left = min(left, 3600)
            let whole = left.rounded(.down)
            var pause = timespec(tv_sec: Int(whole), tv_nsec: Int((left - whole) * 1e9))
            nanosleep(&pause, nil)
            left = due - ReplayClock.now()
        }
    }

    /// Seconds on the monotonic clock.
    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
