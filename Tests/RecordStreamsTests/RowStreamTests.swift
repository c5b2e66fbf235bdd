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
    @Test("rows keep every byte through NDJSON")
    func identity() throws {
        let result = try rewrite(source(plain))
        #expect(result.error == nil)
        #expect(result.text == plain)
        #expect(result.kind == .rows)
    }

    @Test("rows keep every byte through NPY and back")
    func throughNPY() throws {
        for length in [1, 2, 3, 1024] {
            let binary = try rewrite(source(plain), as: .npy, arrayLength: length)
            #expect(binary.error == nil)
            let back = try rewrite(source(binary.bytes))
            #expect(back.error == nil)
            #expect(back.text == plain)
        }
    }
}
