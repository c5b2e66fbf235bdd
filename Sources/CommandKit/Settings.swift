import DurableFiles
import FoundationEssentials

/// A program's settings: the defaults shipped in `configs/`, overlaid by `--config FILE`, by the environment, by flags.
///
/// The defaults list every key there is, so a key of the file that they lack is unknown. Keys are dotted paths
/// (`forest.trees`); the environment variable of `forest.trees` for `train-iforest` is
/// `BORESCOPE_TRAIN_IFOREST_FOREST_TREES`. In a file, `${VAR}` and `${VAR:-default}` stand for environment variables; in
/// quotes too, which a list in brackets needs around them.
public struct Settings {
    /// One value and where it was set.
    struct Entry {
        /// The value as YAML has it.
        var node: YAMLNode
        /// Where that was said.
        var origin: SettingOrigin
    }

    /// The values by key.
    var entries: [String: Entry] = [:]

    /// Reads the settings of `tool`.
    ///
    /// - Parameters:
    ///   - defaults: the YAML text of `configs/TOOL.yaml`, embedded in the program.
    ///   - file: the `--config` file.
    ///   - environment: variable name → value.
    /// - Throws: `UsageError` naming file, line and key; `SystemError` when `file` cannot be read.
    public init(
        tool: String, defaults: [UInt8], file: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        let shipped = SettingsFile(name: "configs/\(tool).yaml", environment: environment)
        entries = try shipped.entries(in: String(decoding: defaults, as: UTF8.self), known: nil)
        if let file {
            let text = try SettingsFile.read(file)
            let overlay = try SettingsFile(name: file, environment: environment).entries(in: text, known: entries.keys)
            entries.merge(overlay) { $1 }
        }
        let prefix = "BORESCOPE_" + Settings.variable(tool) + "_"
        for key in entries.keys.sorted() {
            let name = prefix + Settings.variable(key)
            guard let value = environment[name] else { continue }
            do {
                guard let node = try YAMLNode(parsing: value) else { continue }
                entries[key] = Entry(node: node, origin: .variable(name))
            } catch let error as YAMLNode.ParseError {
                throw UsageError("\(name): \(error.reason)")
            }
        }
    }

    /// Sets `key` to what the option called `option` says; nil, an option not given, changes nothing.
    ///
    /// - Precondition: the defaults have `key`.
    public mutating func override(_ key: String, with value: (some CustomStringConvertible)?, from option: String) {
        set(key, to: value.map { YAMLNode(plain: $0.description) }, from: option)
    }

    /// Sets `key` to the list that the option called `option` gives, its items between commas; nil changes nothing.
    ///
    /// - Precondition: the defaults have `key`.
    public mutating func override(_ key: String, withList list: String?, from option: String) {
        set(key, to: list.map(YAMLNode.init(plainList:)), from: option)
    }

    private mutating func set(_ key: String, to node: YAMLNode?, from option: String) {
        precondition(entries[key] != nil, "the defaults lack \(key)")
        guard let node else { return }
        entries[key] = Entry(node: node, origin: .option(option))
    }

    /// Every setting as text, by key: what a training depends on, for its record.
    public var texts: [String: String] { entries.mapValues { $0.node.text } }

    private static func variable(_ key: String) -> String {
        String(key.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
    }
}
