import Kernels
import Testing
import VectorMath

@Suite("Numbers of known shapes, eight at once") struct FieldKernelTests {
    /// Levels that have the kernels.
    private static let levels = usableLevels.filter { kernelTable(of: $0).fields != nil }

    /// Where the fields of `text` end, one byte at a time.
    private func ends(_ text: [UInt8]) -> [Int32] {
        text.indices.filter { text[$0] <= 0x20 && $0 > 0 && text[$0 - 1] > 0x20 }.map { Int32($0) }
    }

    /// Reads the fields of `line` from the third on, each expected with `places`; nil where they are refused.
    private func read(_ line: String, places: [Int], _ level: CPULevel) throws -> [Double]? {
        let kernels = try #require(kernelTable(of: level).fields)
        var shapes = [UInt64](repeating: 0, count: FieldShapes.Row.allCases.count * FieldShapes.columns)
        for (column, places) in places.enumerated() {
            FieldShapes.set(&shapes, column: column, places: places, blank: 0x20)
        }
        let text = Array(line.utf8)
        let ends = ends(text)
        try #require(ends.count == places.count + 2)
        var values = [Double](repeating: 0, count: places.count)
        let isRead = try ends.withUnsafeBufferPointer {
            kernels.readNumbers(text, try #require($0.baseAddress) + 2, places.count, shapes, &values)
        }
        return isRead ? values : nil
    }

    @Test("each value is the one the standard library reads", arguments: levels)
    func values(level: CPULevel) throws {
        var random = SplitMix(seed: 5)
        for _ in 0..<20_000 {
            let places = (0..<16).map { _ in Int.random(in: 0...5, using: &random) }
            let fields = places.map { places in
                let sign = Bool.random(using: &random) ? "-" : ""
                let most = 7 - sign.count - places - (places > 0 ? 1 : 0)
                var digits = ""
                for _ in 0..<(places + Int.random(in: 1...max(1, most), using: &random)) {
                    digits += String(Int.random(in: 0...9, using: &random))
                }
                if places > 0 { digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -places)) }
                return sign + digits
            }
            guard fields.allSatisfy({ $0.count <= FieldShapes.longest }) else { continue }
            let found = try read("unit 12 " + fields.joined(separator: " ") + " ", places: places, level)
            let expected = fields.map { Double($0)?.bitPattern }
            #expect(found?.map(\.bitPattern) == expected, "\(fields)")
        }
    }

    @Test(
        "what is laid out otherwise, or no number, is refused", arguments: levels,
        [
            "1.2.3", "12a.4", "12.345", "123", "-.25", ".25", "--1.25", "1-2.25", "12345.67", "1,25", "1e5.25", "1.2-",
            "+1.25",
        ])
    func refusals(level: CPULevel, field: String) throws {
        let fields = Array(repeating: "41.25", count: 7) + [field]
        #expect(
            try read("unit 12 " + fields.joined(separator: " ") + " ", places: Array(repeating: 2, count: 8), level)
                == nil)
        #expect(
            try read("unit 12 " + fields.joined(separator: "\t") + "\t", places: Array(repeating: 2, count: 8), level)
                == nil)
    }

    @Test("fields end where a blank follows them", arguments: levels)
    func fieldEnds(level: CPULevel) throws {
        let kernels = try #require(kernelTable(of: level).fields)
        var random = SplitMix(seed: 6)
        for length in [0, 1, 63, 64, 65, 127, 128, 200, 1000] {
            for density in [1, 2, 5, 30] {
                let text = (0..<length).map { _ in
                    Int.random(in: 0...density, using: &random) == 0 ? UInt8(ascii: " ") : UInt8(ascii: "7")
                }
                let expected = ends(text)
                for wanted in [1, 10, 1000] {
                    var found = [Int32](repeating: -1, count: wanted + FieldKernels.endSlack)
                    let count = kernels.findEnds(text, length, wanted, &found)
                    #expect(count == expected.count || count >= wanted)
                    #expect(Array(found.prefix(count)) == Array(expected.prefix(count)))
                }
            }
        }
    }
}

/// A small generator with a fixed seed (S. Vigna's SplitMix64).
private struct SplitMix: RandomNumberGenerator {
    var seed: UInt64

    mutating func next() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var word = seed
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
