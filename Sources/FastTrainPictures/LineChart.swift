import FastTrainSupport

/// Curves over the epochs of a run as SVG, each labeled at its end.
package struct LineChart: Sendable {
    /// A curve.
    package struct Series: Sendable {
        package var name: String
        /// The CSS class that determines the color.
        package var style: String
        package var points: [(x: Double, y: Double)]

        package init(_ name: String, style: String, _ points: [(x: Double, y: Double)]) {
            self.name = name
            self.style = style
            self.points = points
        }
    }

    /// A dashed horizontal line, for example at the score of the test rows.
    package var reference: (name: String, value: Double)?
    /// A ring around a point of a curve, with a tooltip.
    package var mark: (x: Double, y: Double, text: String, style: String)?
    package var series: [Series]
    package var xName: String
    package var unit = ""
    /// The range that values cannot leave, if there is one.
    package var limits: ClosedRange<Double>?
    /// A description of the chart for screen readers.
    package var label: String
    /// Whether to use a logarithmic axis if the values span a large range.
    package var mayBeLogarithmic = false
    package var startsAtZero = false

    package init(_ series: [Series], xName: String, label: String) {
        self.series = series
        self.xName = xName
        self.label = label
    }

    /// The maximum number of points of a curve; more would blur it.
    private static let maxPoints = 400
    private static let labelHeight = 17.0

    /// Whether the values axis is logarithmic, which requires that the values span more than a factor of 20.
    package var isLogarithmic: Bool {
        guard mayBeLogarithmic, let span = ClosedRange(spanning: values), span.lowerBound > 0 else { return false }
        return span.upperBound > 20 * span.lowerBound
    }

    private var values: [Double] { series.flatMap { $0.points.map(\.y) } + (reference.map { [$0.value] } ?? []) }

    /// Draws the chart.
    package func draw(_ page: inout Markup) {
        var plot = Plot(x: xRange, y: yRange)
        plot.xName = xName
        plot.yUnit = unit
        plot.wholeX = true
        plot.logarithmicY = isLogarithmic
        plot.makeRoom()
        let names = labels.map(\.name)
        if !names.isEmpty { plot.right = 16 + 7.6 * Double(names.map(\.count).max() ?? 0) }
        plot.draw(&page, label: label) { page in
            if let reference {
                let place = plot.y.place(reference.value)
                Plot.line(&page, "reference", plot.left, place, plot.width - plot.right, place)
            }
            for series in series { draw(series, plot, &page) }
            if let mark {
                page.element(
                    "circle",
                    [
                        "class": "ring \(mark.style)", "cx": Plot.text(plot.x.place(mark.x)),
                        "cy": Plot.text(plot.y.place(mark.y)), "r": "5.5",
                    ]
                ) { $0.element("title", mark.text) }
            }
            drawLabels(plot, &page)
        }
    }

    private var xRange: ClosedRange<Double> {
        let all = series.flatMap { $0.points.map(\.x) }
        guard let low = all.min(), let high = all.max() else { return 0...1 }
        return high > low ? low...high : low - 0.5...high + 0.5
    }

    private var yRange: ClosedRange<Double> {
        if isLogarithmic, let span = ClosedRange(spanning: values) {
            return span.lowerBound * 0.85...span.upperBound * 1.15
        }
        var range = Plot.range(startsAtZero ? values + [0] : values)
        if startsAtZero { range = 0...max(range.upperBound, 1e-300) }
        guard let limits else { return range }
        return max(range.lowerBound, limits.lowerBound)...min(range.upperBound, limits.upperBound)
    }

    private func draw(_ series: Series, _ plot: Plot, _ page: inout Markup) {
        let points = Self.thinned(series.points, to: Self.maxPoints)
        let places = points.map { (x: plot.x.place($0.x), y: plot.y.place($0.y)) }
        let path = places.enumerated().map { index, place in
            (index == 0 ? "M" : "L") + Plot.text(place.x) + " " + Plot.text(place.y)
        }
        page.empty("path", ["class": "curve \(series.style)", "d": path.joined()])
        guard points.count <= 60 else { return }
        for (point, place) in zip(points, places) {
            page.element(
                "circle",
                [
                    "class": (points.count <= 20 ? "dot " : "hidden ") + series.style, "cx": Plot.text(place.x),
                    "cy": Plot.text(place.y), "r": "2.6",
                ]
            ) {
                $0.element(
                    "title", "\(xName) \(Format.integer(Int(point.x))), \(series.name): \(Format.loss(point.y))\(unit)")
            }
        }
    }

    // MARK: - Labels at the curves' ends

    /// The labels of the curves. A single curve needs none because the title names it.
    private var labels: [(name: String, style: String, value: Double)] {
        guard series.count > 1 || reference != nil else { return [] }
        return series.compactMap { series in series.points.last.map { (series.name, series.style, $0.y) } }
            + (reference.map { [($0.name, "plain", $0.value)] } ?? [])
    }

    private func drawLabels(_ plot: Plot, _ page: inout Markup) {
        let labels = labels.map { (label: $0, place: plot.y.place($0.value)) }.sorted { $0.place < $1.place }
        let places = Self.apart(
            labels.map(\.place), by: Self.labelHeight, within: plot.top + 4...plot.height - plot.bottom)
        for (label, place) in zip(labels.map(\.label), places) {
            Plot.label(
                &page, "series \(label.style)", plot.width - plot.right + 8, place + 4, "start", label.name)
        }
    }

    /// Returns positions, in ascending order, moved as little as possible to be `distance` apart, or as far apart as
    /// the range permits.
    static func apart(_ places: [Double], by distance: Double, within range: ClosedRange<Double>) -> [Double] {
        var places = places
        for index in places.indices.dropFirst() { places[index] = max(places[index], places[index - 1] + distance) }
        var limit = range.upperBound
        for index in places.indices.reversed() {
            places[index] = max(min(places[index], limit), range.lowerBound)
            limit = places[index] - distance
        }
        return places
    }

    /// Returns at most about `count` points: the lowest and highest of each section, and the ends.
    static func thinned(_ points: [(x: Double, y: Double)], to count: Int) -> [(x: Double, y: Double)] {
        guard points.count > count else { return points }
        let stretches = count / 2
        var kept: Set = [0, points.count - 1]
        for stretch in 0..<stretches {
            let part = points.count * stretch / stretches..<points.count * (stretch + 1) / stretches
            if let low = part.min(by: { points[$0].y < points[$1].y }) { kept.insert(low) }
            if let high = part.max(by: { points[$0].y < points[$1].y }) { kept.insert(high) }
        }
        return kept.sorted().map { points[$0] }
    }
}
