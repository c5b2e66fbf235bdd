import SensorData

/// A small generator with a fixed seed (SplitMix64), so that every run sees the same rows.
struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Rows of several units, one unit after the other, with random walks in `columns`.
func madeRows(units: [Int64: Int], columns: [String], seed: UInt64 = 1, labelled: Bool = true) -> RowBatch {
    var random = FixedRandom(seed: seed)
    let keys: RowSchema.Keys = labelled ? [.cycle, .timestamp, .rul, .isAnomaly] : [.cycle]
    var batch = RowBatch(schema: RowSchema(keys: keys, columns: columns))
    for (unit, length) in units.sorted(by: { $0.key < $1.key }) {
        var level = columns.indices.map { _ in Double.random(in: -500...2500, using: &random) }
        for cycle in 1...length {
            batch.unitIDs.append(unit)
            batch.cycles.append(Int64(cycle))
            if labelled {
                batch.timestamps.append(1_704_067_200_000 + unit * 3_600_000 + Int64(cycle) * 1000)
                batch.rul.append(Int64(length - cycle))
                batch.isAnomaly.append(length - cycle < 30 ? 1 : 0)
            }
            for column in level.indices {
                level[column] += Double.random(in: -1...1, using: &random)
                batch.values.append((level[column] * 100).rounded() / 100)
            }
        }
    }
    return batch
}

extension RowBatch {
    /// The rows `rows` in that order.
    func picking(_ rows: some Sequence<Int>) -> RowBatch {
        var result = RowBatch(schema: schema)
        var isFirst = true
        for row in rows {
            if isFirst { result.origin = location(of: row) }
            isFirst = false
            result.appendIdentity(of: row, from: self)
            result.values.append(contentsOf: values[row * width..<(row + 1) * width])
        }
        return result
    }

    /// The rows cut into batches of 1 to `longest` rows.
    func cut(longest: Int, seed: UInt64) -> [RowBatch] {
        var random = FixedRandom(seed: seed)
        var parts: [RowBatch] = []
        var start = 0
        while start < count {
            let end = Swift.min(count, start + Int.random(in: 1...longest, using: &random))
            parts.append(picking(start..<end))
            start = end
        }
        return parts
    }

    /// An order of the rows that interleaves the units and keeps each unit's order.
    func interleaved(seed: UInt64) -> [Int] {
        var random = FixedRandom(seed: seed)
        var queues: [[Int]] = []
        for (row, unit) in unitIDs.enumerated() {
            if row > 0, unitIDs[row - 1] == unit {
                queues[queues.count - 1].append(row)
            } else {
                queues.append([row])
            }
        }
        var order: [Int] = []
        while !queues.isEmpty {
            let pick = Int.random(in: 0..<queues.count, using: &random)
            order.append(queues[pick].removeFirst())
            if queues[pick].isEmpty { queues.remove(at: pick) }
        }
        return order
    }
}
