import SensorData

/// A list of column patterns, and whether each of them has to match something.
///
/// A configured default may name columns that a stream lacks, so that one configuration serves many machines; a list
/// that a person typed may not.
public struct ColumnSelection: Hashable, Sendable, Codable {
    /// The patterns, in the order in which they select.
    public var patterns: [ColumnPattern]
    /// True when a pattern that matches no column is an error.
    public var isStrict: Bool

    /// Selects the columns that match any of `patterns`.
    public init(_ patterns: [ColumnPattern], isStrict: Bool = false) {
        self.patterns = patterns
        self.isStrict = isStrict
    }

    /// Selects by names or patterns, each by itself, as a configuration lists them: a name may hold anything.
    public init(names: [String], isStrict: Bool = false) {
        self.init(names.map { ColumnPattern($0) }, isStrict: isStrict)
    }

    /// Selects by lists of patterns between commas, as an option gives them: `["sensor_2,sensor_3", "vibration*"]`.
    public init(lists: [String], isStrict: Bool) {
        self.init(names: lists.flatMap(CommaList.items), isStrict: isStrict)
    }

    /// Every column.
    public static let all = ColumnSelection(["*"])
    /// No column.
    public static let none = ColumnSelection([])

    /// Whether `name` is selected.
    public func contains(_ name: String) -> Bool {
        patterns.contains { $0.matches(name) }
    }

    /// Whether some of the patterns match columns of `available` and others match none.
    public func matchesPartly(_ available: [String]) -> Bool {
        let found = patterns.count { available.contains(where: $0.matches) }
        return (1..<max(1, patterns.count)).contains(found)
    }

    /// The selected columns of `available`: in the order of the patterns, and within a pattern in the order of the
    /// stream, each once.
    ///
    /// - Throws: `FeatureError.unknownColumns` where the selection is strict and a pattern matches nothing.
    public func columns(of available: [String]) throws -> [String] {
        var chosen: [String] = []
        var seen: Set<String> = []
        var unmatched: [String] = []
        for pattern in patterns {
            let matches = available.filter(pattern.matches)
            if matches.isEmpty { unmatched.append(pattern.text) }
            for name in matches where seen.insert(name).inserted { chosen.append(name) }
        }
        guard unmatched.isEmpty || !isStrict else {
            throw FeatureError.unknownColumns(unmatched, available: available)
        }
        return chosen
    }
}
