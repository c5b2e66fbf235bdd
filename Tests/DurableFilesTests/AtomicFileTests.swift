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
