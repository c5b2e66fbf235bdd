/// Where one unit stands under an alarm policy: a few numbers that continue it.
public struct AlarmTrack: Equatable, Sendable {
    /// What a record did.
    public enum Event: String, Equatable, Sendable, CaseIterable {
        /// It raised a new alarm.
        case raised
        /// An alarm stands; after a cool-down it may be the one before, taken up again.
        case standing
        /// It ended the alarm.
        case ended
    }

    /// The last records' calls, the newest in the lowest bit; empty after an episode.
    private var calls: UInt64 = 0
    /// Whether an alarm stands.
    public private(set) var isStanding = false
    /// Records in a row that did not hold the standing alarm.
    private var quiet = 0
    /// Records since the last episode ended; nil before the first.
    private var sinceEnd: Int?

    /// Nothing has happened.
    public init() {}

    /// Takes the next record.
    ///
    /// - Parameters:
    ///   - isCalled: whether it is called anomalous.
    ///   - holds: whether its score keeps up a standing alarm (`AlarmPolicy.holds`).
    /// - Returns: what it did; nil while no alarm stands.
    public mutating func take(isCalled: Bool, holds: Bool, policy: AlarmPolicy) -> Event? {
        if isStanding {
            quiet = isCalled || holds ? 0 : quiet + 1
            guard quiet >= policy.clear else { return .standing }
            isStanding = false
            sinceEnd = 0
            calls = 0
            return .ended
        }
        sinceEnd = sinceEnd.map { $0 < Int.max ? $0 + 1 : $0 }
        calls = calls << 1 | (isCalled ? 1 : 0)
        let inSpan = policy.span == 64 ? calls : calls & (1 << UInt64(policy.span) - 1)
        guard isCalled, inSpan.nonzeroBitCount >= policy.required else { return nil }
        isStanding = true
        quiet = 0
        if let sinceEnd, sinceEnd <= policy.cooldown { return .standing }
        return .raised
    }
}

extension AlarmTrack {
    /// The numbers, to be saved.
    public var numbers: [Int64] {
        [Int64(bitPattern: calls), isStanding ? 1 : 0, Int64(quiet), sinceEnd.map { Int64($0) } ?? -1]
    }

    /// How many `numbers` there are.
    public static let numberCount = 4

    /// Continues from `numbers`; nil where they cannot be those of a track.
    public init?(numbers: some Collection<Int64>) {
        let numbers = Array(numbers)
        guard numbers.count == AlarmTrack.numberCount, (0...1).contains(numbers[1]), numbers[2] >= 0, numbers[3] >= -1
        else { return nil }
        calls = UInt64(bitPattern: numbers[0])
        isStanding = numbers[1] == 1
        quiet = Int(numbers[2])
        sinceEnd = numbers[3] < 0 ? nil : Int(numbers[3])
    }
}
