import FastTrainSupport

/// A histogram with intervals of equal width as SVG, with a line at zero.
package struct Histogram: Sendable {
    package var values: [Double]
    package var xName: String
    package var label: String

    package init(_ values: [Double], xName: String, label: String) {
        self.values = values
        self.xName = xName
        self.label = label
    }

    /// Draws the histogram.
    package func draw(_ page: inout Markup) {
        let range = Plot.range(values, room: 0)
        let bins = bins(in: range)
        var plot = Plot(x: range, y: 0...Double(bins.max() ?? 1) * 1.05)
        plot.height = 320
        plot.xName = xName
        plot.yName = "rows"
        plot.wholeY = true
        plot.makeRoom()
        plot.draw(&page, label: label) { page in
            let (x, y) = (plot.x, plot.y)
            let width = (x.end - x.start) / Double(bins.count)
            for (index, count) in bins.enumerated() where count > 0 {
                let top = y.place(Double(count))
                page.element(
                    "rect",
                    [
                        "class": "bar training", "x": Plot.text(x.start + Double(index) * width + 0.5),
                        "y": Plot.text(top), "width": Plot.text(max(width - 1, 0.5)),
                        "height": Plot.text(y.start - top),
                    ]
                ) { $0.element("title", Format.count(count, "row")) }
            }
            guard range.contains(0) else { return }
            Plot.line(&page, "reference", x.place(0), plot.top, x.place(0), y.start)
        }
    }

    /// Returns the number of values in each interval. The number of intervals is the square root of the number of
    /// values, but at least 8 and at most 40.
    func bins(in range: ClosedRange<Double>) -> [Int] {
        let count = min(max(Int(Double(values.count).squareRoot()), 8), 40)
        var bins = [Int](repeating: 0, count: count)
        for value in values where !value.isNaN {
            bins[min(Int(range.share(value) * Double(count)), count - 1)] += 1
        }
        return bins
    }
}
