import FastTrainSupport
import Platform

/// A mapping of a range of numbers to a range of pixels.
package struct PlotScale: Sendable {
    package let range: ClosedRange<Double>
    package let isLogarithmic: Bool
    /// The pixel at the start of the range. It may be greater than `end`.
    /// The pixel at the end of the range.
    package let start: Double
    package let end: Double

    package init(_ range: ClosedRange<Double>, from start: Double, to end: Double, logarithmic: Bool = false) {
        self.range = range
        self.start = start
        self.end = end
        isLogarithmic = logarithmic
    }

    /// Returns the pixel of a number. Numbers outside the range are clamped to its ends.
    package func place(_ value: Double) -> Double {
        func along(_ value: Double) -> Double { isLogarithmic ? log10(max(value, range.lowerBound)) : value }
        let ends = along(range.lowerBound)...along(range.upperBound)
        let share = ends.upperBound > ends.lowerBound ? ends.share(along(value)) : 0.5
        return start + (end - start) * share
    }

    /// Returns about `count` tick marks for this scale.
    package func ticks(_ count: Int, wholeNumbers: Bool = false) -> Ticks {
        isLogarithmic
            ? Ticks(logarithmic: range, count: count) : Ticks(range, count: count, wholeNumbers: wholeNumbers)
    }
}
