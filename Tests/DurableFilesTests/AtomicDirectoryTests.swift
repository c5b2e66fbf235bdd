import DurableFiles
import Foundation
import Testing

@Suite struct AtomicDirectoryTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/models/one" }

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to path: String) throws {
        let directory = try AtomicDirectory(path, replacing: "model.json")
        try directory.write(text.utf8, to: "model.json")
        try directory.commit()
    }

    @Test func aDirectoryIsThereAfterCommitWithItsParents() throws {
        let directory = try AtomicDirectory(path + "/")
        try directory.write("{}".utf8, to: "model.json")
        #expect(!FileManager.default.fileExists(atPath: path))
        try directory.commit()
        #expect(folder.names == ["models", "models/one", "models/one/model.json"])
    }

    @Test func withoutCommitNothingIsLeft() throws {
        try write("old", to: path)
        do {
            let directory = try AtomicDirectory(path, replacing: "model.json")
            try directory.write("new".utf8, to: "model.json")
        }
        #expect(folder.names == ["models", "models/one", "models/one/model.json"])
        #expect(try folder.text("models/one/model.json") == "old")
    }

    @Test func anOlderOneIsReplacedWhole() throws {
        try write("old", to: path)
        try folder.write("note", to: "models/one/sub/note")
        try write("new", to: path)
        #expect(folder.names == ["models", "models/one", "models/one/model.json"])
        #expect(try folder.text("models/one/model.json") == "new")
    }

    @Test func aReaderAlwaysFindsOne() async throws {
        try write("0", to: path)
        let path = path
        let reader = Task.detached {
            var missing = 0
            var information = stat()
            while !Task.isCancelled {
                if stat(path, &information) != 0 { missing += 1 }
            }
            return missing
        }
        for round in 1...50 { try write("\(round)", to: path) }
        reader.cancel()
        #expect(await reader.value == 0)
        #expect(try folder.text("models/one/model.json") == "50")
    }

    @Test func whatIsNoneOfOursIsNotReplaced() throws {
        try folder.write("precious", to: "models/one/thesis.tex")
        let refused = #expect(throws: SystemError.self) { try AtomicDirectory(path, replacing: "model.json") }
        #expect(refused?.operation == "create")
        #expect(refused?.code == ENOTEMPTY)
        try folder.write("file", to: "models/file")
        let file = #expect(throws: SystemError.self) { try AtomicDirectory("\(folder.path)/models/file") }
        #expect(file?.code == ENOTDIR)
        #expect(try folder.text("models/one/thesis.tex") == "precious")
        #expect(folder.names == ["models", "models/file", "models/one", "models/one/thesis.tex"])
    }

    @Test func whatCannotBeMadeIsKnownBefore() throws {
        try folder.write("file", to: "file")
        try folder.write("precious", to: "full/thesis.tex")
        try AtomicDirectory.checkReplaceable("\(folder.path)/new/one/", marker: nil)
        try AtomicDirectory.checkReplaceable("surely-not-there", marker: nil)
        for (name, code) in [("file/one", ENOTDIR), ("file/one/two", ENOTDIR), ("full", ENOTEMPTY), ("file", ENOTDIR)] {
            let error = #expect(throws: SystemError.self) {
                try AtomicDirectory.checkReplaceable("\(folder.path)/\(name)", marker: "model.json")
            }
            #expect(error == SystemError("create", "\(folder.path)/\(name)", code: code))
        }
        #expect(folder.names == ["file", "full", "full/thesis.tex"])
    }

    @Test func anEmptyOneIsReplaced() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write("new", to: path)
        #expect(try folder.text("models/one/model.json") == "new")
    }

    @Test func whatALinkLeadsToIsNotRemoved() throws {
        try folder.write("precious", to: "elsewhere/model.json")
        try folder.write("", to: "models/keep")
        try folder.link("models/one", to: "../elsewhere")
        try write("new", to: path)
        #expect(try folder.text("models/one/model.json") == "new")
        #expect(try folder.text("elsewhere/model.json") == "precious")

        try folder.link("models/one/more", to: "../../elsewhere")
        try write("newer", to: path)
        #expect(try folder.text("elsewhere/model.json") == "precious")
    }
}
