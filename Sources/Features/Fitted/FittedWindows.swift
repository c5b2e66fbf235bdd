import SensorData

extension FittedFeatures {
    /// Maps windows that come without the rows before them: each one as a unit of its own, of which nothing else is
    /// known, so that stages which need a past use the fleet's.
    ///
    /// - Throws: `DataError` where a column is missing, or a feature is no finite number.
    public func apply(_ windows: WindowBatch) throws -> WindowBatch {
        let adapted = try adapted(to: windows.columns)
        guard adapted.inputs == inputs else { return try adapted.apply(windows) }
        let indices = try inputs.map { name in
            guard let index = windows.columns.firstIndex(of: name) else {
                throw DataError(
                    "the windows lack column '\(name)'; expected it beside \(windows.columns.joined(separator: ", "))",
                    at: windows.origin)
            }
            return index
        }
        var result = windows
        result.columns = columns
        result.rows.removeAll(keepingCapacity: true)
        var mapper = RunMapper(self)
        var memory = [Double](repeating: 0, count: self.memory)
        if memory.isEmpty {
            // No stage has a past: windows may go on sharing their rows.
            let rows = windows.width == 0 ? 0 : windows.rows.count / windows.width
            let picked = windows.picked(indices, rows: 0..<rows)
            mapper.map(picked[...], memory: &memory, at: 0) { mapped in
                for value in mapped { result.rows.append(Float(value)) }
            }
            try check(result)
            return result
        }
        for (index, start) in windows.starts.enumerated() {
            mapper.begin(&memory, at: 0, .midLife)
            let picked = windows.picked(indices, rows: start..<start + windows.length)
            mapper.map(picked[...], memory: &memory, at: 0) { mapped in
                for value in mapped { result.rows.append(Float(value)) }
            }
            result.starts[index] = index * windows.length
        }
        try check(result)
        return result
    }

    /// Throws `DataError` naming the window when a feature is no finite number.
    private func check(_ windows: WindowBatch) throws {
        guard let place = windows.rows.firstNotFinite else { return }
        let row = place / windows.width
        guard let index = windows.starts.firstIndex(where: { ($0..<$0 + windows.length).contains(row) }) else { return }
        throw overflow(
            of: place % windows.width, unitID: windows.unitIDs[index], at: windows.location(of: index))
    }
}

extension WindowBatch {
    /// The columns `indices` of some rows, row-major.
    fileprivate func picked(_ indices: [Int], rows range: Range<Int>) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(range.count * indices.count)
        for row in range {
            for index in indices { values.append(Double(rows[row * width + index])) }
        }
        return values
    }
}
