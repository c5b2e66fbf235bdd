#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Random numbers that are a function of (seed, stream, position): Philox4x32-10 of Salmon, Moraes, Dror and Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3" (SC 2011, doi:10.1145/2063384.2063405).
///
/// Threads that share work ask for the words of their own positions, so the numbers do not depend on who does what.
/// As a `RandomNumberGenerator` it walks through the positions of its stream.
public struct CounterRandom: RandomNumberGenerator, Sendable {
    /// One output of the cipher: four words.
    public typealias Block = SIMD4<UInt32>

    private let key: SIMD2<UInt32>
    private let stream: SIMD2<UInt32>
    /// The position of the word that `next()` takes next.
    public private(set) var position: UInt64 = 0
    private var block = Block.zero
    private var blockIndex = UInt64.max

    /// The stream `stream` of the numbers of `seed`; streams are independent of each other.
    public init(seed: UInt64, stream: UInt64 = 0) {
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed &>> 32))
        self.stream = SIMD2(UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream &>> 32))
    }

    /// The cipher: ten rounds over `counter` with `key`.
    public static func philox(counter: Block, key: SIMD2<UInt32>) -> Block {
        var x = counter
        var k = key
        for _ in 0..<10 {
            let first = UInt64(x.x) &* 0xD251_1F53
            let second = UInt64(x.z) &* 0xCD9E_8D57
            x = Block(
                UInt32(truncatingIfNeeded: second &>> 32) ^ x.y ^ k.x, UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first &>> 32) ^ x.w ^ k.y, UInt32(truncatingIfNeeded: first))
            k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return x
    }

    /// The words at positions `4 · index ..< 4 · index + 4`.
    public func block(at index: UInt64) -> Block {
        CounterRandom.philox(
            counter: Block(
                UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index &>> 32), stream.x, stream.y),
            key: key)
    }

    /// The word at `position`.
    public func word(at position: UInt64) -> UInt32 {
        block(at: position &>> 2)[Int(position & 3)]
    }

    /// The next 64 bits of the stream.
    public mutating func next() -> UInt64 {
        if position & 1 == 1 { position &+= 1 }
        if blockIndex != position &>> 2 {
            blockIndex = position &>> 2
            block = block(at: blockIndex)
        }
        let lane = Int(position & 3)
        position &+= 2
        return UInt64(block[lane]) | UInt64(block[lane + 1]) &<< 32
    }

    /// Continues at `position`, as a checkpoint recorded it.
    public mutating func seek(to position: UInt64) {
        self.position = position
    }

    /// A number from [0, 1), a multiple of 2⁻⁵³.
    public mutating func uniform() -> Double {
        Double(next() &>> 11) * 0x1p-53
    }

    /// A number from [0, 1), a multiple of 2⁻²⁴.
    public mutating func uniform() -> Float {
        Float(next() &>> 40) * 0x1p-24
    }

    /// A number of the standard normal distribution, by Box and Muller's transform.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform() as Double)).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }
}
