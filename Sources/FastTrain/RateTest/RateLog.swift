/// The points measured so far.
///
/// `@unchecked Sendable`: during the run, only rank 0 of the team uses it; before and after, only the caller does.
final class RateLog: @unchecked Sendable {
    private let test: RateTest
    private(set) var points: [RateCurve.Point] = []
    private(set) var hasExploded = false
    private var mean = 0.0
    private var weight = 0.0
    private var lowest = Double.infinity

    init(_ test: RateTest) { self.test = test }

    var isOver: Bool { hasExploded || points.count >= test.steps }

    func explode() { hasExploded = true }

    func add(_ loss: Double) -> RateCurve.Point {
        // The mean covers a twentieth of the steps, so curves of many and of few steps look alike.
        let share = min(1, 20 / Double(test.steps))
        mean += share * (loss - mean)
        weight += share * (1 - weight)
        let point = RateCurve.Point(rate: test.rate(points.count), loss: loss, smoothed: mean / weight)
        points.append(point)
        lowest = min(lowest, point.smoothed)
        if let first = points.first?.smoothed {
            // The loss has exploded when it is as far above its start as it had fallen below, or half as far as its
            // start if it did not fall.
            hasExploded = point.smoothed > first + max(first - lowest, 0.5 * first.magnitude)
        }
        return point
    }
}
