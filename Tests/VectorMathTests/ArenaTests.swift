import Testing
import VectorMath

@Suite struct ArenaTests {
    @Test func buffersAreZeroedAlignedAndApart() {
        let arena = Arena()
        // Some share a page; one is larger than a page, so that the arena grows.
        let buffers = [1, 16, 1000, 700_000, 33].map { AlignedBuffer<Float>($0, in: arena) }
        for (index, buffer) in buffers.enumerated() {
            #expect(buffer.values.allSatisfy { $0 == 0 })
            #expect(Int(bitPattern: buffer.pointer) % 64 == 0)
            buffer.fill(Float(index + 1))
        }
        for (index, buffer) in buffers.enumerated() {
            #expect(buffer.values.allSatisfy { $0 == Float(index + 1) })
        }
    }

    @Test func bufferKeepsItsArena() {
        let buffer = AlignedBuffer<Double>(100_000, in: Arena())
        buffer.fill(2)
        #expect(buffer.values.reduce(0, +) == 200_000)
    }
}
