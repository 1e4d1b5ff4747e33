import FastTrainPictures

extension RateCurve {
    /// The curve as a complete SVG image in the light or dark style of the reader's system.
    var svg: String {
        var page = Markup()
        page.element(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(Self.width) \(Self.height)",
                "width": "\(Self.width)", "height": "\(Self.height)", "role": "img",
                "aria-label": "Loss over the learning rate",
            ]
        ) { page in
            page.element("style") { $0.verbatim(Self.style) }
            page.empty("rect", ["class": "page", "width": "\(Self.width)", "height": "\(Self.height)"])
            plot.draw(&page, label: "Loss over the learning rate") { drawCurve(&$0) }
        }
        return page.text
    }

    private static let width = 720
    private static let height = 440

    private var plot: Plot {
        var plot = Plot(x: test.from...(points.last.map { max($0.rate, test.from * 1.0001) } ?? test.to), y: yRange)
        plot.width = Double(Self.width)
        plot.height = Double(Self.height)
        plot.left = 66
        plot.right = 26
        plot.top = 56
        plot.bottom = 50
        plot.xName = "learning rate"
        plot.yName = "loss"
        plot.logarithmicX = true
        return plot
    }

    /// The range of the smoothed curve, up to a little above its start.
    private var yRange: ClosedRange<Double> {
        let smoothed = points.map(\.smoothed)
        guard let low = smoothed.min(), let first = smoothed.first else { return 0...1 }
        let ceiling = first + 0.5 * max(first - low, 0.2 * first.magnitude)
        return Plot.range([low, min(smoothed.max() ?? first, ceiling), first])
    }

    private func drawCurve(_ page: inout Markup) {
        let plot = plot
        page.element("clipPath", ["id": "frame"]) {
            $0.empty(
                "rect",
                [
                    "x": Plot.text(plot.left), "y": Plot.text(plot.top - 6),
                    "width": Plot.text(plot.width - plot.left - plot.right),
                    "height": Plot.text(plot.height - plot.top - plot.bottom + 6),
                ])
        }
        page.element("g", ["clip-path": "url(#frame)"]) { page in
            path(&page, "raw", plot, \.loss)
            path(&page, "curve", plot, \.smoothed)
        }
        for mark in marks {
            let x = plot.x.place(mark.point.rate)
            let y = plot.y.place(mark.point.smoothed)
            Plot.line(&page, "drop \(mark.style)", x, plot.height - plot.bottom, x, y)
            page.empty(
                "circle", ["class": "mark \(mark.style)", "cx": Plot.text(x), "cy": Plot.text(y), "r": "5"])
        }
        var left = plot.left
        for mark in marks {
            page.empty("circle", ["class": "mark \(mark.style)", "cx": Plot.text(left + 5), "cy": "26", "r": "5"])
            let text = "\(mark.name) \(Self.text(mark.point.rate))"
            Plot.label(&page, "key", left + 16, 30, "start", text)
            left += 46 + 7.4 * Double(text.count)
        }
        if marks.isEmpty { Plot.label(&page, "key", left, 30, "start", "the loss never fell") }
    }

    /// The points to mark, the suggestion first.
    private var marks: [(name: String, style: String, point: Point)] {
        [("valley", "valley", valley), ("steepest", "steepest", steepest), ("lowest", "lowest", lowest)]
            .compactMap { name, style, point in point.map { (name, style, $0) } }
    }

    private func path(_ page: inout Markup, _ style: String, _ plot: Plot, _ value: (Point) -> Double) {
        // A position outside the frame is clipped, so any one will do.
        let places = points.map { point in
            let y = value(point) > plot.yRange.upperBound ? plot.top - 20 : plot.y.place(value(point))
            return Plot.text(plot.x.place(point.rate)) + " " + Plot.text(y)
        }
        guard !places.isEmpty else { return }
        page.empty("path", ["class": style, "d": "M" + places.joined(separator: "L")])
    }

    /// Returns a learning rate with two significant digits, which is the accuracy of a range test.
    package static func text(_ rate: Double) -> String {
        var exponent = 0
        var mantissa = rate
        while mantissa < 0.995 {
            mantissa *= 10
            exponent -= 1
        }
        while mantissa >= 9.95 {
            mantissa /= 10
            exponent += 1
        }
        if exponent < -4 { return "\(Format.fixed(mantissa, 1))e\(exponent)" }
        return Format.fixed(rate, max(0, 1 - exponent))
    }

    private static let style: StaticString = """

        text { font: 13px ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: #676a75; }
        .page { fill: #ffffff; }
        .key { fill: #1f2026; font-weight: 600; }
        .grid { stroke: #e3e1da; stroke-width: 1; }
        .axis { stroke: #676a75; stroke-width: 1; }
        .raw { fill: none; stroke: #676a75; stroke-width: 1; opacity: 0.35; }
        .curve { fill: none; stroke: #1f2026; stroke-width: 2.2; stroke-linejoin: round; }
        .drop { stroke-width: 1.3; stroke-dasharray: 3 4; }
        .mark.valley { fill: #0072b2; } .drop.valley { stroke: #0072b2; }
        .mark.steepest { fill: #c8550a; } .drop.steepest { stroke: #c8550a; }
        .mark.lowest { fill: #676a75; } .drop.lowest { stroke: #676a75; }
        @media (prefers-color-scheme: dark) {
          text { fill: #9a9daa; }
          .page { fill: #131419; }
          .key { fill: #ececf0; }
          .grid { stroke: #30333d; }
          .axis, .raw { stroke: #9a9daa; }
          .curve { stroke: #ececf0; }
          .mark.valley { fill: #58b1e6; } .drop.valley { stroke: #58b1e6; }
          .mark.steepest { fill: #f2994a; } .drop.steepest { stroke: #f2994a; }
          .mark.lowest { fill: #9a9daa; } .drop.lowest { stroke: #9a9daa; }
        }

        """
}
