import SensorData

/// Lines of C-MAPSS text with values that differ from row to row.
enum CMAPSSText {
    static func line(unit: Int, cycle: Int) -> String {
        var fields = ["\(unit)", "\(cycle)", "-0.00\(cycle % 10)\(unit % 10)", "0.0003", "100.0"]
        for sensor in 1...21 { fields.append("\(500 + sensor).\(cycle % 10)\(unit % 10)") }
        return fields.joined(separator: " ")
    }

    /// Units 1 … `lengths.count`, unit `n` with `lengths[n - 1]` rows, as NASA ends its lines.
    static func file(_ lengths: [Int], newline: String = "  \n") -> String {
        var text = ""
        for (index, length) in lengths.enumerated() {
            for cycle in 1...length { text += line(unit: index + 1, cycle: cycle) + newline }
        }
        return text
    }

    /// Parses `text` in chunks of `chunkSize` bytes.
    static func parse(_ text: String, chunkSize: Int = .max) throws -> RowBatch {
        var parser = CMAPSSParser(file: "engines.txt")
        var rows = RowBatch(schema: CMAPSSSchema.rows(labelled: false))
        try forEachChunk(of: text, size: chunkSize) { chunk in
            var position = 0
            _ = try parser.parse(chunk, from: &position, into: &rows)
        }
        _ = try parser.finish(into: &rows)
        return rows
    }

    static func forEachChunk(of text: String, size: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let end = size < bytes.count - start ? start + size : bytes.count
            // A copy of its own, so that a read beyond the chunk is a read beyond the allocation.
            try Array(bytes[start..<end]).withUnsafeBytes(body)
            start = end
        }
    }
}
