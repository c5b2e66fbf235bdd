import Foundation
import Testing

private let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

@Suite("The house stands: layers import downward only")
struct ArchitectureTests {
    @Test("every source file keeps the rules")
    func sources() throws {
        let tree = try SourceTree(root: repository.appendingPathComponent("Sources"))
        #expect(tree.files.count > 20)
        #expect(tree.executables.isSuperset(of: ["cmapss-ingest", "featurize", "score", "evaluate"]))
        for violation in LayerRules.borescope.violations(in: tree) { Issue.record("\(violation)") }
    }

    @Test("no test file is longer than a source file may be")
    func testFiles() throws {
        let tree = try SourceTree(root: repository.appendingPathComponent("Tests"))
        for file in tree.files where file.lines.count > LayerRules.longestFile {
            Issue.record("Tests/\(file.path): \(file.lines.count) lines")
        }
    }

    @Test("the package's targets depend on each other without a cycle")
    func manifest() throws {
        let text = try String(contentsOf: repository.appendingPathComponent("Package.swift"), encoding: .utf8)
        let graph = DependencyGraph(manifest: text)
        #expect(graph.edges["featurize"]?.contains("Features") == true)
        #expect(graph.edges["Features"]?.contains("SensorData") == true)
        #expect(graph.cycle() == nil)
    }
}

@Suite("The checker itself can say no")
struct ArchitectureCheckerTests {
    private let rules = LayerRules(rows: [("Floor", []), ("Room", ["Floor"]), ("Attic", ["Room"])])

    /// The violations of a made-up tree: path below `Sources` → text.
    private func violations(_ files: [String: String]) throws -> [String] {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("tree-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let url = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: false, encoding: .utf8)
        }
        return rules.violations(in: try SourceTree(root: root))
    }

    @Test("downward imports, foreign modules and programs above everything pass")
    func sound() throws {
        let found = try violations([
            "Floor/A.swift": "import Foundation\n",
            "Room/A.swift": "import Floor\n",
            "Attic/A.swift": "public import Floor\nimport struct Room.Chair\n",
            "door/Door.swift": "import Attic\nimport Floor\n\n@main\nstruct Door {}\n",
        ])
        #expect(found == [])
    }

    @Test(
        "an upward import is found in every form",
        arguments: [
            "import Attic", "  import Attic", "public import Attic", "@preconcurrency import Attic",
            "import struct Attic.Trunk", "@_exported public import Attic // why", "import Attic;",
        ])
    func upward(line: String) throws {
        let found = try violations(["Room/A.swift": "\(line)\n", "Attic/A.swift": "", "Floor/A.swift": ""])
        #expect(found == ["Room/A.swift:1: Room may not import Attic"])
    }

    @Test("a comment or a text that mentions an import is none")
    func mention() throws {
        let found = try violations([
            "Room/A.swift": "// import Attic\nlet text = \"import Attic\"\n", "Attic/A.swift": "",
        ])
        #expect(found == [])
    }

    @Test("a room outside the table and an imported program are found")
    func unknown() throws {
        let found = try violations([
            "Floor/A.swift": "import door\n", "Shed/A.swift": "import Floor\n", "door/D.swift": "@main struct D {}\n",
        ])
        #expect(
            found == [
                "Floor/A.swift:1: imports the program door; nothing stands above a program",
                "Shed/A.swift:1: the room Shed is not in the table of layers",
            ])
    }

    @Test("forced tries and casts and unfinished work are found, with their lines")
    func words() throws {
        let found = try violations([
            "Floor/A.swift": "let a = try! f()\n// try! is fine in a comment\nlet b = a as! Int\n// TODO: more\n"
        ])
        #expect(
            found == [
                "Floor/A.swift:1: contains try!", "Floor/A.swift:3: contains as!", "Floor/A.swift:4: contains TODO",
            ])
    }

    @Test("the five hundred and first line is one too many")
    func length() throws {
        let line = "let a = 1\n"
        #expect(try violations(["Floor/A.swift": String(repeating: line, count: 500)]) == [])
        #expect(
            try violations(["Floor/A.swift": String(repeating: line, count: 501)]) == [
                "Floor/A.swift:501: 501 lines; expected at most 500"
            ])
    }

    @Test("a cycle between targets is found, whoever begins it")
    func cycle() {
        let manifest = """
            .target(name: "A", dependencies: ["B", .product(name: "P", package: "Q")]),
            .target(name: "B", dependencies: [argument, "C"]), tool("t", "A", "C"),
            .target(name: "C", dependencies: ["A"]), .systemLibrary(name: "D"),
            """
        let graph = DependencyGraph(manifest: manifest)
        #expect(graph.edges["t"] == ["A", "C"])
        #expect(graph.edges["D"] == [])
        #expect(graph.cycle() == ["A", "B", "C", "A"])
    }

    @Test("a graph without a cycle has none, diamonds included")
    func diamond() {
        let manifest = """
            .target(name: "A", dependencies: ["B", "C"]), .target(name: "B", dependencies: ["D"]),
            .target(name: "C", dependencies: ["D"]), .target(name: "D"),
            """
        #expect(DependencyGraph(manifest: manifest).cycle() == nil)
    }
}
