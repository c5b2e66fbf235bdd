import DurableFiles
import Foundation
import Testing

@Suite struct FileReadingTests {
    @Test func readingStopsAtTheLimit() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write([1, 2, 3, 4], to: "\(folder.path)/file")
        #expect(try readFile("\(folder.path)/file", limit: 4) == [1, 2, 3, 4])
        let long = #expect(throws: SystemError.self) { try readFile("\(folder.path)/file", limit: 3) }
        #expect(long?.code == EFBIG)
        let missing = #expect(throws: SystemError.self) { try readFile("\(folder.path)/missing") }
        #expect(missing?.operation == "open")
        #expect(throws: SystemError.self) { try readFile(folder.path) }
    }
}
