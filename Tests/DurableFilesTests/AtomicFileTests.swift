import DurableFiles
import Foundation
import Testing

@Suite struct AtomicFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aFileIsThereAfterCommitAndNotBefore() throws {
        let file = try AtomicFile("\(folder.path)/a")
        try Array("abc".utf8).withUnsafeBytes { try file.write($0) }
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/a"))
        try file.commit()
        #expect(try folder.text("a") == "abc")
        #expect(folder.names == ["a"])
    }

    @Test func withoutCommitNothingIsLeft() throws {
        try folder.write("old", to: "a")
        do {
            let file = try AtomicFile("\(folder.path)/a")
            try Array("new".utf8).withUnsafeBytes { try file.write($0) }
        }
        #expect(folder.names == ["a"])
        #expect(try folder.text("a") == "old")
    }

    /// So that a killed program leaves nothing behind either.
    @Test func aFileUnderWayHasNoNameWhereTheFileSystemCan() throws {
        let probe = open(folder.path, O_WRONLY | O_DIRECTORY | 0o20000000, 0o600)
        guard probe >= 0 else { return }
        close(probe)
        let file = try AtomicFile("\(folder.path)/a")
        try Array("abc".utf8).withUnsafeBytes { try file.write($0) }
        #expect(folder.names == [])
        try file.commit()
        #expect(folder.names == ["a"])
        #expect(try folder.text("a") == "abc")
    }

    @Test func whatCannotBeMadeIsKnownBefore() throws {
        try folder.write("old", to: "a")
        try folder.link("link", to: "a")
        for name in ["a", "new", "link"] { try AtomicFile.checkCreatable("\(folder.path)/\(name)") }
        try AtomicFile.checkCreatable("/dev/null")
        try AtomicFile.checkCreatable("surely-not-there")
        for (name, code) in [("", EISDIR), ("none/b", ENOENT), ("a/b", ENOTDIR)] {
            let error = #expect(throws: SystemError.self) {
                try AtomicFile.checkCreatable("\(folder.path)/\(name)")
            }
            #expect(error == SystemError("create", "\(folder.path)/\(name)", code: code))
        }
        #expect(folder.names == ["a", "link"])
        // Nobody reads it: opening it would wait for ever.
        mkfifo("\(folder.path)/pipe", 0o600)
        try AtomicFile.checkCreatable("\(folder.path)/pipe")
    }

    @Test func twoNamesOfOneFileHaveOneIdentity() throws {
        try folder.write("", to: "deep/a")
        try folder.link("link", to: "deep/a")
        let identity = try #require(FileIdentity("\(folder.path)/deep/a"))
        #expect(identity == FileIdentity("\(folder.path)/deep/../link"))
        #expect(identity != FileIdentity("\(folder.path)/deep"))
        #expect(FileIdentity("\(folder.path)/new") == FileIdentity("\(folder.path)/deep/../new"))
        #expect(FileIdentity("\(folder.path)/new") != FileIdentity("\(folder.path)/newer"))
        for path in ["/dev/null", "\(folder.path)/none/a"] { #expect(FileIdentity(path) == nil) }
    }

    @Test func anOlderFileIsReplacedAndKeepsItsPermissions() throws {
        try folder.write("old", to: "a")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(folder.path)/a")
        try AtomicFile.write("new".utf8, to: "\(folder.path)/a")
        #expect(try folder.text("a") == "new")
        let permissions = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/a")[.posixPermissions]
        #expect(permissions as? Int == 0o600)
    }

    @Test func aLinkStaysALink() throws {
        try folder.write("old", to: "deep/target")
        try folder.link("link", to: "deep/target")
        try AtomicFile.write("new".utf8, to: "\(folder.path)/link")
        #expect(try folder.text("deep/target") == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.path)/link") == "deep/target")
        #expect(folder.names == ["deep", "deep/target", "link"])
    }

    @Test func aDeviceIsWrittenToAndStays() throws {
        try AtomicFile.write("gone".utf8, to: "/dev/null")
        var information = stat()
        #expect(stat("/dev/null", &information) == 0)
        #expect(information.st_mode & S_IFMT == S_IFCHR)
        let full = #expect(throws: SystemError.self) { try AtomicFile.write("x".utf8, to: "/dev/full") }
        #expect(full?.code == ENOSPC)
        #expect(full?.operation == "write")
    }

    @Test func whatCannotBeCreatedIsSaid() throws {
        let missing = #expect(throws: SystemError.self) { try AtomicFile("\(folder.path)/no/a") }
        #expect(missing?.operation == "create")
        #expect(missing?.description == "\(folder.path)/no/a: cannot create: No such file or directory")
        let directory = #expect(throws: SystemError.self) { try AtomicFile(folder.path) }
        #expect(directory?.code == EISDIR)
    }
}
