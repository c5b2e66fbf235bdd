import CommandKit
import Foundation
import Testing

private let defaults = """
    # how a forest grows
    forest:
      trees: 200        # how many
      contamination: [0.01, 0.05]
      view: last
    columns: [sensor_2, 'sensor_3']
    bootstrap: false
    ranges:
      sensor_2: [600, 700.5]
    """

/// Settings of a made-up tool, with the lines of a `--config` file.
private func settings(_ file: String? = nil, _ environment: [String: String] = [:]) throws -> Settings {
    guard let file else {
        return try Settings(tool: "grow-forest", defaults: Array(defaults.utf8), environment: environment)
    }
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString).yaml")
    try file.write(to: url, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: url) }
    return try Settings(tool: "grow-forest", defaults: Array(defaults.utf8), file: url.path, environment: environment)
}

/// The message with which `work` refuses.
private func refusal(_ work: () throws -> Void) -> String {
    do {
        try work()
        return "accepted"
    } catch {
        return "\(error)".replacing(/\S*settings-\S*\.yaml/, with: "FILE")
    }
}

@Suite("Settings")
struct SettingsTests {
    @Test("the defaults are read by kind")
    func kinds() throws {
        let settings = try settings()
        #expect(try settings.int("forest.trees") == 200)
        #expect(try settings.doubles("forest.contamination") == [0.01, 0.05])
        #expect(try settings.string("forest.view") == "last")
        #expect(try settings.strings("columns") == ["sensor_2", "sensor_3"])
        #expect(try settings.bool("bootstrap") == false)
        #expect(try settings.ranges("ranges") == ["sensor_2": 600...700.5])
        #expect(try settings.double("forest.trees") == 200)
    }

    @Test("of values that do not go together, one that the user set is to blame")
    func blame() throws {
        func refusal(_ file: String?, _ environment: [String: String] = [:]) throws -> String {
            let fault = try settings(file, environment).fault(among: [("forest.trees", "many"), ("forest.view", "all")])
            return "\(fault)".replacing(/\S*settings-\S*\.yaml/, with: "FILE")
        }
        #expect(try refusal("forest: {view: none}\n") == "FILE:1: key 'forest.view': expected all, found 'none'")
        #expect(try refusal("forest: {view: none, trees: 1}\n").hasPrefix("FILE:1: key 'forest.trees'"))
        #expect(
            try refusal(nil, ["BORESCOPE_GROW_FOREST_FOREST_VIEW": "x"])
                == "BORESCOPE_GROW_FOREST_FOREST_VIEW: key 'forest.view': expected all, found 'x'")
        #expect(try refusal(nil).hasPrefix("configs/grow-forest.yaml:3: key 'forest.trees'"))
    }

    @Test("the environment overrides the file, the file the defaults")
    func precedence() throws {
        let file = "forest: {trees: 50, view: all}\n"
        #expect(try settings(file).int("forest.trees") == 50)
        let environment = ["BORESCOPE_GROW_FOREST_FOREST_TREES": "7"]
        #expect(try settings(file, environment).int("forest.trees") == 7)
        #expect(try settings(file, environment).string("forest.view") == "all")
        #expect(try settings(file, environment).doubles("forest.contamination") == [0.01, 0.05])
    }

    @Test("variables in a file are replaced, with their default when unset or empty")
    func variables() throws {
        let file = "forest: {trees: \"x\", view: '${A}-${B:-b}'}\ncolumns: ['${A:-none}', c]\nbootstrap: ${C:-true}\n"
        let settings = try settings(file, ["A": "a", "B": ""])
        #expect(try settings.string("forest.view") == "a-b")
        #expect(try settings.strings("columns") == ["a", "c"])
        #expect(try settings.bool("bootstrap"))
    }

    @Test("a variable may be a number, in quotes too, which a list in brackets needs")
    func numericVariables() throws {
        let file = "forest: {trees: '${A:-7}', contamination: [\"${A:-0.25}\", 0.5]}\n"
        #expect(try settings(file).int("forest.trees") == 7)
        #expect(try settings(file).doubles("forest.contamination") == [0.25, 0.5])
        #expect(try settings(file, ["A": "3"]).int("forest.trees") == 3)
        #expect(refusal { _ = try settings("forest: {trees: '7'}\n").int("forest.trees") }.contains("found '7'"))
    }

    @Test(
        "what is wrong in a list or a mapping is named with the part's own line",
        arguments: [
            ("numbers:\n  [1,\n   x]\n", "FILE:3: key 'numbers': expected whole numbers from 1 to 9, found 'x'"),
            ("numbers: [5.5]\n", "FILE:1: key 'numbers': expected whole numbers from 1 to 9, found '5.5'"),
            ("numbers: [0]\n", "FILE:1: key 'numbers': expected whole numbers from 1 to 9, found '0'"),
            ("numbers: [5, 6, 5]\n", "FILE:1: key 'numbers': expected each item once, found '5'"),
            ("numbers: 5\n", "FILE:1: key 'numbers': expected a list of whole numbers from 1 to 9, found '5'"),
            ("ways: [up, down]\n", "FILE:1: key 'ways': expected some of up, sideways, found 'down'"),
            (
                "ranges:\n  sensr_2: [1, 2]\n",
                "FILE:2: unknown key 'ranges.sensr_2'; expected one of: sensor_1, sensor_2"
            ),
            (
                "ranges:\n  sensor_2: [700, 600]\n",
                "FILE:2: key 'ranges.sensor_2': expected [low, high], two numbers that do not fall, found [700, 600]"
            ),
            ("ranges: 3\n", "FILE:1: key 'ranges': expected a mapping of names to [low, high], found '3'"),
        ])
    func parts(file: String, message: String) throws {
        enum Way: String, CaseIterable { case up, sideways }
        let defaults = "numbers: [1]\nways: [up]\nranges: {sensor_2: [1, 2]}\n"
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString).yaml")
        try file.write(to: url, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: url) }
        let settings = try Settings(tool: "t", defaults: Array(defaults.utf8), file: url.path, environment: [:])
        let found = refusal {
            _ = try settings.distinctInts("numbers", in: 1...9)
            _ = try settings.choices("ways", as: Way.self)
            _ = try settings.ranges("ranges", of: ["sensor_1", "sensor_2"])
        }
        #expect(found == message)
    }

    @Test("an option's list is one, and its faults are named by the option")
    func optionLists() throws {
        var settings = try settings()
        settings.override("columns", withList: "a b, c,,d ", from: "--columns")
        #expect(try settings.strings("columns") == ["a b", "c", "d"])
        settings.override("columns", withList: nil, from: "--columns")
        #expect(try settings.strings("columns").count == 3)
        settings.override("forest.contamination", withList: "0.1,x", from: "--shares")
        #expect(
            refusal { _ = try settings.doubles("forest.contamination") } == "--shares: expected numbers, found 'x'")
    }

    @Test("sections are found by name")
    func sections() throws {
        let text = "a: {one: {x: 1}, two: {x: 2}, three: 3}\n"
        let settings = try Settings(tool: "t", defaults: Array(text.utf8), environment: [:])
        #expect(settings.sections(of: "a") == ["one", "two"])
    }

    @Test(
        "what is wrong is named with file, line and key",
        arguments: [
            ("forest:\n  tree: 3\n", "FILE:2: unknown key 'forest.tree'; expected one of: bootstrap"),
            ("forest:\n  trees: 0\n", "FILE:2: key 'forest.trees': expected a whole number from 1 to 1000, found '0'"),
            (
                "forest:\n  trees: '9'\n",
                "FILE:2: key 'forest.trees': expected a whole number from 1 to 1000, found '9'"
            ),
            (
                "forest:\n  trees: [1]\n",
                "FILE:2: key 'forest.trees': expected a whole number from 1 to 1000, found a list"
            ),
            ("forest:\n  trees: ${NO}\n", "FILE:2: key 'forest.trees': the environment variable NO is not set"),
            ("forest:\n  trees: a${NO\n", "FILE:2: key 'forest.trees': '${' without its '}'"),
            ("forest: 3\n", "FILE:1: key 'forest': expected a section of keys, found a value"),
            ("- a\n", "FILE:1: expected settings (key: value), found a list"),
            ("forest:\n  trees: 1\n  trees: 2\n", "FILE:3: the key 'trees' stands here a second time"),
            ("a: [1\n", "FILE:2: did not find expected ',' or ']'"),
            ("bootstrap: true\n---\nbootstrap: false\n", "FILE:3: a second document; expected one"),
            ("columns: &a [*a]\n", "FILE:1: nested too deeply"),
        ])
    func refusals(file: String, message: String) throws {
        let found = refusal { _ = try settings(file).int("forest.trees", in: 1...1000) }
        #expect(found.hasPrefix(message), "\(found)")
    }

    @Test(
        "numbers are finite decimal numbers and truth is spelled true or false",
        arguments: [
            "nan", "inf", ".inf", "0x10", "1e999", "yes", "", "''",
        ])
    func noNumber(text: String) throws {
        let settings = try settings("forest:\n  trees: \(text)\nbootstrap: \(text)\n")
        #expect(refusal { _ = try settings.double("forest.trees") }.contains("expected a number, found"))
        #expect(refusal { _ = try settings.int("forest.trees") }.contains("expected a whole number, found"))
        #expect(refusal { _ = try settings.bool("bootstrap") }.contains("expected true or false, found"))
    }

    @Test("an empty file changes nothing, and a missing one has its own error")
    func files() throws {
        #expect(try settings("# nothing\n").int("forest.trees") == 200)
        let found = refusal { _ = try Settings(tool: "t", defaults: [], file: "/nowhere.yaml", environment: [:]) }
        #expect(found.contains("/nowhere.yaml"))
    }

    @Test("every shipped configuration can be read, and stands beside a tool of its name")
    func shipped() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let configs = root.appendingPathComponent("configs")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: configs.path)) ?? []
        for name in names where name.hasSuffix(".yaml") {
            let tool = String(name.dropLast(".yaml".count))
            let text = try Data(contentsOf: configs.appendingPathComponent(name))
            _ = try Settings(tool: tool, defaults: Array(text), environment: [:])
            let link = root.appendingPathComponent("Sources/\(tool)/\(name)")
            #expect(try Data(contentsOf: link) == text, "\(name) is not what \(tool) embeds")
        }
    }
}
