import DurableFiles
import Foundation
import RecordStreams
import SensorData
import Testing

/// Calls `body` with a folder that is removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("streams-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

private func rows(_ paths: [String]) throws -> [(schema: RowSchema, file: String, line: Int, units: [Int64])] {
    let reader = try RecordReader(paths: paths)
    var batch = RowBatch(schema: RowSchema(keys: [], columns: []))
    var result: [(schema: RowSchema, file: String, line: Int, units: [Int64])] = []
    while try reader.next(&batch) {
        result.append((batch.schema, batch.origin.file, batch.origin.number, batch.unitIDs))
    }
    return result
}

@Suite("Files")
struct ReaderTests {
    @Test("follow one another, each with its form, its schema and its lines")
    func several() throws {
        try withFolder { folder in
            let paths = (0..<4).map { "\(folder)/\($0)" }
            try Data("{\"unit_id\":1,\"a\":1}\n{\"unit_id\":2,\"a\":1}\n".utf8).write(
                to: URL(fileURLWithPath: paths[0]))
            try Data().write(to: URL(fileURLWithPath: paths[1]))
            try Data("{\"unit_id\":3,\"b\":1}\n".utf8).write(to: URL(fileURLWithPath: paths[2]))
            try Data(golden("rows.npy")).write(to: URL(fileURLWithPath: paths[3]))
            let batches = try rows(paths)
            #expect(batches.map(\.schema.columns.first) == ["a", "b", "op_setting_1", "op_setting_1", "op_setting_1"])
            #expect(batches.map(\.file) == [paths[0], paths[2], paths[3], paths[3], paths[3]])
            #expect(batches.map(\.line) == [1, 1, 1, 3, 5])
            #expect(batches.map(\.units) == [[1, 2], [3], [1, 1], [1, 2], [-7]])
        }
    }

    @Test("of different kinds do not mix")
    func mixing() throws {
        try withFolder { folder in
            let paths = ["\(folder)/rows", "\(folder)/windows"]
            try Data(golden("rows.ndjson")).write(to: URL(fileURLWithPath: paths[0]))
            try Data(golden("windows.npy")).write(to: URL(fileURLWithPath: paths[1]))
            let error = #expect(throws: DataError.self) { _ = try rows(paths) }
            #expect(error?.message == "expected rows as in the files before, found windows")
            let wrong = #expect(throws: DataError.self) { _ = try rows([paths[1]]) }
            #expect(wrong?.message.contains("expected rows, found windows") == true)
        }
    }

    @Test("that are empty have no kind")
    func empty() throws {
        let reader = RecordReader(source(""))
        var records: [ScoredRecord] = []
        #expect(try reader.kind() == nil)
        #expect(try !reader.next(&records))
        #expect(try rewrite(source(""), as: .npy).bytes == [])
    }

    @Test("that cannot be opened are named")
    func missing() throws {
        let error = #expect(throws: SystemError.self) { _ = try RecordReader(paths: ["/nonexistent/rows"]) }
        #expect(error == SystemError("open", "/nonexistent/rows", code: ENOENT))
        let folder = #expect(throws: SystemError.self) { _ = try RecordReader(paths: ["/"]) }
        #expect(folder == SystemError("open", "/", code: EISDIR))
    }

    @Test("are decompressed where they are gzip, in chunks of any size", arguments: [1, 2, 7, 100, 100_000])
    func gzip(_ chunk: Int) throws {
        let result = try rewrite(source(try golden("rows.ndjson.gz"), chunk: { chunk }))
        #expect(result.error == nil)
        #expect(result.bytes == (try golden("rows.ndjson")))
    }

    @Test("that are damaged gzip are refused, wherever they are cut")
    func damagedGzip() throws {
        let bytes = try golden("rows.ndjson.gz")
        let whole = try rewrite(source(bytes)).text
        for length in 2..<bytes.count - 16 {
            let result = try rewrite(source(Array(bytes[..<length])))
            #expect(result.error != nil)
            #expect(whole.hasPrefix(result.text))
        }
        var flipped = bytes
        flipped[bytes.count - 20] ^= 1
        #expect(try rewrite(source(flipped)).error?.message.contains("damaged") == true)
        #expect(try rewrite(source(bytes + [1])).error?.message.contains("follow") == true)
    }
}

@Suite("Live pipes")
struct LiveTests {
    @Test("what has arrived is returned at once, and the caller is told before a wait")
    func live() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        func send(_ text: String) { _ = text.withCString { write(ends[1], $0, strlen($0)) } }
        var waits = 0
        send("{\"unit_id\":1}\n{\"unit_id\":2}\n{\"unit_")
        let reader = try RecordReader(paths: ["/dev/fd/\(ends[0])"]) {
            waits += 1
            if waits == 1 { send("id\":3}\n") } else { close(ends[1]) }
        }
        close(ends[0])
        var batch = RowBatch(schema: RowSchema(keys: [], columns: []))
        #expect(try reader.next(&batch))
        #expect(batch.unitIDs == [1, 2])
        #expect(waits == 0)
        #expect(try reader.next(&batch))
        #expect(batch.unitIDs == [3])
        #expect(waits == 1)
        #expect(try !reader.next(&batch))
        #expect(waits == 2)
    }
}

@Suite("Sinks")
struct SinkTests {
    private func batch(_ count: Int) -> RowBatch {
        var batch = RowBatch(schema: RowSchema(keys: [], columns: ["a"]))
        batch.unitIDs = (0..<Int64(count)).map { $0 }
        batch.values = (0..<count).map(Double.init)
        return batch
    }

    @Test("a file appears whole, and only when it is finished")
    func wholeFile() throws {
        try withFolder { folder in
            let path = "\(folder)/rows.ndjson"
            do {
                let writer = RecordWriter(try ByteSink(path: path), format: .ndjson)
                try writer.write(batch(100_000))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
            let writer = RecordWriter(try ByteSink(path: path), format: .ndjson)
            try writer.write(batch(100_000))
            try writer.finish()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["rows.ndjson"])
            #expect(try rows([path]).reduce(0) { $0 + $1.units.count } == 100_000)
        }
    }

    @Test("a full disk is an error, at the latest at the end")
    func fullDisk() throws {
        let writer = RecordWriter(try ByteSink(path: "/dev/full"), format: .ndjson)
        try writer.write(batch(3))
        let error = #expect(throws: SystemError.self) { try writer.finish() }
        #expect(error == SystemError("write", "/dev/full", code: ENOSPC))
        let big = RecordWriter(try ByteSink(path: "/dev/full"), format: .npy)
        #expect(throws: SystemError.self) { try big.write(batch(1_000_000)) }
    }

    @Test("an output that cannot be created is named")
    func cannotCreate() throws {
        let error = #expect(throws: SystemError.self) { _ = try ByteSink(path: "/nonexistent/rows") }
        #expect(error?.operation == "create")
    }

    @Test("nothing that was written is lost when an error ends the work", arguments: StreamFormat.allCases)
    func nothingLost(_ format: StreamFormat) throws {
        let good = (1...999).map { "{\"unit_id\":\($0),\"a\":0.5}\n" }.joined()
        let result = try rewrite(source(good + "{\"unit_id\":1000,\"a\":oops}\n"), as: format)
        #expect(result.error?.description == "memory:1000:21: 'a': expected a number, found 'o'")
        #expect(result.records == 999)
        #expect(try rewrite(source(result.bytes)).text == good)
    }

    @Test("a stream whose members change is not written: nobody could read it", arguments: StreamFormat.allCases)
    func changingMembers(_ format: StreamFormat) throws {
        var labelled = RowBatch(schema: RowSchema(keys: [.cycle, .isAnomaly], columns: ["a"]))
        labelled.unitIDs = [1, 1]
        labelled.values = [1, 2]
        labelled.cycles = [1, 2]
        labelled.isAnomaly = [0, 1]
        labelled.origin = SourceLocation(file: "b.ndjson", number: 1)
        let bytes = try written(format) { writer in
            try writer.write(batch(3))
            let error = #expect(throws: DataError.self) { try writer.write(labelled) }
            #expect(
                error?.description
                    == "b.ndjson:1: the members change; expected unit_id as in the records before, "
                    + "found unit_id, cycle, is_anomaly")
            try writer.write(batch(1))
        }
        #expect(try rewrite(source(bytes)).records == 4)
    }

    @Test("a failed sink is left alone")
    func failedSink() throws {
        struct Broken: Error {}
        var calls = 0
        do {
            let sink = ByteSink { _ in
                calls += 1
                throw Broken()
            }
            let writer = RecordWriter(sink, format: .ndjson)
            try writer.write(batch(10))
            #expect(throws: Broken.self) { try writer.flush() }
        }
        #expect(calls == 1)
    }
}
