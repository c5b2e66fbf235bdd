import Testing
import VectorMath

@Suite struct CounterRandomTests {
    /// The known answers of Random123's `kat_vectors`.
    @Test(arguments: [
        (
            SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
            SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
        ),
        (
            SIMD4(repeating: UInt32.max), SIMD2(repeating: UInt32.max),
            SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
        ),
        (
            SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
            SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ])
    func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
        #expect(CounterRandom.philox(counter: counter, key: key) == expected)
    }

    @Test func walkingEqualsAsking() {
        var walker = CounterRandom(seed: 7, stream: 3)
        let asked = CounterRandom(seed: 7, stream: 3)
        for pair in 0..<100 as Range<UInt64> {
            let expected = UInt64(asked.word(at: 2 * pair)) | UInt64(asked.word(at: 2 * pair + 1)) << 32
            #expect(walker.next() == expected)
        }
        var resumed = CounterRandom(seed: 7, stream: 3)
        resumed.seek(to: walker.position)
        #expect(resumed.next() == walker.next())
    }

    @Test func streamsAndSeedsDiffer() {
        let words = [(1, 0), (1, 1), (2, 0)].map { CounterRandom(seed: $0.0, stream: $0.1).word(at: 0) }
        #expect(Set(words).count == 3)
    }

    @Test func momentsOfTheDistributions() {
        var random = CounterRandom(seed: 42)
        let count = 100_000
        var sum = 0.0, squares = 0.0, uniforms = 0.0
        for _ in 0..<count {
            let value = random.normal()
            sum += value
            squares += value * value
            let uniform: Float = random.uniform()
            #expect(uniform >= 0 && uniform < 1)
            uniforms += Double(uniform)
        }
        #expect(abs(sum / Double(count)) < 0.01)
        #expect(abs(squares / Double(count) - 1) < 0.02)
        #expect(abs(uniforms / Double(count) - 0.5) < 0.005)
    }
}
