import SensorData

/// Scored records sorted by the model that judged them.
public struct ScoredModels: Sendable {
    /// The records of each model, in the order of first appearance.
    public private(set) var models: [LabelledScores] = []
    private var versions: [String] = []

    /// No records.
    public init() {}

    /// Says that another file follows: a unit of the same number in it is another unit.
    public mutating func beginSource() {
        for index in models.indices { models[index].beginSource() }
    }

    /// Appends `records`, the first of which is record `firstNumber` (from 1) of `source`.
    ///
    /// - Throws: `DataError` naming the record whose score is no finite number.
    public mutating func append(_ records: [ScoredRecord], source: String, firstNumber: Int) throws {
        var current = 0
        for (place, record) in records.enumerated() {
            if current >= versions.count || versions[current] != record.modelVersion {
                current = index(of: record.modelVersion)
            }
            do {
                try models[current].append(record)
            } catch let error as DataError {
                let location = SourceLocation(file: source, number: firstNumber + place, unit: .record)
                throw DataError(error.message, at: location)
            }
        }
    }

    private mutating func index(of version: String) -> Int {
        if let known = versions.firstIndex(of: version) { return known }
        versions.append(version)
        models.append(LabelledScores())
        return versions.count - 1
    }
}
