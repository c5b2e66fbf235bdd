import RecordStreams
import SensorData
import Testing

/// A faulty stream, and what its error must say: place and words.
struct Fault: CustomTestStringConvertible {
    var text: String
    var line: Int
    var column: Int?
    var words: String
    var testDescription: String { words }

    init(_ text: String, _ line: Int, _ column: Int?, _ words: String) {
        (self.text, self.line, self.column, self.words) = (text, line, column, words)
    }
}

private let good = "{\"unit_id\":1,\"cycle\":1,\"a\":1.5}\n"

@Suite("Malformed lines")
struct MalformedLineTests {
    static let faults = [
        Fault("\n", 1, 1, "found the end of the line"),
        Fault(good + "\n" + good, 2, 1, "expected '{'"),
        Fault(good + "{\"unit_id\":1,\"a\":1}", 2, nil, "expected a newline after the last record"),
        Fault(good + "[1,2]\n", 2, 1, "expected '{' at the start of a record, found a list"),
        Fault(good + "null\n", 2, 1, "found null"),
        Fault(good + "{\"unit_id\":1,\"a\":NaN}\n", 2, 18, "'a': expected a number, found NaN"),
        Fault(good + "{\"unit_id\":1,\"a\":Infinity}\n", 2, 18, "found Infinity"),
        Fault(good + "{\"unit_id\":1,\"a\":-Infinity}\n", 2, 18, "'a': expected a number"),
        Fault(good + "{\"unit_id\":1,\"a\":1e999}\n", 2, 18, "too large for a double"),
        Fault(good + "{\"unit_id\":1,\"a\":-1e400}\n", 2, 18, "too large for a double"),
        Fault(good + "{\"unit_id\":1,\"a\":01}\n", 2, 18, "malformed"),
        Fault(good + "{\"unit_id\":1,\"a\":1.}\n", 2, 18, "malformed"),
        Fault(good + "{\"unit_id\":1,\"a\":.5}\n", 2, 18, "found '.'"),
        Fault(good + "{\"unit_id\":1,\"a\":+5}\n", 2, 18, "found '+'"),
        Fault(good + "{\"unit_id\":1,\"a\":1e}\n", 2, 18, "malformed"),
        Fault(good + "{\"unit_id\":1,\"a\":\"1\"}\n", 2, 18, "'a': expected a number, found a string"),
        Fault(good + "{\"unit_id\":1,\"a\":true}\n", 2, 18, "'a': expected a number, found true"),
        Fault(good + "{\"unit_id\":1,\"a\":1 2}\n", 2, 20, "expected '}' or ',' after a value, found a number"),
        Fault(good + "{\"unit_id\":1,\"a\":1}}\n", 2, 20, "expected the end of the line"),
        Fault(good + "{\"unit_id\":1,\"a\":1} {}\n", 2, 21, "expected the end of the line"),
        Fault(good + "{\"unit_id\":1,\"a\":1,}\n", 2, 20, "expected a key"),
        Fault(good + "{\"unit_id\":1 \"a\":1}\n", 2, 14, "found a string"),
        Fault(good + "{\"unit_id\" 1}\n", 2, 12, "expected ':'"),
        Fault(good + "{unit_id:1}\n", 2, 2, "expected a key"),
        Fault(good + "{\"unit_id\":1,\"a\":1,\"a\":2}\n", 2, 21, "'a' occurs twice"),
        Fault(good + "{\"unit_id\":1,\"cycle\":1,\"unit_id\":1}\n", 2, 25, "'unit_id' occurs twice"),
        Fault(good + "{\"unit_id\":1,\"z\":1,\"\\u007a\":2}\n", 2, 21, "'z' occurs twice"),
        Fault(good + "{\"cycle\":1,\"a\":1}\n", 2, 1, "expected 'unit_id'"),
        Fault("{\"cycle\":1,\"a\":1}\n", 1, 1, "expected 'unit_id'"),
        Fault("{}\n", 1, 1, "expected 'unit_id'"),
        Fault(good + "{\"unit_id\":null}\n", 2, 12, "'unit_id': expected a number, found null"),
        Fault(good + "{\"unit_id\":1.5}\n", 2, 12, "expected a whole number, found 1.5"),
        Fault(good + "{\"unit_id\":123456789012345678901}\n", 2, 12, "expected a whole number"),
        Fault(good + "{\"unit_id\":\"FD001\"}\n", 2, 12, "found a string"),
        Fault(
            good + "{\"unit_id\":1,\"timestamp\":\"2024-01-01T00:00:00Z\"}\n", 2, 15, "missing from the first record"),
        Fault(good + "{\"unit_id\":1,\"window\":[]}\n", 2, 15, "stands among rows"),
        Fault("{\"unit_id\":1,\"timestamp\":1704067200000}\n", 1, 26, "expected an ISO 8601 time"),
        Fault("{\"unit_id\":1,\"timestamp\":\"2024-13-01T00:00:00Z\"}\n", 1, 26, "found \"2024-13-01"),
        Fault("{\"unit_id\":1,\"timestamp\":\"\\u0000\"}\n", 1, 26, "expected an ISO 8601 time"),
        Fault("{\"unit_id\":1,\"is_anomaly\":2}\n", 1, 27, "expected true or false"),
        Fault("{\"unit_id\":1,\"is_anomaly\":\"yes\"}\n", 1, 27, "found a string"),
        Fault("{\"unit_id\":1,\"s\":\"\u{1}\"}\n", 1, 19, "control character"),
        Fault("{\"unit_id\":1,\"s\":\"a}\n", 1, 21, "does not end"),
        Fault("{\"unit_id\":1,\"s\":\"\\x\"}\n", 1, 19, "unknown escape"),
        Fault("{\"unit_id\":1,\"s\":\"\\u12g4\"}\n", 1, 19, "hexadecimal"),
        Fault("{\"unit_id\":1,\"s\":\"\\ud800\"}\n", 1, 19, "surrogate stands alone"),
        Fault("{\"unit_id\":1,\"s\":\"\\udc00\\ud800\"}\n", 1, 19, "surrogate stands alone"),
        Fault("{\"unit_id\":1,\"s\":tru}\n", 1, 18, "found 't'"),
        Fault("{\"unit_id\":1,\"s\":[1,}\n", 1, 21, "found '}'"),
        Fault("{\"unit_id\":1,\"s\":" + String(repeating: "[", count: 65) + "\n", 1, 82, "nested deeper than 64"),
        Fault("# comment\n", 1, nil, "expected NDJSON (a line that begins with '{') or NPY, found '#'"),
        Fault("\u{feff}", 1, nil, "only a byte order mark"),
    ]

    @Test("are named by line and column", arguments: faults)
    func named(_ fault: Fault) throws {
        let result = try rewrite(source(fault.text))
        let error = try #require(result.error)
        #expect(error.location?.number == fault.line)
        #expect(error.location?.column == fault.column)
        #expect(error.message.contains(fault.words), "\(error)")
        #expect(result.text == String(repeating: good, count: result.records), "rows before the fault are kept")
        #expect(result.records == fault.line - 1)
    }

    @Test(
        "text that is no UTF-8 is refused",
        arguments: [
            [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82], [0xff],
        ])
    func badUTF8(_ bytes: [UInt8]) throws {
        for place in ["{\"unit_id\":1,\"#\":1}\n", "{\"unit_id\":1,\"s\":\"#\"}\n"] {
            let parts = place.split(separator: "#").map { Array($0.utf8) }
            let result = try rewrite(source(parts[0] + bytes + parts[1]))
            #expect(result.error?.message.contains("not UTF-8") == true)
        }
    }

    @Test("a line longer than 16 MB is refused, one of 1 MB is not")
    func longLines() throws {
        let long =
            Array("{\"unit_id\":1,\"s\":\"".utf8) + [UInt8](repeating: 0x61, count: 1 << 20) + Array("\"}\n".utf8)
        #expect(try rewrite(source(long)).bytes == long)
        let tooLong = [UInt8](repeating: 0x20, count: 17 << 20)
        #expect(try rewrite(source(tooLong)).error?.message.contains("longer than") == true)
    }

    @Test(
        "faults of windows and scored records are named",
        arguments: [
            Fault("{\"unit_id\":1,\"window\":[]}\n", 1, 24, "expected '{'"),
            Fault("{\"unit_id\":1,\"window\":[{}]}\n", 1, 24, "at least one column"),
            Fault("{\"unit_id\":1,\"window\":[{\"a\":1},{\"b\":1}]}\n", 1, 34, "'b' is no column"),
            Fault("{\"unit_id\":1,\"window\":[{\"a\":1},{\"a\":1,\"a\":1}]}\n", 1, 40, "occurs twice"),
            Fault("{\"unit_id\":1,\"window\":[{\"a\":1,\"b\":2},{\"a\":1}]}\n", 1, 38, "expected 2 columns"),
            Fault("{\"unit_id\":1,\"window\":[{\"a\":null}]}\n", 1, 29, "expected a number, found null"),
            Fault("{\"unit_id\":1,\"window\":[{\"a\":1e39}]}\n", 1, 29, "too large for a float"),
            Fault("{\"unit_id\":1,\"window\":[[1]]}\n", 1, 24, "no names"),
            Fault("{\"window\":[{\"a\":1}]}\n", 1, 1, "expected 'unit_id'"),
            Fault("{\"unit_id\":1,\"anomaly_score\":\"x\"}\n", 1, 30, "found a string"),
            Fault("{\"unit_id\":1,\"anomaly_score\":1,\"status\":\"odd\"}\n", 1, 41, "expected scored or warmup"),
            Fault(
                "{\"unit_id\":1,\"anomaly_score\":1,\"alarm\":\"loud\"}\n", 1, 40, "expected raised, standing or ended"),
            Fault("{\"unit_id\":1,\"anomaly_score\":1,\"contributions\":[]}\n", 1, 48, "expected '{'"),
            Fault("{\"anomaly_score\":1}\n", 1, 1, "expected 'unit_id'"),
        ])
    func otherKinds(_ fault: Fault) throws {
        let error = try #require(try rewrite(source(fault.text)).error)
        #expect(error.location?.number == fault.line)
        #expect(error.location?.column == fault.column)
        #expect(error.message.contains(fault.words), "\(error)")
    }

    @Test("windows of different lengths do not mix, and those before are kept")
    func windowLength() throws {
        let good = "{\"unit_id\":1,\"window\":[{\"a\":1},{\"a\":2}]}\n"
        let result = try rewrite(source(good + "{\"unit_id\":1,\"window\":[{\"a\":1}]}\n"))
        #expect(result.error?.message.contains("expected a window of 2 rows, found one of 1") == true)
        #expect(result.text == good)
    }
}
