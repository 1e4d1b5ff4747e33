import FastTrainData
import Glibc

/// The marks of an axis: round numbers within its range, and how they are written.
package struct Ticks: Sendable, Equatable {
    /// In rising order, all within the range.
    package var values: [Double]
    /// One for each value.
    package var labels: [String]

    private init(values: [Double], labels: [String]) {
        self.values = values
        self.labels = labels
    }

    /// 1, 2 or 5 times a power of ten apart, about `count` of them in `range`; none if its width is infinite.
    package init(_ range: ClosedRange<Double>, count: Int, wholeNumbers: Bool = false) {
        let width = range.upperBound - range.lowerBound
        var step = Self.step(width / Double(max(1, count)))
        if wholeNumbers { step = max(1, step) }
        let first = (range.lowerBound / step - 1e-9).rounded(.up)
        let last = (range.upperBound / step + 1e-9).rounded(.down)
        values = first <= last && width.isFinite ? stride(from: first, through: last, by: 1).map { $0 * step } : []
        let decimals = max(0, -Int(log10(step * 1.0000001).rounded(.down)))
        labels = values.map { Self.label($0, decimals: decimals, step: step) }
    }

    /// For a logarithmic axis, of a positive range: powers of ten, and their twofold and fivefold where there is room.
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
        self.init(
            values: marked,
            labels: marked.map { value in
                Self.label(value, decimals: max(0, -Int(log10(value * 1.0000001).rounded(.down))), step: value)
            })
    }

    /// The least of 1, 2, 5 times a power of ten that is no less than `least`; 1 for nothing.
    private static func step(_ least: Double) -> Double {
        guard least > 0, least.isFinite else { return 1 }
        let power = pow(10, log10(least).rounded(.down))
        return power * ([1, 2, 5].first { $0 * power >= least * 0.9999999 } ?? 10)
    }

    private static func label(_ value: Double, decimals: Int, step: Double) -> String {
        if value == 0 { return "0" }
        if step < 0.00005 || value.magnitude >= 1e7 {
            let exponent = Int(log10(value.magnitude * 1.0000001).rounded(.down))
            let mantissa = value / pow(10, Double(exponent))
            // As many digits as tell neighbours apart.
            let digits = max(0, exponent + decimals)
            return Format.fixed(mantissa, min(digits, 6)) + "e\(exponent)"
        }
        return decimals == 0 ? Format.integer(Int(value.rounded())) : Format.fixed(value, decimals)
    }
}
