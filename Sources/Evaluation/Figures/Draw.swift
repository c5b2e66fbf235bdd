/// The elements of a drawing, with coordinates to a tenth of a unit.
enum Draw {
    /// `value` to a tenth, in as few characters as it takes.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e6 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let rest = tenths.magnitude % 10
        return "\(sign)\(tenths.magnitude / 10)" + (rest == 0 ? "" : ".\(rest)")
    }

    static func words(_ text: String, x: Double, y: Double, style: String) -> Markup {
        Markup("text", [("x", number(x)), ("y", number(y)), ("class", style)], text: text)
    }

    static func line(x1: Double, y1: Double, x2: Double, y2: Double, style: String) -> Markup {
        Markup(
            "line",
            [("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)), ("y2", number(y2)), ("class", style)])
    }

    static func rectangle(x: Double, y: Double, width: Double, height: Double, style: String) -> Markup {
        Markup(
            "rect",
            [
                ("x", number(x)), ("y", number(y)), ("width", number(max(width, 0))),
                ("height", number(max(height, 0))), ("class", style),
            ])
    }

    static func dot(x: Double, y: Double, radius: Double, style: String, tells: String) -> Markup {
        Markup(
            "circle", [("cx", number(x)), ("cy", number(y)), ("r", number(radius)), ("class", "\(style) dot")],
            [Markup("title", text: tells)])
    }

    /// A line through `points`. Points that a tenth of a unit cannot tell apart, and those in the middle of a straight
    /// run, are left out: a curve over ten thousand records becomes some hundreds of corners.
    static func path(_ points: [(x: Double, y: Double)], style: String) -> Markup {
        var corners: [(x: Int, y: Int)] = []
        for point in points where point.x.isFinite && point.y.isFinite {
            let next = (x: Int((point.x * 10).rounded()), y: Int((point.y * 10).rounded()))
            if let last = corners.last {
                if last == next { continue }
                if corners.count > 1 {
                    let before = corners[corners.count - 2]
                    let turn = (last.x - before.x) * (next.y - last.y) - (last.y - before.y) * (next.x - last.x)
                    let goesOn = (last.x - before.x) * (next.x - last.x) + (last.y - before.y) * (next.y - last.y) > 0
                    if turn == 0, goesOn { corners.removeLast() }
                }
            }
            corners.append(next)
        }
        var text = ""
        for (place, corner) in corners.enumerated() {
            text += place == 0 ? "M" : "L"
            text += "\(number(Double(corner.x) / 10)) \(number(Double(corner.y) / 10))"
        }
        return Markup("path", [("d", text), ("class", style)])
    }
}
