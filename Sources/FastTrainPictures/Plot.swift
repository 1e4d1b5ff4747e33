import FastTrainSupport
import Platform

/// The frame of a plot as SVG: axes with ticks and names. The style sheet of the page determines colors and text sizes
/// through the classes `grid`, `axis`, `tick` and `name`.
package struct Plot: Sendable {
    package var width = 440.0
    package var height = 250.0
    package var left = 56.0
    package var right = 14.0
    package var top = 12.0
    package var bottom = 42.0
    package var xName = ""
    package var yName = ""
    /// The unit after the numbers of the y axis, such as "%".
    package var yUnit = ""
    package var wholeX = false
    package var wholeY = false
    package var xRange: ClosedRange<Double>
    package var yRange: ClosedRange<Double>
    package var logarithmicX = false
    package var logarithmicY = false

    package init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
        xRange = x
        yRange = y
    }

    /// The scale of the x axis.
    package var x: PlotScale { PlotScale(xRange, from: left, to: width - right, logarithmic: logarithmicX) }
    /// The scale of the y axis.
    package var y: PlotScale {
        PlotScale(yRange, from: height - bottom, to: top, logarithmic: logarithmicY)
    }

    private var yTicks: Ticks { y.ticks(6, wholeNumbers: wholeY) }

    /// Reserves the space beside the y axis that its numbers and name require, with the larger letters of a small
    /// screen.
    package mutating func makeRoom() {
        let longest = yTicks.labels.map { ($0 + yUnit).count }.max() ?? 0
        left = (yName.isEmpty ? 12 : 30) + 8.2 * Double(max(longest, 2))
    }

    /// Draws the plot with the given content. `label` describes it for screen readers.
    package func draw(_ page: inout Markup, label: String, _ content: (inout Markup) -> Void) {
        page.element(
            "svg",
            ["viewBox": "0 0 \(Self.text(width)) \(Self.text(height))", "role": "img", "aria-label": label]
        ) { page in
            drawAxes(&page)
            content(&page)
        }
    }

    private func drawAxes(_ page: inout Markup) {
        let (x, y) = (x, y)
        let yTicks = yTicks
        for (value, label) in zip(yTicks.values, yTicks.labels) {
            let place = y.place(value)
            Self.line(&page, "grid", left, place, width - right, place)
            Self.label(&page, "tick", left - 8, place + 4, "end", label + yUnit)
        }
        let xTicks = x.ticks(logarithmicX ? 8 : 6, wholeNumbers: wholeX)
        Self.line(&page, "axis", left, height - bottom, width - right, height - bottom)
        for (value, label) in zip(xTicks.values, xTicks.labels) {
            let place = x.place(value)
            Self.line(&page, "axis", place, height - bottom, place, height - bottom + 5)
            Self.label(&page, "tick", place, height - bottom + 19, "middle", label)
        }
        Self.label(&page, "name", (left + width - right) / 2, height - 5, "middle", Self.shortened(xName, to: 50))
        if !yName.isEmpty {
            let middle = (top + height - bottom) / 2
            page.element(
                "text",
                [
                    "class": "name", "text-anchor": "middle",
                    "transform": "translate(13 \(Self.text(middle))) rotate(-90)",
                ],
                Self.shortened(yName, to: 28))
        }
    }

    /// Formats a coordinate.
    package static func text(_ value: Double) -> String {
        let text = Format.fixed(value, 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Returns the text, shortened to a width of about `letters` letters if it is wider.
    package static func shortened(_ text: String, to letters: Double) -> String {
        guard width(of: text) > letters else { return text }
        var (result, width) = ("", 1.0)
        for character in text {
            width += Self.width(of: character)
            if width > letters { break }
            result.append(character)
        }
        return result + "…"
    }

    /// Returns the approximate width of a text, in Latin letters.
    package static func width(of text: String) -> Double { text.reduce(0) { $0 + width(of: $1) } }

    /// From the first Hangul letter on, characters and emoji are about as wide as they are high.
    private static func width(of character: Character) -> Double {
        character.unicodeScalars.first.map { $0.value < 0x1100 ? 1 : 1.8 } ?? 0
    }

    /// Draws a line between two points.
    package static func line(
        _ page: inout Markup, _ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double
    ) {
        page.empty("line", ["class": style, "x1": text(x1), "y1": text(y1), "x2": text(x2), "y2": text(y2)])
    }

    /// Draws a text at a point.
    package static func label(
        _ page: inout Markup, _ style: String, _ x: Double, _ y: Double, _ anchor: String, _ content: String
    ) {
        page.element("text", ["class": style, "x": text(x), "y": text(y), "text-anchor": anchor], content)
    }

    /// Returns the range of some numbers with a margin on both sides. If all numbers are equal, the range surrounds
    /// them.
    package static func range(_ values: [Double], room: Double = 0.06) -> ClosedRange<Double> {
        guard let span = ClosedRange(spanning: values) else { return 0...1 }
        let width = span.upperBound - span.lowerBound
        let margin = width > 0 ? room * width : max(span.upperBound.magnitude * 0.1, 1e-9)
        return span.lowerBound - margin...span.upperBound + margin
    }
}
