extension ClosedRange<Double> {
    /// Beyond this a range's width may be infinite, or a margin around it.
    private static let largest = 1e300

    /// From the least to the greatest of the numbers that can be drawn: not of NaN, of infinities or of what is near to
    /// them, as a network's outputs may be. nil when there are none.
    package init?(spanning values: some Sequence<Double>) {
        let drawable = values.filter { $0.magnitude <= Self.largest }
        guard let low = drawable.min(), let high = drawable.max() else { return nil }
        self = low...high
    }

    /// Where a number lies in the range, 0 at its start, 1 at its end; what is out of it at its nearest end, NaN at the
    /// start.
    package func share(_ value: Double) -> Double {
        let share = (value - lowerBound) / (upperBound - lowerBound)
        return share >= 1 ? 1 : share > 0 ? share : 0
    }
}
