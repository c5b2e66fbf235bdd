import SensorData
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2024-02-29T23:59:59.250Z", 1_709_251_199_250),
            ("1969-12-31T23:59:59.999Z", -1), ("2000-03-01T00:00:00Z", 951_868_800_000),
        ] as [(String, Int64)])
    func roundTrip(text: String, milliseconds: Int64) {
        #expect(Timestamp.parse(text) == milliseconds)
        #expect(Timestamp.string(milliseconds) == text)
    }

    @Test func offsetsAreRemoved() {
        #expect(Timestamp.parse("2024-01-01T01:00:00+01:00") == Timestamp.parse("2024-01-01T00:00:00Z"))
        #expect(Timestamp.parse("2024-01-01") == Timestamp.parse("2024-01-01T00:00:00Z"))
    }

    @Test(arguments: ["", "2024", "2023-02-29", "2024-01-01T24:00", "2024-01-01T00:00:00Zjunk", "2024-13-01"])
    func refuses(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }
}
