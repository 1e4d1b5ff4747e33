import FastTrainSupport

/// A scatter chart as SVG, with the diagonal on which correct predictions lie.
package struct ScatterChart: Sendable {
    package var points: [(x: Double, y: Double)]
    package var xName: String
    package var yName: String
    package var label: String

    package init(_ points: [(x: Double, y: Double)], xName: String, yName: String, label: String) {
        self.points = points
        self.xName = xName
        self.yName = yName
        self.label = label
    }

    /// Draws the chart.
    package func draw(_ page: inout Markup) {
        let range = Plot.range(points.flatMap { [$0.x, $0.y] })
        var plot = Plot(x: range, y: range)
        plot.height = 320
        plot.xName = xName
        plot.yName = yName
        plot.makeRoom()
        plot.draw(&page, label: label) { page in
            let (x, y) = (plot.x, plot.y)
            Plot.line(
                &page, "reference", x.place(range.lowerBound), y.place(range.lowerBound), x.place(range.upperBound),
                y.place(range.upperBound))
            // A stroke of length zero with round ends is a dot in a dozen bytes.
            let dots = points.filter { !$0.x.isNaN && !$0.y.isNaN }.map {
                "M" + Plot.text(x.place($0.x)) + " " + Plot.text(y.place($0.y)) + "h0"
            }
            page.empty("path", ["class": "cloud training", "d": dots.joined()])
        }
    }
}
