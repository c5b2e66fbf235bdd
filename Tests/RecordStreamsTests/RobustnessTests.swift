import RecordStreams
import SensorData
import Testing

private let names = [
    "rows.ndjson", "windows.ndjson", "scored.ndjson", "rows.npy", "odd.npy", "windows.npy", "scored.npy",
]
private let plainColumns = ["sensor_2", "sensor_3", "s4"]

@Suite("Robustness")
struct RobustnessTests {
    @Test("a stream cut at any byte is an error or has fewer whole records", arguments: names)
    func truncation(_ name: String) throws {
        let bytes = try golden(name)
        let whole = try rewrite(source(bytes))
        for length in 0..<bytes.count {
            let result = try rewrite(source(Array(bytes[..<length])))
            #expect(whole.text.hasPrefix(result.text))
            #expect(result.records < whole.records || length == bytes.count)
            // Only the ends of lines and of arrays are ends of streams.
            let isBoundary =
                length == 0 || (name.hasSuffix("ndjson") && bytes[length - 1] == 0x0a)
                || bytes[length...].starts(with: [0x93, 0x4e, 0x55, 0x4d])
            #expect((result.error == nil) == isBoundary, "at \(length)")
        }
    }

    @Test("the bytes do not depend on how the input arrives", arguments: names)
    func chunks(_ name: String) throws {
        let bytes = try golden(name)
        let repeated = name.hasSuffix("npy") ? bytes + bytes + bytes : Array(repeatElement(bytes, count: 40).joined())
        let expected = try rewrite(source(repeated))
        let expectedNPY = try rewrite(source(repeated), as: .npy, arrayLength: 3)
        #expect(expected.error == nil)
        var random = SplitMix(seed: 5)
        for largest in [1, 3, 17, 200, 5000] as [UInt64] {
            let chunk = { Int(random.next() % largest) + 1 }
            #expect(try rewrite(source(repeated, chunk: chunk)).bytes == expected.bytes)
            #expect(try rewrite(source(repeated, chunk: chunk), as: .npy, arrayLength: 3).bytes == expectedNPY.bytes)
        }
    }

    /// 8000 mutations of each golden stream, 24 000 and 40 000 a form. What is read must be valid: written out in the same
    /// form, it reads back to itself.
    @Test("mutated streams give a data error or valid records, never a trap", arguments: names + ["plain8.npy"])
    func fuzz(_ name: String) throws {
        let seed = try golden(name)
        let format = name.hasSuffix("npy") ? StreamFormat.npy : .ndjson
        let other = format == .npy ? StreamFormat.ndjson : .npy
        var random = SplitMix(seed: 0xb0e5)
        var accepted = 0
        var failures: [String] = []
        for _ in 0..<8000 {
            let bytes = mutated(seed, &random)
            let result = try rewrite(source(bytes), as: format, windowColumns: plainColumns)
            accepted += result.error == nil ? 1 : 0
            guard random.next() % 4 == 0 else { continue }
            let again = try rewrite(source(result.bytes), as: format)
            if again.error != nil || again.bytes != result.bytes || again.records != result.records {
                failures.append("\(again.error?.description ?? "differs"): \(bytes)")
            }
            _ = try rewrite(source(bytes), as: other, windowColumns: plainColumns)
        }
        #expect(failures.first == nil)
        #expect(accepted > 0)
        #expect(accepted < 8000)
    }

    private static let tokens: [[UInt8]] = [
        "null", "NaN", "-", "1e999", "\"", "\\u", "\\ud800", "{", "}", "[", "]", ",", ":", "\n", "\r\n", "-0", "1e-400",
        "123456789012345678901234567890", "0.1234567890123456789", "unit_id", "window", "anomaly_score", "cycle",
        "true",
        "'<f8'", "'>f8'", "'|O'", "'<U9'", "'|S0'", "'<M8[ns]'", "(", ")", "True", "99999999999999999999",
        "('a', '<f8'), ",
        "9223372036854775807", "(2, 2, 2)", "\u{93}NUMPY", "'", "\\x", "\\U00110000", " ",
    ].map { Array($0.utf8) }

    private func mutated(_ seed: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = seed
        for _ in 0...Int(random.next() % 3) where !bytes.isEmpty {
            let place = Int(random.next() % UInt64(bytes.count))
            let length = min(Int(random.next() % 24), bytes.count - place)
            switch random.next() % 8 {
            case 0: bytes[place] ^= UInt8(1 << (random.next() % 8))
            case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 2: bytes.removeSubrange(place..<place + length)
            case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 4, 5:
                let token = RobustnessTests.tokens[Int(random.next() % UInt64(RobustnessTests.tokens.count))]
                bytes.replaceSubrange(place..<place + (random.next() % 2 == 0 ? 0 : length), with: token)
            case 6: bytes.removeSubrange(place...)
            default:
                let other = Int(random.next() % UInt64(bytes.count))
                bytes.swapAt(place, other)
            }
        }
        return bytes
    }
}
