import DurableFiles

/// Reads one YAML file of settings.
struct SettingsFile {
    /// The file as messages call it.
    let name: String
    /// What `${VAR}` stands for.
    let environment: [String: String]

    /// Keys whose value is a mapping with free keys (a range per sensor), taken as a whole.
    private static let openMappings = ["ranges"]

    /// The whole of the file at `path`.
    ///
    /// - Throws: `SystemError`.
    static func read(_ path: String) throws -> String {
        let bytes = try readFile(path, limit: 1 << 24)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UsageError("\(path): expected UTF-8 text")
        }
        return text
    }

    /// The values that `text` sets, by dotted key.
    ///
    /// - Parameter known: the keys there are; nil when `text` says so itself.
    /// - Throws: `UsageError` naming file, line and key.
    func entries(
        in text: String, known: Dictionary<String, Settings.Entry>.Keys?
    ) throws -> [String: Settings.Entry] {
        var result: [String: Settings.Entry] = [:]
        guard let root = try compose(text) else { return result }
        guard let mapping = root.mapping else {
            throw UsageError(
                "\(name):\(root.line): expected settings (key: value), found a \(root.kind)")
        }
        try collect(mapping, below: "", known: known, into: &result)
        return result
    }

    private func collect(
        _ mapping: [(key: YAMLNode, value: YAMLNode)], below prefix: String,
        known: Dictionary<String, Settings.Entry>.Keys?,
        into result: inout [String: Settings.Entry]
    ) throws {
        for (keyNode, value) in mapping {
            let origin: SettingOrigin =
                known == nil ? .defaults(name, line: keyNode.line) : .file(name, line: keyNode.line)
            guard let word = keyNode.string else {
                throw UsageError("\(origin): expected a key, found a \(keyNode.kind)")
            }
            let key = prefix + word
            let isSection = known?.contains { $0.hasPrefix(key + ".") } ?? !SettingsFile.openMappings.contains(word)
            if isSection, let section = value.mapping {
                try collect(section, below: key + ".", known: known, into: &result)
            } else if known?.contains(key) ?? true {
                let node = try expand(value, origin: origin, key: key)
                result[key] = Settings.Entry(node: node, origin: origin)
            } else if isSection {
                throw UsageError("\(origin): key '\(key)': expected a section of keys, found a \(value.kind)")
            } else {
                let names = (known ?? result.keys).sorted().joined(separator: ", ")
                throw UsageError("\(origin): unknown key '\(key)'; expected one of: \(names)")
            }
        }
    }

    /// The root of `text`; syntax errors become one line that names the place.
    private func compose(_ text: String) throws -> YAMLNode? {
        do {
            return try YAMLNode(parsing: text)
        } catch let error as YAMLNode.ParseError {
            throw UsageError("\(name):\(error.line): \(error.reason)")
        }
    }

    /// Puts in what `${VAR}` and `${VAR:-default}` stand for. What comes of it may be a number: in a list in brackets YAML wants
    /// quotes around the braces, and they say nothing about the value.
    private func expand(_ node: YAMLNode, origin: SettingOrigin, key: String) throws -> YAMLNode {
        var node = node
        switch node.content {
        case .sequence(let items):
            node.content = .sequence(try items.map { try expand($0, origin: origin, key: key) })
        case .mapping(let members):
            node.content = .mapping(try members.map { ($0.key, try expand($0.value, origin: origin, key: key)) })
        case .scalar(let text, let isPlain):
            let expanded = try expand(text, origin: origin, key: key)
            node.content = .scalar(expanded, isPlain: isPlain || expanded != text)
        }
        return node
    }

    private func expand(_ text: String, origin: SettingOrigin, key: String) throws -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw UsageError("\(origin): key '\(key)': '${' without its '}'")
            }
            let expression = rest[start.upperBound..<end]
            let fallback = expression.firstRange(of: ":-").map { expression[$0.upperBound...] }
            let variable = String(expression.firstRange(of: ":-").map { expression[..<$0.lowerBound] } ?? expression)
            if let value = environment[variable], !(value.isEmpty && fallback != nil) {
                result += value
            } else if let fallback {
                result += fallback
            } else {
                throw UsageError("\(origin): key '\(key)': the environment variable \(variable) is not set")
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
