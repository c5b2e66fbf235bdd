/// Columns of text, aligned: the first to the left, the others to the right, or all to the left.
public struct TextTable {
    private var rows: [[String]] = []
    private let hasNumbers: Bool

    /// An empty table.
    ///
    /// - Parameter hasNumbers: whether columns after the first hold numbers, which end below each other.
    public init(hasNumbers: Bool = true) {
        self.hasNumbers = hasNumbers
    }

    /// Adds a row; a row of one cell is as wide as it likes and does not widen its column.
    public mutating func add(_ cells: [String]) {
        rows.append(cells)
    }

    /// The rows, two blanks between columns, each ended by a newline.
    public func text() -> String {
        var widths: [Int] = []
        for row in rows where row.count > 1 {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        var result = ""
        for row in rows {
            var line = ""
            for (column, cell) in row.enumerated() {
                let pad = row.count > 1 ? String(repeating: " ", count: widths[column] - cell.count) : ""
                let isLeft = column == 0 || !hasNumbers
                line += (column == 0 ? "" : "  ") + (isLeft ? cell + pad : pad + cell)
            }
            while line.last == " " { line.removeLast() }
            result += line + "\n"
        }
        return result
    }
}

/// Numbers as people read them.
enum NumberText {
    /// `value` with `decimals` places; a dash where it is undefined.
    static func fixed(_ value: Double?, _ decimals: Int) -> String {
        guard let value, value.isFinite else { return "–" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return "\(value)" }
        let digits = String(Int64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "−" : ""
        guard decimals > 0 else { return sign + grouped(padded) }
        return "\(sign)\(grouped(padded.dropLast(decimals))).\(padded.suffix(decimals))"
    }

    /// `12,345`
    static func count(_ value: Int) -> String { value < 0 ? "−" + grouped("\(-value)") : grouped("\(value)") }

    /// A count that weights may have made a fraction.
    static func amount(_ value: Double) -> String { fixed(value, value == value.rounded() ? 0 : 1) }

    /// `12.3 %`
    static func percent(_ share: Double?) -> String { share == nil ? "–" : fixed(share.map { $0 * 100 }, 1) + " %" }

    /// The shortest text that reads back to `value`, without an idle `.0`.
    static func shortest(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// `one unit`, `3 units`
    static func count(_ value: Int, _ noun: String) -> String { "\(count(value)) \(noun)\(value == 1 ? "" : "s")" }

    private static func grouped(_ digits: some StringProtocol) -> String {
        var result = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
