import FastTrainSupport

/// A confusion matrix as SVG. Correct predictions are on the diagonal, in a different color than mistakes, and the
/// intensity of a cell increases with its share of the row.
package struct HeatMap: Sendable {
    package var names: [String]
    /// Returns the count for a row and a column.
    package var count: @Sendable (Int, Int) -> Int
    package var label: String

    package init(names: [String], label: String, count: @escaping @Sendable (Int, Int) -> Int) {
        self.names = names
        self.label = label
        self.count = count
    }

    /// The maximum number of classes. A larger matrix would be unreadable and take a megabyte.
    package static let maxNames = 50
    /// The maximum number of classes for which cells have room for their counts.
    private static let maxNumbers = 26
    private static let maxNameWidth = 14.0

    /// Draws the matrix.
    package func draw(_ page: inout Markup) {
        let cell = names.count <= 12 ? 36.0 : names.count <= Self.maxNumbers ? 26 : 14
        let shown = names.map { Plot.shortened($0, to: Self.maxNameWidth) }
        let longest = shown.map { Plot.width(of: $0) }.max() ?? 1
        let slanted = longest > (names.count <= 12 ? 4 : 2)
        let left = 30 + max(14, longest * 7)
        let top = 26 + (slanted ? 10 + longest * 5.2 : 18)
        let side = cell * Double(names.count)
        let right = slanted ? longest * 5.2 : 4
        page.element(
            "svg",
            [
                "viewBox": "0 0 \(Plot.text(left + side + right)) \(Plot.text(top + side + 4))", "role": "img",
                "aria-label": label, "class": "heat", "style": "max-width:\(Plot.text((left + side + right) * 1.35))px",
            ]
        ) { page in
            Plot.label(&page, "name", left + side / 2, 14, "middle", "predicted")
            let middle = Plot.text(top + side / 2)
            page.element(
                "text",
                ["class": "name", "text-anchor": "middle", "transform": "translate(13 \(middle)) rotate(-90)"], "true")
            for (index, name) in shown.enumerated() {
                let place = (Double(index) + 0.5) * cell
                Plot.label(&page, "tick", left - 7, top + place + 4, "end", name)
                if slanted {
                    let turn = "translate(\(Plot.text(left + place + 3)) \(Plot.text(top - 7))) rotate(-45)"
                    page.element("text", ["class": "tick", "transform": turn], name)
                } else {
                    Plot.label(&page, "tick", left + place, top - 8, "middle", name)
                }
            }
            for row in names.indices {
                drawRow(row, cell: cell, left: left, top: top + Double(row) * cell, &page)
            }
        }
    }

    private func drawRow(_ row: Int, cell: Double, left: Double, top: Double, _ page: inout Markup) {
        let counts = names.indices.map { count(row, $0) }
        let total = max(1, counts.reduce(0, +))
        for (column, count) in counts.enumerated() {
            let isRight = row == column
            let share = Double(count) / Double(total)
            // The reader looks for the rare mistakes: the square root makes them visible.
            let strength = count == 0 ? 0.05 : isRight ? 0.12 + 0.8 * share : 0.1 + 0.9 * share.squareRoot()
            page.element("g", ["class": count == 0 ? "none" : isRight ? "right" : "wrong"]) { page in
                page.element(
                    "rect",
                    [
                        "x": Plot.text(left + Double(column) * cell + 0.7), "y": Plot.text(top + 0.7),
                        "width": Plot.text(cell - 1.4), "height": Plot.text(cell - 1.4),
                        "rx": cell > 20 ? "3" : "1", "fill-opacity": Format.fixed(min(strength, 1), 2),
                    ]
                ) {
                    $0.element(
                        "title",
                        "true \(names[row]), predicted \(names[column]): \(Format.integer(count)) of \(Format.integer(total))"
                    )
                }
                guard count > 0, names.count <= Self.maxNumbers else { return }
                let text = cell < 30 && count > 9999 ? "\(count / 1000)k" : "\(count)"
                Plot.label(
                    &page, strength > 0.55 ? "count strong" : "count", left + (Double(column) + 0.5) * cell,
                    top + cell / 2 + 4, "middle", text)
            }
        }
    }
}
