import Testing

@testable import FastTrain

@Suite struct LineSearchTests {
    private typealias Function = (Double) -> (value: Double, slope: Double)

    /// Searches along a function, checks the conditions that the search promises, and returns the step that it found and
    /// the number of evaluations. The slope is checked if the function has a minimum.
    @discardableResult
    private func search(
        first: Double, ends: Bool = true, _ function: Function
    ) throws -> (step: Double?, evaluations: Int) {
        let start = LineSearch.Point(step: 0, value: function(0).value, slope: function(0).slope)
        var evaluations = 0
        let found = try LineSearch.run(from: start, first: first) { step throws(FastTrainError) in
            evaluations += 1
            return LineSearch.Point(step: step, value: function(step).value, slope: function(step).slope)
        }
        if let found {
            #expect(found.value <= start.value + 1e-4 * found.step * start.slope)
            if ends { #expect(abs(found.slope) <= 0.9 * abs(start.slope)) }
        }
        return (found?.step, evaluations)
    }

    /// A parabola with its minimum at 1, searched from steps far too short and far too long.
    @Test(arguments: [1e-6, 0.01, 0.5, 1, 3, 1e3, 1e8])
    func parabola(first: Double) throws {
        let found = try search(first: first) { (($0 - 1) * ($0 - 1), 2 * ($0 - 1)) }
        #expect(found.step != nil && found.evaluations <= 12, "\(found)")
    }

    /// A function that falls for long, then rises steeply (Moré & Thuente 1994, (5.2)).
    @Test(arguments: [1e-3, 0.1, 10, 1e3])
    func steep(first: Double) throws {
        let found = try search(first: first) { x in
            let y = x + 0.004
            return (y * y * y * y * y - 2 * y * y * y * y, 5 * y * y * y * y - 8 * y * y * y)
        }
        #expect(found.step != nil)
    }

    /// A function that is not finite in the first steps, as where a network diverges.
    @Test func backFromInfinity() throws {
        let found = try search(first: 1000) { x in x > 2 ? (.infinity, .nan) : ((x - 1) * (x - 1), 2 * (x - 1)) }
        #expect(found.step != nil)
    }

    /// A slope that points downhill where nothing is lower: no step is found, after a bounded number of evaluations.
    @Test func aSlopeThatLies() throws {
        let found = try search(first: 1) { x in (x.magnitude, -1) }
        #expect(found.step == nil && found.evaluations <= 25)
    }

    @Test func anAbyssEnds() throws {
        let found = try search(first: 1, ends: false) { (-$0, -1) }
        #expect(found.step != nil)
        #expect(found.evaluations <= 25)
    }

    @Test func cubic() {
        // x³ − 3x: minimum at 1.
        func point(_ x: Double) -> LineSearch.Point { .init(step: x, value: x * x * x - 3 * x, slope: 3 * x * x - 3) }
        for (a, b) in [(0.0, 2.0), (2, 0), (0.5, 0.75), (3, 1.5)] {
            #expect(abs(LineSearch.minimum(point(a), point(b))! - 1) < 1e-12)
        }
        let line = (LineSearch.Point(step: 0, value: 0, slope: -1), LineSearch.Point(step: 1, value: -1, slope: -1))
        #expect(LineSearch.minimum(line.0, line.1) == nil)
    }
}
