import DurableFiles
import Foundation
import Yams

/// A program's settings: the defaults shipped in `configs/`, overlaid by `--config FILE`, by the environment, by flags.
///
/// The defaults list every key there is, so a key of the file that they lack is unknown. Keys are dotted paths
/// (`forest.trees`); the environment variable of `forest.trees` for `train-iforest` is
/// `BORESCOPE_TRAIN_IFOREST_FOREST_TREES`. In a file, `${VAR}` and `${VAR:-default}` stand for environment variables.
public struct Settings {
    /// One value and where it was set.
    private struct Entry {
        var node: Node
        var origin: String
    }

    private var entries: [String: Entry] = [:]

    /// Reads the settings of `tool`.
    ///
    /// - Parameters:
    ///   - defaults: the YAML text of `configs/TOOL.yaml`, embedded in the program.
    ///   - file: the `--config` file.
    ///   - environment: variable name → value.
    /// - Throws: `UsageError` naming file, line and key.
    public init(
        tool: String, defaults: [UInt8], file: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        try overlay(String(decoding: defaults, as: UTF8.self), name: "configs/\(tool).yaml", environment, mayAdd: true)
        if let file {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw SystemError("open", file, code: ENOENT)
            }
            try overlay(String(decoding: data, as: UTF8.self), name: file, environment, mayAdd: false)
        }
        let prefix = "BORESCOPE_" + Settings.variable(tool) + "_"
        for key in entries.keys {
            let name = prefix + Settings.variable(key)
            guard let value = environment[name] else { continue }
            guard let node = try? Yams.compose(yaml: value) else {
                throw UsageError("\(name): '\(value)' is no YAML value")
            }
            entries[key] = Entry(node: node, origin: name)
        }
    }

    private static func variable(_ key: String) -> String {
        String(key.uppercased().map { $0 == "-" || $0 == "." ? "_" : $0 })
    }

    private mutating func overlay(
        _ text: String, name: String, _ environment: [String: String], mayAdd: Bool
    ) throws {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw UsageError("\(name): \(error)")
        }
        guard let root else { return }
        guard let mapping = root.mapping else {
            throw UsageError("\(name):1: expected a mapping of settings")
        }
        try overlay(mapping, below: "", name: name, environment, mayAdd: mayAdd)
    }

    private mutating func overlay(
        _ mapping: Node.Mapping, below prefix: String, name: String, _ environment: [String: String], mayAdd: Bool
    ) throws {
        for (keyNode, value) in mapping {
            let origin = "\(name):\(keyNode.mark?.line ?? 0)"
            guard let word = keyNode.string else { throw UsageError("\(origin): expected a key, found a \(keyNode.kindName)") }
            let key = prefix + word
            let isSection = mayAdd || entries.keys.contains { $0.hasPrefix(key + ".") }
            if let section = value.mapping, isSection, !openMappings.contains(where: { key.hasSuffix($0) }) {
                try overlay(section, below: key + ".", name: name, environment, mayAdd: mayAdd)
            } else if mayAdd || entries[key] != nil {
                entries[key] = Entry(node: try expand(value, environment, origin: origin, key: key), origin: origin)
            } else {
                let known = entries.keys.sorted().joined(separator: ", ")
                throw UsageError("\(origin): unknown key '\(key)'; expected one of: \(known)")
            }
        }
    }

    /// Keys whose value is a mapping with free keys (a range per sensor), taken as a whole.
    private let openMappings = ["ranges"]

    private func expand(_ node: Node, _ environment: [String: String], origin: String, key: String) throws -> Node {
        guard case .scalar(let scalar) = node, scalar.string.contains("${") else { return node }
        var result = ""
        var rest = Substring(scalar.string)
        while let start = rest.range(of: "${") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw UsageError("\(origin): key '\(key)': '${' without its '}'")
            }
            let expression = rest[start.upperBound..<end]
            let parts = expression.components(separatedBy: ":-")
            if let value = environment[parts[0]], !(value.isEmpty && parts.count > 1) {
                result += value
            } else if parts.count > 1 {
                result += parts.dropFirst().joined(separator: ":-")
            } else {
                throw UsageError("\(origin): key '\(key)': the environment variable \(parts[0]) is not set")
            }
            rest = rest[rest.index(after: end)...]
        }
        return (try? Yams.compose(yaml: result + rest)) ?? Node(result + rest)
    }

    private func entry(_ key: String) throws -> Entry {
        guard let entry = entries[key] else { throw UsageError("no setting is called '\(key)'") }
        return entry
    }

    private func mismatch(_ key: String, _ entry: Entry, expected: String) -> UsageError {
        let found = entry.node.scalar.map { "'\($0.string)'" } ?? "a \(entry.node.kindName)"
        return UsageError("\(entry.origin): key '\(key)': expected \(expected), found \(found)")
    }

    /// A whole number within `range`.
    public func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int {
        let entry = try entry(key)
        guard let value = entry.node.int, range.contains(value) else {
            let bounds = range == .min ... .max ? "" : " from \(range.lowerBound) to \(range.upperBound)"
            throw mismatch(key, entry, expected: "a whole number\(bounds)")
        }
        return value
    }

    /// A finite number within `range`.
    public func double(
        _ key: String, in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws -> Double {
        let entry = try entry(key)
        guard let value = entry.node.float, range.contains(value) else {
            let isBounded = range.upperBound < .greatestFiniteMagnitude || range.lowerBound > -.greatestFiniteMagnitude
            let bounds = isBounded ? " from \(range.lowerBound) to \(range.upperBound)" : ""
            throw mismatch(key, entry, expected: "a number\(bounds)")
        }
        return value
    }

    /// A text.
    public func string(_ key: String) throws -> String {
        let entry = try entry(key)
        guard let value = entry.node.string else { throw mismatch(key, entry, expected: "a text") }
        return value
    }

    /// `true` or `false`.
    public func bool(_ key: String) throws -> Bool {
        let entry = try entry(key)
        guard let value = entry.node.bool else { throw mismatch(key, entry, expected: "true or false") }
        return value
    }

    /// A list of texts.
    public func strings(_ key: String) throws -> [String] {
        let entry = try entry(key)
        guard let values = entry.node.sequence.map({ $0.map(\.string) }), values.allSatisfy({ $0 != nil }) else {
            throw mismatch(key, entry, expected: "a list of texts")
        }
        return values.compactMap { $0 }
    }

    /// A list of numbers.
    public func doubles(_ key: String) throws -> [Double] {
        let entry = try entry(key)
        guard let values = entry.node.sequence.map({ $0.map(\.float) }), values.allSatisfy({ $0 != nil }) else {
            throw mismatch(key, entry, expected: "a list of numbers")
        }
        return values.compactMap { $0 }
    }

    /// A mapping from column names to closed ranges `[low, high]`.
    public func ranges(_ key: String) throws -> [String: ClosedRange<Double>] {
        let entry = try entry(key)
        let expected = "a mapping of names to [low, high]"
        guard let mapping = entry.node.mapping else { throw mismatch(key, entry, expected: expected) }
        var result: [String: ClosedRange<Double>] = [:]
        for (name, bounds) in mapping {
            guard let name = name.string, let bounds = bounds.sequence?.map(\.float), bounds.count == 2,
                let low = bounds[0], let high = bounds[1], low <= high
            else { throw mismatch(key, entry, expected: expected) }
            result[name] = low...high
        }
        return result
    }
}

extension Node {
    fileprivate var kindName: String {
        switch self {
        case .scalar: "scalar"
        case .mapping: "mapping"
        case .sequence: "list"
        case .alias: "alias"
        }
    }
}
