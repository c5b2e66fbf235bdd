import SensorData

/// Fitted features on a stream of rows: remembers, per unit, what the stages have to know of its past.
///
/// Memory: `features.memory` doubles a unit.
public struct FeatureStream: Sendable {
    /// What was learned.
    public let features: FittedFeatures
    /// Rows far from every operating regime that was learned, so far; they were taken for the nearest.
    public private(set) var strangers = Strangers()
    /// For each row of the last call, whether the fleet's baseline stood in for the unit's own.
    public private(set) var onFleetBaseline: [Bool] = []

    private var mapper: RunMapper
    /// Shape (slots, features.memory).
    private var memories: [Double] = []

    /// Rows that are unlike all that was learned from.
    public struct Strangers: Hashable, Sendable {
        /// How many there were.
        public internal(set) var count = 0
        /// `unit_id` of the first one.
        public internal(set) var unitID: Int64 = 0
        /// `cycle` of the first one; nil where it is unknown.
        public internal(set) var cycle: Int64?
        /// Where the first one stood.
        public internal(set) var location = SourceLocation(file: "", number: 0)
    }

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
        onFleetBaseline.removeAll(keepingCapacity: true)
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
                mapper.begin(&memories, at: memory, FirstSight(cycle: cycle))
            }
            let fleetRows = min(mapper.rowsOnFleetBaseline(memories, at: memory), end - start)
            onFleetBaseline.append(contentsOf: repeatElement(true, count: fleetRows))
            onFleetBaseline.append(contentsOf: repeatElement(false, count: end - start - fleetRows))
            let run = admitted.values[start * admitted.width..<end * admitted.width]
            mapper.strangers(run) { index in strangers.add(admitted.rows[start + index], of: batch) }
            mapper.map(run, memory: &memories, at: memory) { mapped in
                for value in mapped { values.append(Float(value)) }
            }
            start = end
        }
    }
}

extension FeatureStream.Strangers {
    /// Counts a row, and keeps where the first one stood.
    fileprivate mutating func add(_ row: Int, of batch: RowBatch) {
        count += 1
        guard count == 1 else { return }
        unitID = batch.unitIDs[row]
        if !batch.cycles.isEmpty, batch.cycles[row] != RowBatch.unknown { cycle = batch.cycles[row] }
        location = batch.location(of: row)
    }
}

extension FeatureStream.Strangers: CustomStringConvertible {
    /// How many there were, and where the first one stood.
    public var description: String {
        let rows = count == 1 ? "1 row is" : "\(count) rows are"
        let place = cycle.map { "unit \(unitID), cycle \($0)" } ?? "unit \(unitID)"
        return "\(location): \(rows) far from every operating regime that the model was trained in, the first one "
            + "\(place); the nearest regime stood in"
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
