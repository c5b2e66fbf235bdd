/// How figures are painted; the page uses the same colours.
///
/// Blue and vermilion are told apart by people who do not tell red from green, and by a printer that knows grey only.
enum FigureStyle {
    /// Names of colours, for paper and for dark screens.
    static let colours = """

        :root{--ink:#1d2733;--muted:#5d6b79;--grid:#e4e9ee;--edge:#8996a3;--paper:#fff;--panel:#f6f8fa;
        --healthy:#2f74b5;--anomalous:#d2501e;--missed:#7d1f4f;--early:#d9a21b;--quiet:#cfd8e1;
        --series-1:#2f74b5;--series-2:#d2501e;--series-3:#1f8a63;--series-4:#7a4fa3;--series-5:#8a7416;--series-6:#4a5a6a}
        @media screen and (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--muted:#9daab7;--grid:#2a333d;--edge:#6d7a87;
        --paper:#12171c;--panel:#1a2027;--healthy:#6aa9e4;--anomalous:#f0824f;--missed:#e07bb0;--early:#e8bd4e;--quiet:#38434f;
        --series-1:#6aa9e4;--series-2:#f0824f;--series-3:#56c39a;--series-4:#b48ce0;--series-5:#cdb552;--series-6:#a7b5c3}}

        """

    /// What the classes of marks look like.
    static let marks = """

        .plot{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;background:var(--paper)}
        .plot text{fill:var(--ink)}.plot .plot-title{font-size:13px;font-weight:600}
        .plot .label{fill:var(--muted);font-size:10.5px}.plot .small{font-size:9.5px}
        .plot .cell-count{font-size:19px;font-weight:600}.plot .middle{text-anchor:middle}.plot .end{text-anchor:end}
        .plot .grid{stroke:var(--grid)}.plot .edge{stroke:var(--edge)}
        .plot .line{fill:none;stroke-width:1.8;stroke-linejoin:round}
        .plot .thin{stroke-width:1.1}
        .plot .area{stroke:none;fill-opacity:.32}.plot .bar,.plot .key{stroke:none}
        .plot .dot{stroke:var(--paper);stroke-width:1.5}
        .plot .aid{stroke:var(--edge);stroke-dasharray:3 3;fill:none}
        .plot .faint{stroke:var(--grid);fill:none;stroke-width:1}
        .plot .threshold{stroke:var(--ink);stroke-dasharray:5 3}
        .plot .failing{fill:var(--anomalous);fill-opacity:.10}
        .plot .alarm{stroke:var(--anomalous);stroke-width:1.4}
        .plot .healthy{fill:var(--healthy)}.plot .anomalous{fill:var(--anomalous)}
        .plot .missed{fill:var(--missed)}.plot .early{fill:var(--early)}.plot .quiet{fill:var(--quiet)}
        .plot .healthy.line{stroke:var(--healthy);fill:none}.plot .anomalous.line{stroke:var(--anomalous);fill:none}
        .plot .series-1{fill:var(--series-1)}.plot .series-2{fill:var(--series-2)}.plot .series-3{fill:var(--series-3)}
        .plot .series-4{fill:var(--series-4)}.plot .series-5{fill:var(--series-5)}.plot .series-6{fill:var(--series-6)}
        .plot .series-1.line{stroke:var(--series-1);fill:none}.plot .series-2.line{stroke:var(--series-2);fill:none}
        .plot .series-3.line{stroke:var(--series-3);fill:none}.plot .series-4.line{stroke:var(--series-4);fill:none}
        .plot .series-5.line{stroke:var(--series-5);fill:none}.plot .series-6.line{stroke:var(--series-6);fill:none}

        """

    /// The class of the `place`-th model, from 0.
    static func series(_ place: Int) -> String { "series-\(place % 6 + 1)" }
}
