/// What an answer that is not what was expected says, in one line for a message.
enum AnswerText {
    /// Whether a body begins as a page for people does.
    static func beginsPage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let text = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased()
        let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        return start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
    }

    /// The title of a page, else the first line of the text, without markup and control characters; empty when there is
    /// none.
    static func line(of body: some Collection<UInt8>) -> String {
        let text = String(decoding: body.prefix(1 << 16), as: UTF8.self)
        guard text.contains("<") else { return firstLine(of: text) }
        if let start = text.range(ofTag: "<title"), let end = text[start...].firstIndex(of: "<") {
            let title = firstLine(of: String(text[start..<end]))
            if !title.isEmpty { return title }
        }
        return firstLine(of: withoutMarkup(text))
    }

    /// `text` as far as its first line with anything on it goes, at most 200 characters.
    static func firstLine(of text: String) -> String {
        for line in text.split(whereSeparator: \.isNewline) {
            let printable = String(
                line.unicodeScalars.filter { $0.value >= 32 && !(127..<160).contains($0.value) }.map(Character.init))
            let words = printable.split(separator: " ").joined(separator: " ")
            guard !words.isEmpty else { continue }
            return words.count <= 200 ? words : words.prefix(199) + "…"
        }
        return ""
    }

    private static func withoutMarkup(_ text: String) -> String {
        var plain = ""
        var isTag = false
        for character in text {
            switch character {
            case "<": isTag = true
            case ">" where isTag:
                isTag = false
                plain.append(" ")
            default: if !isTag { plain.append(character) }
            }
        }
        return plain
    }
}

extension String {
    /// Where the text of the first element begins whose tag starts with `tag`.
    fileprivate func range(ofTag tag: String) -> String.Index? {
        var rest = self[...]
        while let open = rest.firstIndex(of: "<") {
            rest = rest[open...]
            if rest.prefix(tag.count).lowercased() == tag {
                return rest.firstIndex(of: ">").map { index(after: $0) }
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}
