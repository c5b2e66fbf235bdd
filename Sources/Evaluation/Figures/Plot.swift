/// A diagram: axes, and marks in the order they are drawn.
///
/// All plots are 360 units wide, so that a phone shows them as large as a page of three columns does.
struct Plot {
    /// A point in the axes' values.
    typealias Point = (x: Double, y: Double)

    /// What is drawn. A style is the class that the style sheet paints.
    enum Mark {
        /// A line through points.
        case line([Point], style: String)
        /// The area between points and the horizontal axis.
        case area([Point], style: String)
        /// Bars: from, to, height.
        case bars([(from: Double, to: Double, height: Double)], style: String)
        /// A dot with what it tells when pointed at.
        case dot(Point, style: String, tells: String)
        /// A line across at a value of the horizontal axis, with a label at its top.
        case upright(Double, style: String, label: String?)
        /// A line across at a value of the vertical axis.
        case level(Double, style: String)
        /// A stripe between two values of the horizontal axis.
        case stripe(Double, Double, style: String)
        /// A bar along the horizontal axis in a row of the vertical one, of a height in rows.
        case strip(Double, Double, row: Double, height: Double, style: String)
        /// Words at a point.
        case words(String, Point, style: String)
    }

    static let width = 360.0
    private static let left = 46.0
    private static let right = 14.0
    private static let top = 30.0
    private static let bottom = 40.0

    var title: String
    /// The height of the drawing, title and labels included.
    var height = 260.0
    var x: Axis
    var y: Axis
    var marks: [Mark] = []
    /// What each style stands for, below the title.
    var legend: [(style: String, text: String)] = []
    /// Whether values of the vertical axis are labelled.
    var labelsRows = true

    private var legendRows: [[(style: String, text: String)]] {
        var rows: [[(style: String, text: String)]] = []
        var used = 0.0
        for entry in legend {
            let width = 22 + 6.2 * Double(entry.text.count)
            if rows.isEmpty || used + width > Plot.width - Plot.left - Plot.right {
                rows.append([])
                used = 0
            }
            rows[rows.count - 1].append(entry)
            used += width
        }
        return rows
    }

    private var headroom: Double { Plot.top + 16 * Double(legendRows.count) }

    private func across(_ value: Double) -> Double {
        Plot.left + x.place(value) * (Plot.width - Plot.left - Plot.right)
    }

    private func down(_ value: Double) -> Double {
        height - Plot.bottom - y.place(value) * (height - Plot.bottom - headroom)
    }

    /// The drawing.
    func svg() -> Markup {
        var svg = Markup(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"),
                ("viewBox", "0 0 \(Draw.number(Plot.width)) \(Draw.number(height))"),
                ("role", "img"), ("class", "plot"),
            ], [Markup("title", text: title)])
        svg.add(Draw.words(title, x: 4, y: 15, style: "plot-title"))
        var row = 0.0
        for entries in legendRows {
            var at = Plot.left
            for entry in entries {
                let y = Plot.top - 1 + 16 * row
                svg.add(Draw.rectangle(x: at, y: y - 8, width: 12, height: 8, style: "\(entry.style) key"))
                svg.add(Draw.words(entry.text, x: at + 16, y: y, style: "label"))
                at += 22 + 6.2 * Double(entry.text.count)
            }
            row += 1
        }
        drawAxes(in: &svg)
        for mark in marks { draw(mark, in: &svg) }
        return svg
    }

    private func drawAxes(in svg: inout Markup) {
        let edge = height - Plot.bottom
        for tick in y.ticks {
            svg.add(
                Draw.line(x1: Plot.left, y1: down(tick), x2: Plot.width - Plot.right, y2: down(tick), style: "grid"))
            guard labelsRows else { continue }
            svg.add(
                Draw.words(
                    NumberText.fixed(tick, y.decimals), x: Plot.left - 6, y: down(tick) + 3.5, style: "label end"))
        }
        svg.add(Draw.line(x1: Plot.left, y1: edge, x2: Plot.width - Plot.right, y2: edge, style: "edge"))
        for tick in x.ticks {
            svg.add(Draw.line(x1: across(tick), y1: edge, x2: across(tick), y2: edge + 4, style: "edge"))
            svg.add(
                Draw.words(NumberText.fixed(tick, x.decimals), x: across(tick), y: edge + 16, style: "label middle"))
        }
        let middle = (Plot.left + Plot.width - Plot.right) / 2
        svg.add(Draw.words(x.title, x: middle, y: height - 6, style: "label middle"))
        guard !y.title.isEmpty else { return }
        let centre = (headroom + edge) / 2
        var words = Draw.words(y.title, x: 0, y: 0, style: "label middle")
        words.attributes.append(("transform", "translate(11 \(Draw.number(centre))) rotate(-90)"))
        svg.add(words)
    }

    private func draw(_ mark: Mark, in svg: inout Markup) {
        switch mark {
        case .line(let points, let style):
            svg.add(Draw.path(points.map { (across($0.x), down($0.y)) }, style: "\(style) line"))
        case .area(let points, let style):
            guard let first = points.first, let last = points.last else { return }
            let outline = [(first.x, y.start)] + points.map { ($0.x, $0.y) } + [(last.x, y.start)]
            svg.add(Draw.path(outline.map { (across($0.0), down($0.1)) }, style: "\(style) area"))
        case .bars(let bars, let style):
            for bar in bars where bar.height > 0 {
                let from = min(across(bar.from), across(bar.to))
                let to = max(across(bar.from), across(bar.to))
                svg.add(
                    Draw.rectangle(
                        x: from + 0.5, y: down(bar.height), width: max(to - from - 1, 0.5),
                        height: down(y.start) - down(bar.height), style: "\(style) bar"))
            }
        case .dot(let point, let style, let tells):
            svg.add(Draw.dot(x: across(point.x), y: down(point.y), radius: 4, style: style, tells: tells))
        case .upright(let value, let style, let label):
            svg.add(
                Draw.line(x1: across(value), y1: headroom, x2: across(value), y2: height - Plot.bottom, style: style))
            guard let label else { return }
            let fitsRight = across(value) + 6 * Double(label.count) < Plot.width - Plot.right
            svg.add(
                Draw.words(
                    label, x: across(value) + (fitsRight ? 4 : -4), y: headroom + 9,
                    style: fitsRight ? "label" : "label end"))
        case .level(let value, let style):
            svg.add(
                Draw.line(x1: Plot.left, y1: down(value), x2: Plot.width - Plot.right, y2: down(value), style: style))
        case .stripe(let from, let to, let style):
            let start = min(across(from), across(to))
            svg.add(
                Draw.rectangle(
                    x: start, y: headroom, width: abs(across(to) - across(from)),
                    height: height - Plot.bottom - headroom, style: style))
        case .strip(let from, let to, let row, let height, let style):
            let start = min(across(from), across(to))
            svg.add(
                Draw.rectangle(
                    x: start, y: down(row), width: abs(across(to) - across(from)),
                    height: down(row + height) - down(row),
                    style: style))
        case .words(let text, let point, let style):
            svg.add(Draw.words(text, x: across(point.x), y: down(point.y), style: style))
        }
    }
}
