/// Pieces of a page in the language of mdoc(7).
enum Mdoc {
    /// A text line, safe from being read as a macro or an escape.
    static func line(_ text: String) -> String {
        let escaped = text.map { $0 == "\\" ? "\\e" : String($0) }.joined()
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    /// A line of a literal block, where a dash is a minus sign and quotes stay upright.
    static func literal(_ text: String) -> String {
        let signs: [Character: String] = [
            "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti",
        ]
        let escaped = text.map { signs[$0] ?? String($0) }.joined()
        return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
    }

    /// A sentence as a phrase: no capital at its start, no full stop at its end.
    static func phrase(_ sentence: String) -> String {
        let bare = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
        let word = bare.prefix { !$0.isWhitespace }
        let isName = word.dropFirst().contains { $0.isUppercase }
        return line(isName ? bare : bare.prefix(1).lowercased() + bare.dropFirst())
    }

    /// Paragraphs parted by empty lines; indented lines become a literal block.
    static func paragraphs(_ text: String) -> [String] {
        var result: [String] = []
        var isLiteral = false
        var isParted = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.allSatisfy(\.isWhitespace) {
                isParted = !result.isEmpty
                continue
            }
            let isIndented = line.hasPrefix("  ")
            if isIndented != isLiteral {
                result.append(isIndented ? ".Bd -literal -offset indent" : ".Ed")
                if !isIndented && isParted { result.append(".Pp") }
            } else if isParted {
                result.append(isIndented ? "" : ".Pp")
            }
            isParted = false
            isLiteral = isIndented
            let bare = String(line.drop { $0 == " " })
            result += isIndented ? [literal(bare)] : sentences(bare).map(Mdoc.line)
        }
        return isLiteral ? result + [".Ed"] : result
    }

    /// The sentences of a line: mdoc wants each to begin a line, and spaces them itself.
    private static func sentences(_ line: String) -> [String] {
        var result: [String] = []
        var rest = Substring(line)
        while let end = rest.firstRange(of: /[.!?] +(?=[A-Z])/) {
            result.append(String(rest[...end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return result + [String(rest)]
    }

    /// `Fl Fl output Ar file`, as a synopsis has it.
    static func usage(of argument: ToolDescription.Argument) -> String {
        let value = argument.valueName ?? "value"
        let dots = argument.isRepeating ? " ..." : ""
        guard argument.kind != .positional else { return "Ar \(value)\(dots)" }
        let name = (argument.names?.first { $0.kind == .long } ?? argument.names?.first).map(spelling) ?? ""
        return argument.kind == .flag ? name : "\(name) Ar \(value)\(dots)"
    }

    /// `Fl o , Fl Fl output Ar file`, as the head of an explanation has it.
    static func heading(of argument: ToolDescription.Argument) -> String {
        let value = argument.valueName ?? "value"
        guard argument.kind != .positional else { return "Ar \(value)" }
        let names = (argument.names ?? []).sorted { $0.kind == .short && $1.kind != .short }
        let spellings = names.map(spelling).joined(separator: " , ")
        return argument.kind == .flag ? spellings : "\(spellings) Ar \(value)"
    }

    /// What the program says of an argument, with its values and its default where the words do not name them.
    static func explanation(of argument: ToolDescription.Argument) -> String {
        var parts = [argument.abstract ?? ""]
        if let values = argument.allValues, !values.isEmpty, !values.allSatisfy({ parts[0].contains($0) }) {
            parts.append("One of: \(values.joined(separator: ", ")).")
        }
        if let value = argument.defaultValue, argument.kind != .flag, !parts[0].contains("default") {
            parts.append("Default: \(value).")
        }
        let first = parts.filter { !$0.isEmpty }.joined(separator: "\n")
        return argument.discussion.map { "\(first)\n\n\($0)" } ?? first
    }

    private static func spelling(_ name: ToolDescription.Name) -> String {
        name.kind == .long ? "Fl Fl \(name.name)" : "Fl \(name.name)"
    }
}
