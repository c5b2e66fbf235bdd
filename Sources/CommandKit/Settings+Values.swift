extension Settings {
    private func entry(_ key: String) throws -> Entry {
        guard let entry = entries[key] else { throw UsageError("no setting is called '\(key)'") }
        return entry
    }

    private func mismatch(_ key: String, _ entry: Entry, expected: String) -> UsageError {
        let found = entry.node.string.map { "'\($0)'" } ?? "a \(entry.node.kind)"
        return refusal(key, at: entry.origin, "expected \(expected), found \(found)")
    }

    /// The fault of one part of a value.
    private func mismatch(_ key: String, _ entry: Entry, part: YAMLNode, expected: String) -> UsageError {
        let found = part.string.map { "'\($0)'" } ?? part.text
        return refusal(key, at: entry.origin.place(of: part), "expected \(expected), found \(found)")
    }

    private func refusal(_ key: String, at origin: SettingOrigin, _ reason: String) -> UsageError {
        if case .option = origin { return UsageError("\(origin): \(reason)") }
        return UsageError("\(origin): key '\(key)': \(reason)")
    }

    /// A fault in the value of `key` that its type and range do not tell, located where the value was set.
    public func fault(_ key: String, expected: String) -> UsageError {
        guard let entry = entries[key] else { return UsageError("no setting is called '\(key)'") }
        return mismatch(key, entry, expected: expected)
    }

    /// Whether `key` has the value it has where nobody says anything.
    public func isDefault(_ key: String) -> Bool {
        if case .defaults? = entries[key]?.origin { true } else { false }
    }

    /// A fault among values that do not go together, located at the first of them that is not the shipped default: at one
    /// that the user set.
    ///
    /// - Parameter faults: a key, and what was expected of it; at least one.
    public func fault(among faults: [(key: String, expected: String)]) -> UsageError {
        guard let blamed = faults.first(where: { !isDefault($0.key) }) ?? faults.first else {
            return UsageError("the settings do not go together")
        }
        return fault(blamed.key, expected: blamed.expected)
    }

    /// A whole number within `range`.
    public func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int {
        let entry = try entry(key)
        guard let value = entry.node.int, range.contains(value) else {
            throw mismatch(key, entry, expected: "a whole number" + Settings.bounds(range, within: .min ... .max))
        }
        return value
    }

    /// A finite number within `range`.
    public func double(
        _ key: String, in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws -> Double {
        let entry = try entry(key)
        guard let value = entry.node.double, range.contains(value) else {
            let all = -Double.greatestFiniteMagnitude ... .greatestFiniteMagnitude
            throw mismatch(key, entry, expected: "a number" + Settings.bounds(range, within: all))
        }
        return value
    }

    /// ` from 1 to 10`, ` of at least 1`, ` of at most 10`, or nothing.
    private static func bounds<Number>(_ range: ClosedRange<Number>, within all: ClosedRange<Number>) -> String {
        switch (range.lowerBound == all.lowerBound, range.upperBound == all.upperBound) {
        case (true, true): ""
        case (true, false): " of at most \(range.upperBound)"
        case (false, true): " of at least \(range.lowerBound)"
        case (false, false): " from \(range.lowerBound) to \(range.upperBound)"
        }
    }

    /// A text.
    public func string(_ key: String) throws -> String {
        let entry = try entry(key)
        guard let value = entry.node.string else { throw mismatch(key, entry, expected: "a text") }
        return value
    }

    /// One of the names of `Choice`.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, as type: Choice.Type = Choice.self
    ) throws -> Choice where Choice.RawValue == String {
        let entry = try entry(key)
        guard let value = entry.node.string.flatMap(Choice.init(rawValue:)) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw mismatch(key, entry, expected: "one of: \(names)")
        }
        return value
    }

    /// `true` or `false`.
    public func bool(_ key: String) throws -> Bool {
        let entry = try entry(key)
        guard let value = entry.node.bool else { throw mismatch(key, entry, expected: "true or false") }
        return value
    }

    /// The items of a list, called `expected` as a whole.
    private func list<Item>(_ key: String, of expected: String, _ item: (YAMLNode) -> Item?) throws -> [Item] {
        let entry = try entry(key)
        guard let nodes = entry.node.sequence else {
            throw mismatch(key, entry, expected: "a list of \(expected)")
        }
        return try nodes.map { node in
            guard let value = item(node) else { throw mismatch(key, entry, part: node, expected: expected) }
            return value
        }
    }

    /// Refuses a list in which an item stands a second time.
    private func requireDistinct(_ key: String, _ items: [some Hashable]) throws {
        var seen: Set<AnyHashable> = []
        guard let second = items.firstIndex(where: { !seen.insert($0).inserted }) else { return }
        let entry = try entry(key)
        throw mismatch(
            key, entry, part: entry.node.sequence?[second] ?? entry.node, expected: "each item once")
    }

    /// A list of texts.
    public func strings(_ key: String) throws -> [String] {
        try list(key, of: "texts", \.string)
    }

    /// A list of some of `names`.
    public func strings(_ key: String, among names: [String]) throws -> [String] {
        try list(key, of: "some of \(names.joined(separator: ", "))") { node in
            node.string.flatMap { names.contains($0) ? $0 : nil }
        }
    }

    /// A list of names of `Choice`, each at most once.
    public func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
        _ key: String, as type: Choice.Type = Choice.self
    ) throws -> [Choice] where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        let chosen = try list(key, of: "some of \(names)") { $0.string.flatMap(Choice.init(rawValue:)) }
        try requireDistinct(key, chosen)
        return chosen
    }

    /// A list of finite numbers.
    public func doubles(_ key: String) throws -> [Double] {
        try list(key, of: "numbers", \.double)
    }

    /// A list of whole numbers within `range`, each at most once.
    public func distinctInts(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> [Int] {
        let numbers = try list(key, of: "whole numbers" + Settings.bounds(range, within: .min ... .max)) { node in
            node.int.flatMap { range.contains($0) ? $0 : nil }
        }
        try requireDistinct(key, numbers)
        return numbers
    }

    /// A mapping from names to closed ranges `[low, high]`.
    ///
    /// - Parameter known: the names there are; nil where any will do.
    public func ranges(_ key: String, of known: [String]? = nil) throws -> [String: ClosedRange<Double>] {
        let entry = try entry(key)
        guard let mapping = entry.node.mapping else {
            throw mismatch(key, entry, expected: "a mapping of names to [low, high]")
        }
        var result: [String: ClosedRange<Double>] = [:]
        for (nameNode, bounds) in mapping {
            guard let name = nameNode.string, known?.contains(name) ?? true else {
                let names = known?.joined(separator: ", ") ?? "names"
                let place = entry.origin.place(of: nameNode)
                throw UsageError("\(place): unknown key '\(key).\(nameNode.text)'; expected one of: \(names)")
            }
            let numbers = bounds.sequence?.map(\.double) ?? []
            guard numbers.count == 2, let low = numbers[0], let high = numbers[1], low <= high else {
                throw mismatch(
                    "\(key).\(name)", entry, part: bounds, expected: "[low, high], two numbers that do not fall")
            }
            result[name] = low...high
        }
        return result
    }

    /// The sections within `section`, by name.
    public func sections(of section: String) -> [String] {
        let names = entries.keys.compactMap { key -> String? in
            guard key.hasPrefix(section + ".") else { return nil }
            let parts = key.dropFirst(section.count + 1).split(separator: ".")
            return parts.count > 1 ? String(parts[0]) : nil
        }
        return Set(names).sorted()
    }
}
