/// How far a record is in the life of its engine: by remaining useful life where it is known, else by cycle, else by its
/// place in the stream.
struct LifeClock {
    private enum Kind {
        case remaining, cycle, place
    }

    private let kind: Kind

    /// The best clock that all of `records` carry.
    init(_ records: LabelledScores) {
        if !records.rul.contains(LabelledScores.unknown) {
            kind = .remaining
        } else {
            kind = records.cycles.contains(LabelledScores.unknown) ? .place : .cycle
        }
    }

    /// Whether times rise from record to record; remaining lives fall.
    var rises: Bool { kind != .remaining }

    /// The time of a record.
    func time(_ index: Int, in records: LabelledScores) -> Double {
        switch kind {
        case .remaining: Double(records.rul[index])
        case .cycle: Double(records.cycles[index])
        case .place: Double(index)
        }
    }

    /// The time of the last of `life`.
    func end(of life: [Int], in records: LabelledScores) -> Double {
        life.last.map { time($0, in: records) } ?? 0
    }

    /// An axis for all of `lives`, from the earliest record to the failure.
    func axis(_ records: LabelledScores, _ lives: [[Int]]) -> Axis {
        let ends = lives.flatMap { [$0.first, $0.last].compactMap { $0 } }.map { time($0, in: records) }
        let low = ends.min() ?? 0
        let high = ends.max() ?? 1
        switch kind {
        case .remaining: return Axis("cycles to the failure", from: max(high, 1), to: 0, ticks: 6)
        case .cycle: return Axis("cycle", from: low, to: max(high, low + 1), ticks: 6)
        case .place: return Axis("record", from: low, to: max(high, low + 1), ticks: 6)
        }
    }
}
