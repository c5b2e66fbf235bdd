import Foundation
import RecordStreams
import SensorData
import Testing

/// A file that `Tests/Goldens/streams/make.py` wrote.
func golden(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: folder.appendingPathComponent("Goldens/streams/\(name)")))
}

@Suite("NumPy's files")
struct GoldenTests {
    @Test(
        "what NumPy wrote is read, and what is written is byte for byte what NumPy writes",
        arguments: ["rows", "windows", "scored"])
    func sameBytes(_ name: String) throws {
        let text = try golden("\(name).ndjson")
        let binary = try golden("\(name).npy")
        let fromBinary = try rewrite(source(binary))
        #expect(fromBinary.error == nil)
        #expect(fromBinary.text == String(decoding: text, as: UTF8.self))
        let fromText = try rewrite(source(text), as: .npy, arrayLength: 2)
        #expect(fromText.error == nil)
        #expect(fromText.bytes == binary)
        #expect(try rewrite(source(text)).bytes == text)
        #expect(try rewrite(source(binary), as: .npy, arrayLength: 2).bytes == binary)
    }

    @Test("alarms are the same after a way through NPY, whatever the length of their names")
    func alarms() throws {
        let records = [
            ("", 30), (",\"alarm\":\"raised\",\"alarm_id\":\"7-31\"", 31),
            (",\"alarm\":\"standing\",\"alarm_id\":\"\(String(repeating: "7", count: 33))\"", 32),
            (",\"alarm\":\"ended\",\"alarm_id\":\"7-31\"", 33),
        ]
        let text = records.map { alarm, cycle in
            "{\"unit_id\":7,\"cycle\":\(cycle),\"anomaly_score\":0.5,\"is_anomaly\":true,\"confidence\":null,\"threshold\":0.5,"
                + "\"model_version\":\"m\",\"error\":null,\"contributions\":{}\(alarm)}\n"
        }.joined()
        for arrayLength in [1, 4] {
            let binary = try rewrite(source(text), as: .npy, arrayLength: arrayLength)
            #expect(binary.error == nil)
            #expect(try rewrite(source(binary.bytes)).text == text)
        }
    }

    @Test("other number types, text fields, padding and NaT are read")
    func oddTypes() throws {
        let result = try rewrite(source(try golden("odd.npy")))
        #expect(result.error == nil)
        #expect(result.bytes == (try golden("odd.ndjson")))
    }

    @Test("header versions 1, 2 and 3 say the same", arguments: 1...3)
    func versions(_ version: Int) throws {
        let result = try rewrite(source(try golden("version\(version).npy")))
        #expect(result.error == nil)
        let lines = String(decoding: try golden("rows.ndjson"), as: UTF8.self).split(separator: "\n")
        #expect(result.text == lines[0] + "\n" + lines[1] + "\n")
    }

    @Test("plain arrays of windows take the names they are given", arguments: ["plain4.npy", "plain8.npy"])
    func plainWindows(_ name: String) throws {
        let result = try rewrite(source(try golden(name)), windowColumns: ["sensor_2", "sensor_3", "s4"])
        #expect(result.error == nil)
        #expect(result.bytes == (try golden("plain.ndjson")))
        #expect(try rewrite(source(try golden(name))).error?.message.contains("no names") == true)
        #expect(try rewrite(source(try golden(name)), windowColumns: ["a"]).error?.message.contains("found 3") == true)
    }

    @Test("Fortran order is refused by name")
    func fortranOrder() throws {
        let result = try rewrite(source(try golden("fortran.npy")), windowColumns: ["sensor_2", "sensor_3", "s4"])
        #expect(result.error?.message.contains("Fortran") == true)
    }
}
