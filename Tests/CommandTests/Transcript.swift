/// What a command printed and how it ended.
struct Transcript: Equatable {
    /// Standard output.
    let output: String
    /// Standard error.
    let errors: String
    /// The exit status.
    let status: Int32

    /// Where `self`, which was seen, departs from `expected`; nil when it does not.
    func difference(from expected: Transcript) -> String? {
        var parts: [String] = []
        if status != expected.status { parts.append("status: expected \(expected.status), found \(status)") }
        parts += Self.difference("stdout", output, expected.output)
        parts += Self.difference("stderr", errors, expected.errors)
        return parts.isEmpty ? nil : parts.joined(separator: "\n")
    }

    /// The first line in which two texts differ. Compared as bytes: `==` would call different bytes equal when Unicode
    /// holds them for the same character.
    private static func difference(_ name: String, _ seen: String, _ expected: String) -> [String] {
        if seen.utf8.elementsEqual(expected.utf8) { return [] }
        let seenLines = seen.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
        let expectedLines = expected.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
        let common = zip(seenLines, expectedLines).prefix { $0.0.elementsEqual($0.1) }.count
        func line(_ lines: [Substring.UTF8View]) -> String {
            common < lines.count ? "'\(Substring(lines[common]).prefix(400))'" : "nothing more"
        }
        return ["\(name), line \(common + 1):\n  expected \(line(expectedLines))\n  found    \(line(seenLines))"]
    }
}
