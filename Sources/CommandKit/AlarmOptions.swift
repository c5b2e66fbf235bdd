import ArgumentParser
import SensorData

/// When scored records amount to an alarm.
public struct AlarmOptions: ParsableArguments {
    /// The policy's first part.
    @Option(
        name: .long,
        help: ArgumentHelp("Raise an alarm at K records called anomalous among the last N.", valueName: "k/n"))
    public var alarm: String?

    /// Nothing set.
    public init() {}
}

extension Settings {
    /// Puts the options above the section `alarm`.
    public mutating func override(with options: AlarmOptions) {
        override("alarm.records", with: options.alarm, from: "--alarm")
    }

    /// Reads the section `alarm`.
    ///
    /// - Returns: nil when `alarm.records` is `none`.
    /// - Throws: `UsageError` naming file, line and key.
    public func alarmPolicy() throws -> AlarmPolicy? {
        let text = try string("alarm.records")
        // Without a policy the rest of the section must be sound too: what is wrong in it is not to show later.
        let hysteresis = try double("alarm.hysteresis", in: 0...1)
        let clear = try int("alarm.clear", in: 1...1_000_000)
        let cooldown = try int("alarm.cooldown", in: 0...1_000_000)
        if text == "none" { return nil }
        guard var policy = AlarmPolicy(text) else {
            throw fault("alarm.records", expected: "K/N with 1 <= K <= N <= \(AlarmPolicy.longestSpan), as in 3/5")
        }
        policy.hysteresis = hysteresis
        policy.clear = clear
        policy.cooldown = cooldown
        return policy
    }
}
