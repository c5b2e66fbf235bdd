import CYAML
import SensorData

/// A value of a YAML document, and the line it begins on.
struct YAMLNode {
    /// What the value is.
    indirect enum Content {
        /// A text; plain when it stood without quotes, so that it may be a number.
        case scalar(String, isPlain: Bool)
        /// A list.
        case sequence([YAMLNode])
        /// Keys and values in the order of the file.
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// The value.
    var content: Content
    /// The line, from 1.
    var line: Int

    /// A text that is no YAML, or YAML that settings have no use for.
    struct ParseError: Error {
        /// The line, from 1.
        let line: Int
        /// What is wrong there.
        let reason: String
    }

    /// Nodes inside each other deeper than this are refused: an alias may contain itself.
    private static let deepest = 64

    /// Reads one YAML document; nil when `text` is empty or holds comments only.
    init?(parsing text: String) throws {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw ParseError(line: 1, reason: "out of memory") }
        defer { yaml_parser_delete(&parser) }
        let bytes = Array(text.utf8)
        let parsed: YAMLNode? = try bytes.withUnsafeBufferPointer { input in
            yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(&parser, input.baseAddress, input.count)
            let node = try Self.document(&parser)
            if let second = try Self.document(&parser) {
                throw ParseError(line: second.line, reason: "a second document; expected one")
            }
            return node
        }
        guard let parsed else { return nil }
        self = parsed
    }

    private init(content: Content, line: Int) {
        self.content = content
        self.line = line
    }

    /// A text without quotes.
    init(plain text: String) {
        self.init(content: .scalar(text, isPlain: true), line: 1)
    }

    /// A list of texts without quotes, written with commas between them.
    init(plainList text: String) {
        self.init(content: .sequence(CommaList.items(of: text).map(YAMLNode.init(plain:))), line: 1)
    }

    private static func document(_ parser: inout yaml_parser_t) throws -> YAMLNode? {
        var document = yaml_document_t()
        guard yaml_parser_load(&parser, &document) == 1 else {
            let reason = parser.problem.map { String(cString: $0) } ?? "no YAML"
            throw ParseError(line: parser.problem_mark.line + 1, reason: reason)
        }
        defer { yaml_document_delete(&document) }
        guard let root = yaml_document_get_root_node(&document) else { return nil }
        return try node(root, of: &document, depth: 0)
    }

    private static func node(
        _ node: UnsafeMutablePointer<yaml_node_t>, of document: inout yaml_document_t, depth: Int
    ) throws -> YAMLNode {
        let line = node.pointee.start_mark.line + 1
        guard depth < deepest else { throw ParseError(line: line, reason: "nested too deeply") }
        func child(_ index: Int32) throws -> YAMLNode {
            guard let child = yaml_document_get_node(&document, index) else {
                throw ParseError(line: line, reason: "no YAML")
            }
            return try self.node(child, of: &document, depth: depth + 1)
        }
        switch node.pointee.type {
        case YAML_SCALAR_NODE:
            let scalar = node.pointee.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return YAMLNode(
                content: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), line: line)
        case YAML_SEQUENCE_NODE:
            let items = node.pointee.data.sequence.items
            let indices = UnsafeBufferPointer(start: items.start, count: items.top - items.start)
            return YAMLNode(content: .sequence(try indices.map { try child($0) }), line: line)
        case YAML_MAPPING_NODE:
            let pairs = node.pointee.data.mapping.pairs
            let indices = UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start)
            var members: [(key: YAMLNode, value: YAMLNode)] = []
            var keys: Set<String> = []
            for pair in indices {
                let key = try child(pair.key)
                if let word = key.string, !keys.insert(word).inserted {
                    throw ParseError(line: key.line, reason: "the key '\(word)' stands here a second time")
                }
                members.append((key, try child(pair.value)))
            }
            return YAMLNode(content: .mapping(members), line: line)
        default:
            throw ParseError(line: line, reason: "no YAML")
        }
    }
}

extension YAMLNode {
    /// The text of a scalar.
    var string: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// The whole number that a plain scalar is.
    var int: Int? { plain.flatMap { Int($0) } }

    /// The finite number that a plain scalar is.
    var double: Double? {
        guard let text = plain, text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }) else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The truth value that a plain scalar is.
    var bool: Bool? {
        switch plain {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// The items of a list.
    var sequence: [YAMLNode]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    /// The keys and values of a mapping.
    var mapping: [(key: YAMLNode, value: YAMLNode)]? {
        guard case .mapping(let members) = content else { return nil }
        return members
    }

    /// The word for what the value is, for messages.
    var kind: String {
        switch content {
        case .scalar: "value"
        case .sequence: "list"
        case .mapping: "mapping"
        }
    }

    private var plain: String? {
        guard case .scalar(let text, isPlain: true) = content else { return nil }
        return text
    }
}

extension YAMLNode {
    /// The value as it could stand in a file, on one line.
    var text: String {
        switch content {
        case .scalar(let text, _): text
        case .sequence(let items): "[" + items.map(\.text).joined(separator: ", ") + "]"
        case .mapping(let members):
            "{" + members.map { "\($0.key.text): \($0.value.text)" }.joined(separator: ", ") + "}"
        }
    }
}
