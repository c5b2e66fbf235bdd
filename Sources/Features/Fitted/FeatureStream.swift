import SensorData

/// Fitted features on a stream of rows: remembers, per unit, what the stages have to know of its past.
///
/// Memory: `features.memory` doubles a unit.
public struct FeatureStream: Sendable {
    /// What was learned.
    public let features: FittedFeatures
    private var mapper: RunMapper
    /// Shape (slots, features.memory).
    private var memories: [Double] = []

    /// Maps by `features`, knowing no unit yet.
    public init(_ features: FittedFeatures) {
        self.features = features
        mapper = RunMapper(features)
    }

    /// Replaces `values` by the features of the given rows.
    ///
    /// - Parameters:
    ///   - admitted: rows of `batch` with the columns `features.inputs`.
    ///   - values: row-major, shape (admitted.count, features.columns.count).
    public mutating func apply(_ admitted: AdmittedRows, of batch: RowBatch, into values: inout [Float]) {
        precondition(
            admitted.count == 0 || admitted.width == features.inputs.count, "the columns that the features take")
        values.removeAll(keepingCapacity: true)
        let size = features.memory
        var start = 0
        while start < admitted.count {
            let end = admitted.endOfRun(from: start)
            let memory = admitted.slots[start] * size
            if memories.count < memory + size {
                memories.append(contentsOf: repeatElement(0, count: memory + size - memories.count))
            }
            if admitted.arrivals[start] == .begins {
                let cycle = batch.cycles.isEmpty ? nil : batch.cycles[admitted.rows[start]]
                mapper.begin(&memories, at: memory, cycle: cycle)
            }
            let run = admitted.values[start * admitted.width..<end * admitted.width]
            mapper.map(run, memory: &memories, at: memory) { mapped in
                for value in mapped { values.append(Float(value)) }
            }
            start = end
        }
    }
}

extension FeatureStream {
    /// Writes what is remembered of each unit.
    public func encode(into encoder: inout StateEncoder) {
        encoder.put(features.memory)
        encoder.put(memories)
    }

    /// Takes on what `encode` wrote under the same features.
    ///
    /// - Throws: `DataError` where the state is damaged.
    public mutating func restore(from decoder: inout StateDecoder) throws {
        guard try decoder.int() == features.memory else { throw decoder.damaged("the features remember other numbers") }
        memories = try decoder.doubles()
        guard features.memory == 0 ? memories.isEmpty : memories.count % features.memory == 0 else {
            throw decoder.damaged("the memories do not agree")
        }
    }
}
