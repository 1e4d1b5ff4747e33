/// A step along a direction of descent that satisfies the strong Wolfe conditions: the function falls by at least a ten
/// thousandth of what its slope at the start promises, and the slope's magnitude to nine tenths of it at most
/// (Nocedal & Wright, "Numerical Optimization", 2006, algorithms 3.5 and 3.6).
///
/// Values are of single-precision arithmetic: a fall that is less than their noise counts as one, as the slope then tells
/// better (the approximate Wolfe conditions of Hager & Zhang 2005).
struct LineSearch {
    /// The function at a distance from the start.
    struct Point: Equatable {
        var step: Double
        var value: Double
        /// Its derivative by the step.
        var slope: Double

        var isFinite: Bool { value.isFinite && slope.isFinite }
    }

    private static let sufficientFall = 1e-4
    private static let flatness = 0.9
    /// Units in the last place of a single-precision number.
    private static let noise = 0x1p-23
    /// As many as PyTorch and SciPy make, about.
    private static let mostEvaluations = 25

    /// The function at a step.
    typealias Function = (Double) throws(FastTrainError) -> Point

    private let start: Point
    private var left = LineSearch.mostEvaluations

    private init(_ start: Point) { self.start = start }

    /// `start`: at step 0, of a negative slope; `first`: the step to try first. nil: no step was found that lowers the
    /// function.
    static func run(from start: Point, first: Double, _ function: Function) throws(FastTrainError) -> Point? {
        var search = LineSearch(start)
        return try search.bracket(first, function)
    }

    private mutating func next(_ step: Double, _ function: Function) throws(FastTrainError) -> Point {
        left -= 1
        return try function(step)
    }

    /// Whether a point is low enough: Armijo's condition.
    private func isLow(_ point: Point) -> Bool {
        point.isFinite
            && point.value <= start.value + Self.sufficientFall * point.step * start.slope
                + Self.noise * start.value.magnitude
    }

    private func isFlat(_ point: Point) -> Bool { point.slope.magnitude <= -Self.flatness * start.slope }

    /// Goes on until a step is good, or there is an interval that holds good ones.
    private mutating func bracket(_ first: Double, _ function: Function) throws(FastTrainError) -> Point? {
        var previous = start
        var step = first
        while left > 0 {
            let point = try next(step, function)
            if !isLow(point) || previous.step > 0 && point.value >= previous.value {
                return try zoom(low: previous, high: point, function)
            }
            if isFlat(point) { return point }
            if point.slope >= 0 { return try zoom(low: point, high: previous, function) }
            // Further, by at least a tenth and at most ninefold of what this step was longer than the one before.
            let stride = point.step - previous.step
            let guess = LineSearch.minimum(previous, point) ?? .infinity
            step = guess.isFinite && guess > point.step ? guess : point.step + 9 * stride
            step = min(max(step, point.step + 0.1 * stride), point.step + 9 * stride)
            previous = point
        }
        return best(previous)
    }

    /// Narrows an interval whose `low` end is the lowest point so far, and slopes down into it.
    private mutating func zoom(
        low: Point, high: Point, _ function: Function
    ) throws(FastTrainError) -> Point? {
        var (low, high) = (low, high)
        var widths = [Double.infinity, Double.infinity]
        while left > 0 {
            let width = high.step - low.step
            // No longer distinct in single precision.
            guard width.magnitude > 1e-9 * max(low.step, high.step) else { break }
            var step = low.step + width / 2
            // By interpolation as long as that makes it narrower fast enough.
            if high.isFinite, width.magnitude < 0.66 * widths[0], let guess = LineSearch.minimum(low, high) {
                let margin = 0.1 * width.magnitude
                step = min(max(guess, min(low.step, high.step) + margin), max(low.step, high.step) - margin)
            }
            widths = [widths[1], width.magnitude]
            let point = try next(step, function)
            if !isLow(point) || point.value >= low.value {
                if point.isFinite, isLow(point), isFlat(point) { return point }
                high = point
                continue
            }
            if isFlat(point) { return point }
            if point.slope * (high.step - low.step) >= 0 { high = low }
            low = point
        }
        return best(low)
    }

    /// The lowest point of a search that found no good one.
    private func best(_ point: Point) -> Point? { point.step > 0 && point.value < start.value ? point : nil }

    /// Where the cubic through two points has its minimum (3.59 there); nil if it has none.
    static func minimum(_ a: Point, _ b: Point) -> Double? {
        let first = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
        let square = first * first - a.slope * b.slope
        guard square >= 0 else { return nil }
        let second = b.step > a.step ? square.squareRoot() : -square.squareRoot()
        let denominator = b.slope - a.slope + 2 * second
        guard denominator != 0 else { return nil }
        let step = b.step - (b.step - a.step) * ((b.slope + second - first) / denominator)
        return step.isFinite ? step : nil
    }
}
