/// A column name, or a shell-like pattern of names in which `*` stands for any characters (`op_setting_*`).
public struct ColumnPattern: Hashable, Sendable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The pattern as it was written.
    public let text: String

    /// The pattern `text`.
    public init(_ text: String) {
        self.text = text
    }

    /// The pattern `value`.
    public init(stringLiteral value: String) {
        text = value
    }

    /// Reads the pattern's text.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the pattern's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// The pattern as it was written.
    public var description: String { text }

    /// Whether `name` is one of the names meant.
    ///
    /// - Complexity: O(name × pattern) at worst.
    public func matches(_ name: String) -> Bool {
        let pattern = Array(text.utf8)
        let name = Array(name.utf8)
        let star = UInt8(ascii: "*")
        var at = 0
        var next = 0
        // Where to go on when the last star has to swallow one character more.
        var retry: (pattern: Int, name: Int)?
        while at < name.count {
            if next < pattern.count, pattern[next] == star {
                retry = (next + 1, at)
                next += 1
            } else if next < pattern.count, pattern[next] == name[at] {
                next += 1
                at += 1
            } else if let last = retry {
                retry = (last.pattern, last.name + 1)
                next = last.pattern
                at = last.name + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == star }
    }
}
