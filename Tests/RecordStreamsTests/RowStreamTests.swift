import RecordStreams
import SensorData
import Testing

private let plain = """
    {"unit_id":1,"cycle":1,"timestamp":"2024-01-01T00:00:00Z","rul":191,"is_anomaly":false,"sensor_2":641.82,"sensor_3":1589.7}
    {"unit_id":1,"cycle":2,"timestamp":"2024-01-01T00:00:01.250Z","rul":190,"is_anomaly":true,"sensor_2":-0.0007,"sensor_3":100}
    {"unit_id":2,"cycle":1,"timestamp":null,"rul":null,"is_anomaly":null,"sensor_2":null,"sensor_3":1.2345678901234567}

    """

@Suite("Rows")
struct RowStreamTests {
    @Test("rows keep every byte through NDJSON, and through NPY and back")
    func identity() throws {
        let result = try rewrite(source(plain))
        #expect(result.error == nil)
        #expect(result.text == plain)
        #expect(result.kind == .rows)
        for length in [1, 2, 3, 1024] {
            let binary = try rewrite(source(plain), as: .npy, arrayLength: length)
            #expect(binary.error == nil)
            let back = try rewrite(source(binary.bytes))
            #expect(back.error == nil)
            #expect(back.text == plain)
        }
    }

    @Test(
        "the same rows are read however they are spelled",
        arguments: [
            "{\"unit_id\":1,\"cycle\":2,\"a\":3,\"b\":4.5}\n{\"unit_id\":1,\"cycle\":3,\"a\":5,\"b\":6.5}\n",
            "{\"unit_id\":1,\"cycle\":2,\"a\":3,\"b\":4.5}\r\n{\"unit_id\":1,\"cycle\":3,\"a\":5,\"b\":6.5}\r\n",
            "\u{feff}{\"unit_id\": 1, \"cycle\": 2, \"a\": 3.0, \"b\": 4.50}\n{ \"unit_id\" : 1.0 ,\t\"cycle\":3e0,\"a\":0.5e1,\"b\":65E-1 } \n",
            " {\"unit_id\":1,\"cycle\":2,\"a\":3,\"b\":4.5}\n{\"b\":6.5,\"a\":5,\"cycle\":3,\"unit_id\":1}\n",
            "{\"\\u0075nit_id\":1,\"cycle\":2,\"\\u0061\":3,\"b\":4.5}\n{\"unit_id\":1,\"cycle\":3,\"a\":5,\"b\":6.5}\n",
        ])
    func spellings(_ text: String) throws {
        let result = try rewrite(source(text))
        #expect(result.error == nil)
        let expected = "{\"unit_id\":1,\"cycle\":2,\"a\":3,\"b\":4.5}\n{\"unit_id\":1,\"cycle\":3,\"a\":5,\"b\":6.5}\n"
        #expect(result.text == expected)
    }

    @Test("rows that are laid out otherwise from some line on are read, and so are those after")
    func changingLayouts() throws {
        var text = ""
        var expected = ""
        for index in 0..<2000 {
            let cycle = "\"cycle\":\(index)"
            let a = "\"a\":\(Double(index) / 8)"
            text += index % 700 < 300 ? "{\"unit_id\":1,\(cycle),\(a)}\n" : "{\(a), \(cycle),  \"unit_id\":1}\n"
            expected += "{\"unit_id\":1,\(cycle),\(a.hasSuffix(".0") ? String(a.dropLast(2)) : a)}\n"
        }
        let result = try rewrite(source(text))
        #expect(result.error == nil)
        #expect(result.text == expected)
    }

    /// The input buffer holds 256 kB: each of these streams breaks off within a line at its end many times, and whoever looks
    /// further than it may reads what is not its own.
    @Test("keys and white space may be longer than the input buffer", arguments: [70, 1000, 1100, 70_000, 400_000])
    func longTexts(length: Int) throws {
        let name = String(repeating: "n", count: length)
        let pad = String(repeating: " ", count: length)
        let count = min(4000, max(9, 4_000_000 / length))
        for (before, key) in [("", name), (pad, "a")] {
            var text = ""
            var expected = ""
            for cycle in 1...count {
                text += "{\"unit_id\":1,\(before)\"cycle\":\(cycle),\"\(key)\":\(cycle)}\n"
                expected += "{\"unit_id\":1,\"cycle\":\(cycle),\"\(key)\":\(cycle)}\n"
            }
            let result = try rewrite(source(text))
            #expect(result.error == nil)
            #expect(result.records == count)
            #expect(result.text == expected)
        }
    }

    @Test("what is no number passes through, and what is missing becomes null")
    func passthrough() throws {
        let result = try rewrite(
            source(
                """
                {"unit_id":1,"site":"K\\u00f6ln \\"x\\"","a":1,"tags":["x",{"y":[]}],"ok":true}
                {"unit_id":2,"a":2,"site": "B","new":7,"note":null}
                {"unit_id":3}
                {"unit_id":4,"site":5,"a":null,"größe 𝄞":"\\ud834\\udd1e"}

                """))
        #expect(result.error == nil)
        #expect(
            result.text == """
                {"unit_id":1,"a":1,"site":"K\\u00f6ln \\"x\\"","tags":["x",{"y":[]}],"ok":true}
                {"unit_id":2,"a":2,"site":"B","new":7,"note":null}
                {"unit_id":3,"a":null}
                {"unit_id":4,"a":null,"site":5,"größe 𝄞":"\\ud834\\udd1e"}

                """)
        #expect(try rewrite(source(result.bytes)).text == result.text)
    }

    @Test("labels are true, false, 1, 0 or null")
    func labels() throws {
        let text = ["true", "false", "1", "0", "null", "1.0"].map { "{\"unit_id\":1,\"is_anomaly\":\($0)}\n" }.joined()
        let reader = RecordReader(source(text))
        var batch = RowBatch(schema: RowSchema(keys: [], columns: []))
        #expect(try reader.next(&batch))
        #expect(batch.isAnomaly == [1, 0, 1, 0, RowBatch.unknownLabel, 1])
        #expect(batch.schema == RowSchema(keys: .isAnomaly, columns: []))
        #expect(try !reader.next(&batch))
        #expect(batch.isEmpty)
        #expect(reader.recordCount == 6)
    }

    @Test("timestamps are read across days, offsets and spellings")
    func timestamps() throws {
        let texts = [
            "2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.5Z", "2024-02-29T01:00:00+01:00",
            "2024-02-29T23:59:59Z", "2024-02-29", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
        ]
        let text = texts.map { "{\"unit_id\":1,\"timestamp\":\"\($0)\"}\n" }.joined()
        let result = try rewrite(source(text))
        #expect(result.error == nil)
        let written = [
            "2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.500Z", "2024-02-29T00:00:00Z",
            "2024-02-29T23:59:59Z", "2024-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
        ]
        #expect(result.text == written.map { "{\"unit_id\":1,\"timestamp\":\"\($0)\"}\n" }.joined())
        for wrong in ["2024-02-29T24:00:00Z", "2024-02-29T00:60:00Z", "2024-02-29T00:00:60Z", "2024-02-29T00:0:00Z"] {
            let result = try rewrite(source(text + "{\"unit_id\":1,\"timestamp\":\"\(wrong)\"}\n"))
            #expect(result.error?.location?.number == 9)
        }
    }

    @Test("threads that share rows write the bytes of one", arguments: [2, 3, 16])
    func sharedRows(threads: Int) throws {
        var batch = RowBatch(schema: RowSchema(keys: [.cycle, .timestamp], columns: ["a", "b"]))
        for row in 0..<1000 {
            batch.unitIDs.append(Int64(row / 7))
            batch.cycles.append(Int64(row))
            // Days change within a thread's rows and between them.
            batch.timestamps.append(Int64(row) * 10_000_000)
            batch.values += [Double(row) / 3, row % 5 == 0 ? .nan : Double(row)]
            batch.passthrough.append(row % 3 == 0 ? "" : "\"site\":\"\(String(repeating: "x", count: row % 400))\"")
        }
        func bytes(_ batch: RowBatch, threads: Int) -> (text: String, error: String?) {
            var bytes: [UInt8] = []
            var fault: String?
            let writer = RecordWriter(ByteSink { bytes.append(contentsOf: $0) }, format: .ndjson, threads: threads)
            do {
                try writer.write(batch)
            } catch {
                fault = "\(error)"
            }
            try? writer.finish()
            return (String(decoding: bytes, as: UTF8.self), fault)
        }
        #expect(bytes(batch, threads: threads) == bytes(batch, threads: 1))
        #expect(bytes(batch, threads: threads).text.split(separator: "\n").count == 1000)
        for odd in [0, 31, 32, 500, 999] {
            var batch = batch
            batch.values[2 * odd + 1] = .infinity
            batch.values[2 * 999] = -.infinity
            let shared = bytes(batch, threads: threads)
            #expect(shared == bytes(batch, threads: 1))
            #expect(shared.text.split(separator: "\n").count == odd)
            #expect(shared.error != nil)
        }
    }

    @Test("infinite numbers are not written, and the rows before them are", arguments: StreamFormat.allCases)
    func infinity(_ format: StreamFormat) throws {
        var batch = RowBatch(schema: RowSchema(keys: [], columns: ["a"]))
        batch.unitIDs = [1, 2, 3]
        batch.values = [1, .infinity, 3]
        var bytes: [UInt8] = []
        do {
            let writer = RecordWriter(ByteSink { bytes.append(contentsOf: $0) }, format: format)
            let error = #expect(throws: DataError.self) { try writer.write(batch) }
            #expect(error?.location?.number == 2)
        }
        #expect(try rewrite(source(bytes)).text == "{\"unit_id\":1,\"a\":1}\n")
    }

    @Test(
        "rows whose numbers are made in place are written as rows that have them",
        arguments: [StreamFormat.ndjson, .npy])
    func filled(_ format: StreamFormat) throws {
        var batch = RowBatch(schema: RowSchema(keys: [.cycle, .isAnomaly], columns: ["x"]))
        for row in 0..<23 {
            batch.unitIDs.append(Int64(row / 10))
            batch.cycles.append(Int64(row))
            batch.isAnomaly.append(row == 21 ? RowBatch.unknownLabel : Int8(row % 2))
            batch.values.append(Double(row))
        }
        for rows in [Array(0..<23), [0, 1, 5, 7, 8, 21]] {
            var expected = RowBatch(schema: RowSchema(keys: batch.schema.keys, columns: ["y", "z"]))
            for row in rows {
                expected.appendIdentity(of: row, from: batch)
                expected.values += [Double(row) / 2, row == 8 ? .nan : -Double(row)]
            }
            let found = try written(format, arrayLength: 4) { writer in
                try writer.write(rows, of: batch, as: expected.schema) { places, target, stride in
                    for place in places {
                        let numbers = Array(expected.values[2 * place..<2 * place + 2])
                        numbers.withUnsafeBytes {
                            (target + (place - places.lowerBound) * stride).copyMemory(
                                from: $0.baseAddress ?? UnsafeRawPointer(target), byteCount: $0.count)
                        }
                    }
                }
                #expect(writer.recordCount == rows.count)
            }
            #expect(try found == written(format, arrayLength: 4) { try $0.write(expected) })
        }
    }

    @Test("a schema that changes starts a new array")
    func changingSchema() throws {
        let bytes = try written(.npy, arrayLength: 100) { writer in
            for name in ["a", "b"] {
                var batch = RowBatch(schema: RowSchema(keys: [], columns: [name]))
                batch.unitIDs = [1, 2]
                batch.values = [1, 2]
                try writer.write(batch)
            }
        }
        let expected = ["a", "b"].map { "{\"unit_id\":1,\"\($0)\":1}\n{\"unit_id\":2,\"\($0)\":2}\n" }.joined()
        #expect(try rewrite(source(bytes)).text == expected)
    }

    @Test("wide rows fit")
    func wide() throws {
        let columns = (0..<3000).map { "\"column_\($0)\":\($0)" }.joined(separator: ",")
        let text = (1...40).map { "{\"unit_id\":\($0),\(columns)}\n" }.joined()
        #expect(try rewrite(source(text)).text == text)
        let binary = try rewrite(source(text), as: .npy)
        #expect(try rewrite(source(binary.bytes)).text == text)
    }
}
