/// An element of an SVG or HTML document.
struct Markup {
    /// What an element holds.
    enum Content {
        case element(Markup)
        case text(String)
        /// Text that is markup already: a style sheet.
        case verbatim(String)
    }

    var name: String
    var attributes: [(String, String)]
    var contents: [Content]

    /// An element; attributes stand in the order given.
    init(_ name: String, _ attributes: [(String, String)] = [], _ children: [Markup] = []) {
        self.name = name
        self.attributes = attributes
        contents = children.map { .element($0) }
    }

    /// An element that holds a text.
    init(_ name: String, _ attributes: [(String, String)] = [], text: String) {
        self.name = name
        self.attributes = attributes
        contents = [.text(text)]
    }

    mutating func add(_ child: Markup) {
        contents.append(.element(child))
    }

    /// Elements that HTML writes without an end.
    private static let voids: Set<String> = ["meta", "br", "link", "col"]
    /// Elements whose children stand on lines of their own.
    private static let blocks: Set<String> = [
        "html", "head", "body", "main", "header", "section", "footer", "figure", "div", "table", "thead", "tbody", "tr",
        "svg", "g", "dl", "details", "ul",
    ]

    /// The text of the element; every element has an end, which both SVG and HTML read.
    func text() -> String {
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        result += "<\(name)"
        for (key, value) in attributes { result += " \(key)=\"\(Markup.escaped(value))\"" }
        result += ">"
        guard !Markup.voids.contains(name) else { return }
        let onLines = Markup.blocks.contains(name)
        if onLines { result += "\n" }
        for content in contents {
            switch content {
            case .element(let child):
                child.write(to: &result)
                if onLines { result += "\n" }
            case .text(let text): result += Markup.escaped(text)
            case .verbatim(let text): result += text
            }
        }
        result += "</\(name)>"
    }

    /// `text` without the characters that mean something in markup.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // XML has no way to write a control character.
            case "\u{0}"..<"\u{9}", "\u{B}", "\u{C}", "\u{E}"..<"\u{20}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
