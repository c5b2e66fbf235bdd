extension Settings {
    private func entry(_ key: String) throws -> Entry {
        guard let entry = entries[key] else { throw UsageError("no setting is called '\(key)'") }
        return entry
    }

    private func mismatch(_ key: String, _ entry: Entry, expected: String) -> UsageError {
        let found = entry.node.string.map { "'\($0)'" } ?? "a \(entry.node.kind)"
        let name = entry.origin.hasPrefix("--") ? "" : "key '\(key)': "
        return UsageError("\(entry.origin): \(name)expected \(expected), found \(found)")
    }

    /// A fault in the value of `key` that its type and range do not tell, located where the value was set.
    public func fault(_ key: String, expected: String) -> UsageError {
        guard let entry = entries[key] else { return UsageError("no setting is called '\(key)'") }
        return mismatch(key, entry, expected: expected)
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

    /// A list of texts.
    public func strings(_ key: String) throws -> [String] {
        let entry = try entry(key)
        guard let values = entry.node.sequence.map({ $0.map(\.string) }), values.allSatisfy({ $0 != nil }) else {
            throw mismatch(key, entry, expected: "a list of texts")
        }
        return values.compactMap { $0 }
    }

    /// A list of finite numbers.
    public func doubles(_ key: String) throws -> [Double] {
        let entry = try entry(key)
        guard let values = entry.node.sequence.map({ $0.map(\.double) }),
            values.allSatisfy({ $0 != nil })
        else {
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
            guard let name = name.string, let bounds = bounds.sequence?.map(\.double), bounds.count == 2,
                let low = bounds[0], let high = bounds[1], low <= high
            else { throw mismatch(key, entry, expected: expected) }
            result[name] = low...high
        }
        return result
    }
}
