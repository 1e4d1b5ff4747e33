/// The search for a step along a descent direction that satisfies the strong Wolfe conditions (Nocedal & Wright, "Numerical
/// Optimization", 2006, algorithms 3.5 and 3.6):
///
///     f(t) ≤ f(0) + c₁ t f′(0)      with c₁ = 10⁻⁴
///     |f′(t)| ≤ c₂ |f′(0)|          with c₂ = 0.9
///
/// Values come from single-precision arithmetic, so a rise below their noise counts as a fall; the slope then says more
/// than the value (the approximate Wolfe conditions of Hager & Zhang 2005).
struct LineSearch {
    /// The function at one step length.
    struct Point: Equatable {
        /// The step length.
        var step: Double
        /// The function's value.
        var value: Double
        /// The function's derivative with respect to the step length.
        var slope: Double

        /// Whether neither value nor slope is infinite or NaN.
        var isFinite: Bool { value.isFinite && slope.isFinite }
    }

    /// c₁
    private static let sufficientFall = 1e-4
    /// c₂
    private static let flatness = 0.9
    /// The relative rounding error of a value: one unit in the last place of a single-precision number.
    private static let noise = 0x1p-23
    /// The largest number of evaluations, about as many as PyTorch and SciPy make.
    private static let maxEvaluations = 25

    /// A function that evaluates the objective at a step length.
    typealias Function = (Double) throws(FastTrainError) -> Point

    private let start: Point
    private var left = LineSearch.maxEvaluations

    private init(_ start: Point) { self.start = start }

    /// Searches for a step.
    ///
    /// - Parameters:
    ///   - start: The function at step 0, where its slope is negative.
    ///   - first: The step length to try first.
    /// - Returns: The function at the step that was found, or `nil` if no step lowered the function.
    /// - Throws: What the function throws.
    static func run(from start: Point, first: Double, _ function: Function) throws(FastTrainError) -> Point? {
        var search = LineSearch(start)
        return try search.bracket(first, function)
    }

    private mutating func next(_ step: Double, _ function: Function) throws(FastTrainError) -> Point {
        left -= 1
        return try function(step)
    }

    /// Returns whether a point satisfies the first condition, Armijo's.
    private func isLow(_ point: Point) -> Bool {
        point.isFinite
            && point.value <= start.value + Self.sufficientFall * point.step * start.slope
                + Self.noise * start.value.magnitude
    }

    /// Returns whether a point satisfies the second condition.
    private func isFlat(_ point: Point) -> Bool { point.slope.magnitude <= -Self.flatness * start.slope }

    /// Lengthens the step until it satisfies both conditions, or until an interval contains such steps (algorithm 3.5).
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
            // Lengthen the step by between a tenth and nine times its last increase.
            let stride = point.step - previous.step
            let guess = LineSearch.minimum(previous, point) ?? .infinity
            step = guess.isFinite && guess > point.step ? guess : point.step + 9 * stride
            step = min(max(step, point.step + 0.1 * stride), point.step + 9 * stride)
            previous = point
        }
        return best(previous)
    }

    /// Narrows an interval until a step inside satisfies both conditions (algorithm 3.6). `low` is the end with the lowest
    /// value so far, where the function slopes down into the interval.
    private mutating func zoom(
        low: Point, high: Point, _ function: Function
    ) throws(FastTrainError) -> Point? {
        var (low, high) = (low, high)
        var widths = [Double.infinity, Double.infinity]
        while left > 0 {
            let width = high.step - low.step
            // The ends can no longer be told apart in single precision.
            guard width.magnitude > 1e-9 * max(low.step, high.step) else { break }
            var step = low.step + width / 2
            // Interpolate as long as that narrows the interval fast enough, else bisect.
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

    /// Returns the lowest point of a search that found none to satisfy both conditions; `nil` if it is not below the start.
    private func best(_ point: Point) -> Point? { point.step > 0 && point.value < start.value ? point : nil }

    /// Returns the minimum of the cubic through two points and their slopes (equation 3.59); `nil` if it has none.
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
