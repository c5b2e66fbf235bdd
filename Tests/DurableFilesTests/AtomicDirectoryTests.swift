import DurableFiles
import Foundation
import Testing

/// A folder of its own for a test, removed with it.
private final class Scratch {
    let path = NSTemporaryDirectory() + "borescope-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var entries: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }
}

@Suite struct AtomicDirectoryTests {
    @Test func appearsWholeWithItsParents() throws {
        let scratch = try Scratch()
        let directory = try AtomicDirectory("\(scratch.path)/models/forest/")
        try directory.write([1, 2, 3], to: "weights")
        #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/models/forest"))
        try directory.commit()
        #expect(try readFile("\(scratch.path)/models/forest/weights") == [1, 2, 3])
    }

    @Test func replacesAnOlderDirectoryAndLeavesNothingBeside() throws {
        let scratch = try Scratch()
        for byte in [UInt8(1), 2] {
            let directory = try AtomicDirectory("\(scratch.path)/model")
            try directory.write([byte], to: byte == 1 ? "old" : "new")
            try directory.commit()
        }
        #expect(scratch.entries == ["model"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/model") == ["new"])
    }

    @Test func leavesNothingWithoutACommit() throws {
        let scratch = try Scratch()
        do {
            let directory = try AtomicDirectory("\(scratch.path)/model")
            try directory.write([1], to: "weights")
        }
        #expect(scratch.entries.isEmpty)
    }

    @Test func showsTheOldOneUntilTheCommitAndTheNewOneAfter() throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/model"
        for round in 0..<20 {
            let directory = try AtomicDirectory(path)
            try directory.write([UInt8(round)], to: "weights")
            if round == 0 {
                try directory.commit()
                continue
            }
            let before = try readFile("\(path)/weights")
            try directory.commit()
            let after = try readFile("\(path)/weights")
            #expect(before == [UInt8(round - 1)] && after == [UInt8(round)])
        }
    }

    @Test func readingStopsAtTheLimit() throws {
        let scratch = try Scratch()
        try AtomicFile.write([1, 2, 3, 4], to: "\(scratch.path)/file")
        #expect(throws: SystemError.self) { try readFile("\(scratch.path)/file", limit: 3) }
        #expect(throws: SystemError.self) { try readFile("\(scratch.path)/missing") }
    }
}
