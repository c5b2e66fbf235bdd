import RecordStreams
import SensorData
import Testing

/// An array of one version with `header`, followed by `payload`.
private func array(_ header: String, version: UInt8 = 1, claims: Int? = nil, payload: [UInt8] = []) -> [UInt8] {
    let size = claims ?? header.utf8.count
    let length = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + payload
}

private func header(_ descr: String, shape: String = "(1,)", order: String = "False") -> String {
    "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }\n"
}

private let unit = "('unit_id', '<i8')"

@Suite("Malformed arrays")
struct MalformedArrayTests {
    @Test(
        "are refused with a reason",
        arguments: [
            (header("'<f8'"), "plain array of 1 dimensions"),
            (header("'<i8'", shape: "(1, 2, 3)"), "plain array"),
            (header("[\(unit)]", shape: "(1, 1)"), "one-dimensional"),
            (header("[\(unit)]", shape: "(1,)", order: "Maybe"), "no dictionary"),
            (header("[\(unit)]", order: "0"), "expected fortran_order"),
            (header("[\(unit)]", shape: "(-1,)"), "no dictionary"),
            (header("[\(unit)]", shape: "('1',)"), "shape of whole numbers"),
            (header("[\(unit)]", shape: "(99999999999999999999,)"), "no dictionary"),
            (header("[\(unit), ('x', '|O')]"), "Python objects"),
            (header("[\(unit), ('x', '>f8')]"), "not little-endian"),
            (header("[\(unit), ('x', '<c16')]"), "no type that is understood"),
            (header("[\(unit), ('x', '<f16')]"), "no type that is understood"),
            (header("[\(unit), ('x', '')]"), "is no type"),
            (header("[\(unit), ('x', '<f8', (99999999, 99999999, 9999999))]"), "larger than"),
            (header("[\(unit), ('x', '<f8', (2,))]"), "found several"),
            (header("[\(unit), ('x', '|S999999999')]"), "no type that is understood"),
            (header("[\(unit), ('x', '<f8'), ('x', '<f8')]"), "same name"),
            (header("[\(unit), ('', '<f8')]"), "no name"),
            (header("[\(unit), ('x',)]"), "expected fields as"),
            (header("[\(unit), (1, '<f8')]"), "in quotation marks"),
            (header("[('x', '<f8')]"), "expected a field 'unit_id'"),
            (header("[('unit_id', '|S8')]"), "expected a number"),
            (header("[\(unit), ('timestamp', '<M8[Y]')]"), "are not understood"),
            (header("[]"), "are empty"),
            (header("[\(unit), ('window', '<f4', (30,))]"), "sub-array of shape (length,) of records"),
            (header("[\(unit), ('window', [('a', '<f4')], (0,))]"), "sub-array"),
            (header("[\(unit), ('window', [('a', '<f4')], (2, 3))]"), "sub-array"),
            (header("[('window', [('a', '<f4')], (2,))]"), "expected the fields"),
            (header("'<f4'", shape: "(1, 99999999, 99999999)"), "larger than"),
            (header("'<f4'", shape: "(1, 0, 3)"), "empty"),
            ("{'descr': '<f8'}", "expected the keys"),
            ("{'descr': '<f8', 'descr': '<f8'}", "unexpected key"),
            ("{'shape': (1,), 'evil': __import__('os')}", "no dictionary"),
            (String(repeating: "(", count: 1000), "no dictionary"),
            ("", "no dictionary"),
            ("{'descr': 'a", "no dictionary"),
        ])
    func refused(_ header: String, _ words: String) throws {
        let result = try rewrite(
            source(array(header, payload: [UInt8](repeating: 0, count: 256))), windowColumns: ["a"])
        let error = try #require(result.error)
        #expect(error.message.contains(words), "\(error)")
        #expect(error.location?.unit == .record)
    }

    @Test("that claim more than they hold allocate nothing and are cut short")
    func lying() throws {
        for shape in ["(9223372036854775807,)", "(1000000000,)"] {
            let bytes = array(header("[\(unit)]", shape: shape), payload: [1, 0, 0, 0, 0, 0, 0, 0])
            let result = try rewrite(source(bytes))
            #expect(result.error?.message.contains("cut short") == true)
            #expect(result.text == "{\"unit_id\":1}\n")
        }
        let long = try rewrite(source(array("{}", version: 2, claims: 1 << 31)))
        #expect(long.error?.message.contains("header is longer") == true)
        #expect(
            try rewrite(source(array("{}", claims: 5000))).error?.message.contains("header of the array is cut") == true
        )
        #expect(try rewrite(source(array("{}", version: 4))).error?.message.contains("found 4.0") == true)
        let latin = array("{'descr': '\u{fe}'}", version: 3)
        #expect(try rewrite(source(latin.map { $0 == 0xc3 ? 0xff : $0 })).error?.message.contains("not UTF-8") == true)
    }

    @Test(
        "values that say nothing are refused at their record",
        arguments: [
            ("('a', '<f8')", Double.infinity.bitPattern, "found an infinite one"),
            ("('is_anomaly', '<i8')", 7, "expected 0, 1 or -1"),
            ("('rul', '<f8')", (1.5).bitPattern, "'rul': expected a whole number"),
            ("('cycle', '<u8')", UInt64.max, "'cycle': expected a whole number"),
            ("('timestamp', '<M8[s]')", UInt64(1) << 62, "'timestamp': expected milliseconds of the years"),
            ("('s', '|S8')", 0xff, "not valid Unicode"),
            ("('s', '<U2')", 0xd800, "not valid Unicode"),
        ] as [(String, UInt64, String)])
    func values(_ field: String, _ bits: UInt64, _ words: String) throws {
        func bytes(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let payload = bytes(1) + bytes(0) + bytes(2) + bytes(bits)
        let result = try rewrite(source(array(header("[\(unit), \(field)]", shape: "(2,)"), payload: payload)))
        let error = try #require(result.error)
        #expect(error.message.contains(words), "\(error)")
        #expect(error.location?.number == 2)
        #expect(result.records == 1)
    }

    @Test("other bytes between arrays are refused")
    func betweenArrays() throws {
        let one = array(header("[\(unit)]"), payload: [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(try rewrite(source(one + one)).text == "{\"unit_id\":1}\n{\"unit_id\":1}\n")
        #expect(
            try rewrite(source(one + Array("{\"unit_id\":1}\n".utf8))).error?.message.contains("another array") == true)
        #expect(try rewrite(source(array(header("[\(unit)]", shape: "(0,)")) + one)).text == "{\"unit_id\":1}\n")
    }
}
