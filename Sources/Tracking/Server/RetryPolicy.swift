#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// When a call that failed for a passing reason is made again: after delays that double, each shortened by chance so that
/// clients that failed together do not come back together.
public struct RetryPolicy: Sendable {
    /// How often a call is made at most.
    public var attempts = 8
    /// The delay after the first failure.
    public var firstDelay: Duration = .milliseconds(500)
    /// The longest delay, unless the server asks for a longer one.
    public var longestDelay: Duration = .seconds(8)
    /// How long all attempts together may take. Of the transfer of a file only what follows its first failure counts.
    public var budget: Duration = .seconds(30)

    /// As MLflow's own clients have it, but for the budget.
    public init() {}

    /// How long to wait after the failure of attempt `number`, from 1.
    func delay(after number: Int) -> Duration {
        var delay = firstDelay
        for _ in 1..<max(1, number) where delay < longestDelay { delay *= 2 }
        return min(delay, longestDelay) * Double.random(in: 0.5...1)
    }
}

/// Why one attempt at a call failed.
struct AttemptFailure: Error {
    /// What is wrong, for whoever called.
    var error: TrackingError
    /// Whether the same attempt may succeed later.
    var mayPass = false
    /// How long the server asks to be left alone.
    var retryAfter: Duration?
    /// MLflow's name of the error; empty when the answer was not MLflow's.
    var code = ""

    /// Says what was wrong.
    init(_ error: TrackingError) {
        self.error = error
    }
}

extension RetryPolicy {
    /// What the budget counts.
    enum Clock {
        /// All time.
        case fromStart
        /// The time since the first failure.
        case fromFailure
    }

    /// Calls `body` until it succeeds, fails for good, or has failed too often or too long.
    ///
    /// - Parameter body: gets how much of the budget is left.
    func run<Value>(
        _ clock: Clock, _ body: (_ left: Duration) throws(AttemptFailure) -> Value
    ) throws(TrackingError) -> Value {
        var start = ContinuousClock.now
        var number = 0
        while true {
            let failure: AttemptFailure
            do {
                return try body(budget - (ContinuousClock.now - start))
            } catch {
                failure = error
            }
            number += 1
            if number == 1, clock == .fromFailure { start = .now }
            guard failure.mayPass else { throw failure.error }
            let delay = failure.retryAfter ?? delay(after: number)
            guard number < attempts, ContinuousClock.now - start + delay < budget else {
                throw failure.error.afterAttempts(number)
            }
            sleep(for: delay)
        }
    }

    private func sleep(for delay: Duration) {
        let (seconds, attoseconds) = delay.components
        var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        withUnsafeMutablePointer(to: &rest) { rest in
            while nanosleep(rest, rest) != 0, errno == EINTR {}
        }
    }
}

extension TrackingError {
    /// The same error, which came every time.
    fileprivate func afterAttempts(_ count: Int) -> TrackingError {
        guard count > 1, case .unavailable(let text) = self else { return self }
        return .unavailable("\(text) (\(count) attempts)")
    }
}
