import FastTrainSupport
import Platform

/// The tick marks of an axis: round numbers within its range, and their labels.
package struct Ticks: Sendable, Equatable {
    /// The positions, in ascending order and within the range.
    package var values: [Double]
    /// The label of each value.
    package var labels: [String]

    private init(values: [Double], labels: [String]) {
        self.values = values
        self.labels = labels
    }

    /// Creates about `count` ticks in `range`, whose distance is 1, 2 or 5 times a power of ten. There are none if the
    /// range has infinite width.
    package init(_ range: ClosedRange<Double>, count: Int, wholeNumbers: Bool = false) {
        let width = range.upperBound - range.lowerBound
        var step = Self.step(width / Double(max(1, count)))
        if wholeNumbers { step = max(1, step) }
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        values = first <= last && width.isFinite ? stride(from: first, through: last, by: 1).map { $0 * step } : []
        labels = values.map { Self.label($0, step: step) }
    }

    /// Creates ticks for a logarithmic axis with a positive range: powers of ten and, if there is room, two and five
    /// times these.
    package init(logarithmic range: ClosedRange<Double>, count: Int) {
        let decades = Int(log10(range.lowerBound).rounded(.down))...Int(log10(range.upperBound).rounded(.up))
        func marks(_ factors: [Double], every: Int = 1) -> [Double] {
            decades.filter { $0 % every == 0 }.flatMap { decade in factors.map { $0 * pow(10, Double(decade)) } }
                .filter { $0 >= range.lowerBound * 0.999999 && $0 <= range.upperBound * 1.000001 }
        }
        let dense = marks([1, 2, 5])
        let powers = marks([1])
        let marked = dense.count <= count + 2 ? dense : powers.count <= count + 2 ? powers : marks([1], every: 3)
        guard marked.count >= 2 else {
            self.init(range, count: count)
            return
        }
        self.init(values: marked, labels: marked.map { Self.label($0, step: $0) })
    }

    /// Returns the smallest number of the form 1, 2 or 5 times a power of ten that is at least `least`, or 1 if `least`
    /// is not positive.
    private static func step(_ least: Double) -> Double {
        guard least > 0, least.isFinite else { return 1 }
        let power = pow(10, log10(least).rounded(.down))
        return power * ([1, 2, 5].first { $0 * power >= least * 0.9999999 } ?? 10)
    }

    /// Formats a tick with as many digits as are needed to distinguish ticks at a distance of `step`.
    private static func label(_ value: Double, step: Double) -> String {
        if value == 0 { return "0" }
        let last = exponent(step)
        if step < 0.00005 || value.magnitude >= 1e7 {
            let first = exponent(value.magnitude)
            return Format.fixed(value / pow(10, Double(first)), min(max(0, first - last), 15)) + "e\(first)"
        }
        return last >= 0 ? Format.integer(Int(value.rounded())) : Format.fixed(value, -last)
    }

    /// Returns the exponent of the largest power of ten that does not exceed a positive number.
    private static func exponent(_ value: Double) -> Int { Int(log10(value * 1.0000001).rounded(.down)) }
}
