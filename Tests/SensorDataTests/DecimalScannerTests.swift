import Foundation
import SensorData
import Testing

@Suite struct DecimalScannerTests {
    /// What `scan` makes of `text` followed by `tail`, and how many bytes it took.
    private func scan(_ text: String, tail: String = "", grammar: DecimalScanner.Grammar = .plain) -> (Double?, Int) {
        let bytes = Array((text + tail).utf8)
        var position = 0
        let value = bytes.withUnsafeBytes { DecimalScanner.scan($0, from: &position, grammar: grammar) }
        return (value, position)
    }

    private func expectSameAsStrtod(_ text: String) {
        let expected = strtod(text, nil)
        for tail in ["", " ", ",\"sensor_2\":", "\n1 2 3 4 5 6 7"] {
            let (value, length) = scan(text, tail: tail)
            #expect(value?.bitPattern == expected.bitPattern, "\(text) before '\(tail)'")
            #expect(length == text.utf8.count, "\(text) before '\(tail)'")
        }
    }

    @Test(arguments: [
        "0", "-0", "-0.0", "7", "518.67", "2388.06", "8138.62", "23.4190", "-0.0007", "100.0", "12345678", "123456789",
        "1234567.8", "12345678.9", "0.00000001", "1e5", "1E-5", "1.5e+3", "+4", ".5", "5.", "-.25", "9007199254740993",
        "9007199254740992", "18446744073709551615", "9999999999999999999", "12345678901234567890.5", "1e22", "1e23",
        "1e27",
        "1e28", "8.5e-27", "2.2250738585072014e-308", "4.9e-324", "1.7976931348623157e308",
        "0.1000000000000000055511151231257827",
        "641.8200000000001", "0.30000000000000004", "1e-400", "000123", "0.0000000000000000000000001234",
    ])
    func agreesWithStrtod(text: String) {
        expectSameAsStrtod(text)
    }

    @Test func agreesWithStrtodOnRandomNumbers() {
        var random = SplitMix(state: 20_080_414)
        for _ in 0..<40_000 {
            expectSameAsStrtod("\(Double(bitPattern: random.next() & 0x7FEF_FFFF_FFFF_FFFF))")
            expectSameAsStrtod(random.decimal())
        }
    }

    @Test func agreesWithStrtodHalfwayBetweenDoubles() {
        var random = SplitMix(state: 11)
        for _ in 0..<20_000 {
            // An odd 54-bit integer lies exactly between two doubles.
            let halfway = (random.next() >> 10) | 1 | 1 << 53
            expectSameAsStrtod("\(halfway)")
            expectSameAsStrtod("\(halfway)e\(Int(random.next() % 54) - 27)")
        }
    }

    @Test(arguments: [".8366600265340756", "-.8366600265340756", "00.8366600265340756", "01.5", "642.e5", "642."])
    func refusesWhatJSONHasNot(text: String) {
        for tail in ["", ",", String(repeating: ",", count: 40)] {
            let (value, length) = scan(text, tail: tail, grammar: .json)
            #expect(value == nil, "'\(text)'")
            #expect(length == 0)
        }
    }

    @Test(arguments: ["", "-", "+", ".", "-.", "abc", "nan", "inf", "-inf", "e5", "1e", "1e+", "1.5e-", "--1"])
    func refuses(text: String) {
        for tail in ["", "        "] {
            let (value, length) = scan(text, tail: tail)
            #expect(value == nil, "'\(text)'")
            #expect(length == 0)
        }
    }

    @Test func stopsBehindTheNumber() {
        #expect(scan("1.5.2", tail: "          ").1 == 3)
        #expect(scan("12-3", tail: "          ").1 == 2)
        #expect(scan("0x10", tail: "          ").1 == 1)
    }

    @Test(arguments: ["01", "-01.5", "+1", ".5", "5.", "5.e1", "00"])
    func jsonIsStricter(text: String) {
        for tail in ["", ",        "] {
            #expect(scan(text, tail: tail, grammar: .plain).0 != nil, "'\(text)'")
            #expect(scan(text, tail: tail, grammar: .json).0 == nil, "'\(text)'")
        }
    }

    @Test(arguments: ["0", "-0.5", "10", "0.001", "1e3", "1234567890"])
    func jsonTakesItsOwn(text: String) {
        for tail in ["", ",        "] { #expect(scan(text, tail: tail, grammar: .json).0 == Double(text)) }
    }
}

/// Vigna's SplitMix64.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A decimal of up to 12 digits on each side of the point, now and then with sign and exponent.
    mutating func decimal() -> String {
        var text = next() % 4 == 0 ? "-" : ""
        for _ in 0...next() % 12 { text += "\(next() % 10)" }
        if next() % 4 != 0 {
            text += "."
            for _ in 0...next() % 12 { text += "\(next() % 10)" }
        }
        if next() % 4 == 0 { text += "e\(Int(next() % 80) - 40)" }
        return text
    }
}
