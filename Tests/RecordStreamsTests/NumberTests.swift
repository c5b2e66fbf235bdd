import RecordStreams
import SensorData
import Testing

/// The text of `value` as a column of a row.
private func text(_ value: Double) throws -> String {
    var batch = RowBatch(schema: RowSchema(keys: [], columns: ["x"]))
    batch.unitIDs = [1]
    batch.values = [value]
    let line = String(decoding: try written(.ndjson) { try $0.write(batch) }, as: UTF8.self)
    return String(line.dropFirst(#"{"unit_id":1,"x":"#.count).dropLast(2))
}

/// The number of significant digits in a decimal.
private func digitCount(_ text: String) -> Int {
    let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber)
    let stripped = mantissa.drop { $0 == "0" }
    return stripped.count - stripped.reversed().prefix { $0 == "0" }.count
}

@Suite("Numbers")
struct NumberTests {
    @Test(
        "are laid out as ECMAScript does",
        arguments: [
            (0.0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (100, "100"), (0.0001, "0.0001"), (641.82, "641.82"),
            (0.000001, "0.000001"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (-1.25e-10, "-1.25e-10"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (.leastNonzeroMagnitude, "5e-324"), (1.5e300, "1.5e+300"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (2.2250738585072014e-308, "2.2250738585072014e-308"), (123456789012345680, "123456789012345680"),
            (99999999999.9999, "99999999999.9999"), (0.1 + 0.2, "0.30000000000000004"),
            (9_007_199_254_740_992, "9007199254740992"),
            (1e23, "1e+23"), (9.5367431640625e-7, "9.5367431640625e-7"), (4.35, "4.35"), (.nan, "null"),
        ])
    func layout(_ value: Double, _ expected: String) throws {
        #expect(try text(value) == expected)
    }

    @Test("any double reads back to itself, with as few digits as Swift's own printing has")
    func shortest() throws {
        var random = SplitMix(seed: 11)
        var values: [Double] = []
        for exponent in -1074...1023 {
            let power = Double(sign: .plus, exponent: exponent, significand: 1)
            values += [power, power.nextUp, power.nextDown]
        }
        for power in -320...308 { values.append(Double("1e\(power)") ?? 0) }
        for _ in 0..<15_000 {
            let bits = Double(bitPattern: random.next())
            if bits.isFinite { values.append(bits) }
            values.append(Double(random.next() % 2_000_000_000) / 10_000 - 1e5)
            values.append(Double.random(in: -3000...3000, using: &random))
            values.append(Double(Int64(bitPattern: random.next()) >> Int64(random.next() % 64)))
        }
        var batch = RowBatch(schema: RowSchema(keys: [], columns: ["x"]))
        batch.unitIDs = Array(repeating: 1, count: values.count)
        batch.values = values
        let bytes = try written(.ndjson) { try $0.write(batch) }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        try #require(lines.count == values.count)
        var wrong: [String] = []
        for (line, value) in zip(lines, values) {
            let text = String(line.dropFirst(#"{"unit_id":1,"x":"#.count).dropLast())
            if Double(text)?.bitPattern != value.bitPattern || digitCount(text) != digitCount("\(value)") {
                wrong.append("\(text) for \(value)")
            }
        }
        #expect(wrong == [])
        // And the reader agrees with the standard library on every one of them.
        let reader = RecordReader(source(bytes))
        var read: [Double] = []
        while try reader.next(&batch) { read += batch.values }
        #expect(read.count == values.count)
        #expect(zip(read, values).allSatisfy { $0.bitPattern == $1.bitPattern })
    }

    @Test("any float of a window reads back to itself, with as few digits as Swift's own printing has")
    func shortestFloats() throws {
        var random = SplitMix(seed: 12)
        var batch = WindowBatch(columns: ["x"], length: 1, keys: [])
        for _ in 0..<15_000 {
            let bits = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if bits.isFinite { batch.rows.append(bits) }
            batch.rows.append(Float(random.next() % 10_000_000) / 1000)
        }
        batch.starts = Array(0..<batch.rows.count)
        batch.unitIDs = Array(repeating: 1, count: batch.rows.count)
        let bytes = try written(.ndjson) { try $0.write(batch) }
        var wrong: [String] = []
        for (line, value) in zip(String(decoding: bytes, as: UTF8.self).split(separator: "\n"), batch.rows) {
            let text = String(line.dropFirst(#"{"unit_id":1,"window":[{"x":"#.count).dropLast(3))
            if Float(text)?.bitPattern != value.bitPattern || digitCount(text) != digitCount("\(value)") {
                wrong.append("\(text) for \(value)")
            }
        }
        #expect(wrong == [])
        let reader = RecordReader(source(bytes))
        var read: [Float] = []
        var decoded = batch
        while try reader.next(&decoded) { read += decoded.rows }
        #expect(read.count == batch.rows.count)
        #expect(zip(read, batch.rows).allSatisfy { $0.bitPattern == $1.bitPattern })
    }
}
