extension ClosedRange<Double> {
    /// The largest magnitude that is drawn. Beyond it, the width of a range or the margin around it may be infinite.
    private static let largest = 1e300

    /// Creates the range from the smallest to the largest number that can be drawn, or returns `nil` if there is none.
    /// NaN, infinities and extremely large numbers, which a network may output, are ignored.
    package init?(spanning values: some Sequence<Double>) {
        let drawable = values.filter { $0.magnitude <= Self.largest }
        guard let low = drawable.min(), let high = drawable.max() else { return nil }
        self = low...high
    }

    /// Returns the relative position of a number in the range, from 0 at its start to 1 at its end. Numbers outside the
    /// range are clamped, and NaN is 0.
    package func share(_ value: Double) -> Double {
        let share = (value - lowerBound) / (upperBound - lowerBound)
        return share >= 1 ? 1 : share > 0 ? share : 0
    }
}
