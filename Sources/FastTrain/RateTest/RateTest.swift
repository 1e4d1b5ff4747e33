/// A learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): some steps of training
/// at a rate that rises from each to the next by the same factor, until the loss explodes.
///
///     let curve = try RateTest().run(recipe, on: data)
///     print(curve.valley?.rate ?? "the loss never fell")
///
/// Like training itself it gives the same numbers on any number of threads.
public struct RateTest: Sendable, Equatable {
    /// The rate of the first step.
    public var from = 1e-6
    /// The rate of the last step.
    public var to = 10.0
    /// Minibatches, over as many epochs as it takes.
    public var steps = 200

    /// See the properties.
    public init(from: Double = 1e-6, to: Double = 10, steps: Int = 200) {
        self.from = from
        self.to = to
        self.steps = steps
    }

    /// Throws `.usage` with the setting named as its command-line option.
    public func validate() throws(FastTrainError) {
        guard Float(from) >= .leastNormalMagnitude, from.isFinite else {
            throw .usage("--from: expected a number of at least 1.2e-38, found \(from)")
        }
        guard to > from, Float(to).isFinite else {
            throw .usage("--to: expected a number above --from, \(from), and of at most 3.4e38, found \(to)")
        }
        // So many epochs may be asked for, and an epoch may be one step.
        guard (20...100_000).contains(steps) else {
            throw .usage("--steps: expected a number from 20 to 100000, found \(steps)")
        }
    }

    /// Of a step, from 0.
    func rate(_ step: Int) -> Double {
        from * power(to / from, Double(step) / Double(steps - 1))
    }

    /// What of a recipe plays a part: all but its learning rate, schedule, epochs and rules of stopping.
    func recipe(_ recipe: Recipe, stepsPerEpoch: Int) -> Recipe {
        var recipe = recipe
        recipe.epochs = (steps + stepsPerEpoch - 1) / stepsPerEpoch
        recipe.schedule = .constant
        recipe.gamma = nil
        recipe.warmup = 0
        recipe.monitor = .trainLoss
        recipe.patience = nil
        recipe.minDelta = 0
        recipe.tol = nil
        recipe.nIterNoChange = nil
        return recipe
    }

    /// Trains such a recipe on the training rows that are not held out. Nothing is written.
    ///
    /// Of the options threads and initial parameters count. `stop` is polled after each step: a signal's number ends the
    /// test, and the curve is that of the steps that were done. `onStep` is told the number of each, from 1, with its
    /// point of the curve. Throws as
    /// `Training.init`.
    public func run(
        _ recipe: Recipe, on data: Dataset, options: RunOptions = RunOptions(),
        stop: @escaping @Sendable () -> Int32? = { nil },
        onStep: @escaping @Sendable (Int, RateCurve.Point) -> Void = { _, _ in }
    ) throws(FastTrainError) -> RateCurve {
        try validate()
        guard recipe.optimizer != .lbfgs else {
            throw .usage("--optimizer: expected one with a learning rate, found lbfgs, which finds its steps by itself")
        }
        let options = RunOptions(threads: options.threads, initial: options.initial)
        let whole = try Training(self.recipe(recipe, stepsPerEpoch: 1), on: data, options: options)
        let training = try Training(
            self.recipe(recipe, stepsPerEpoch: whole.stepsPerEpoch), on: data, options: options)
        let log = RateLog(self)
        let session = TrainingSession(
            training, rateTest: self, stop: { log.isOver ? Self.ended : stop() }, progress: { _ in })
        session.onStep = { step, loss in onStep(step, log.add(loss)) }
        do {
            try session.run()
        } catch {
            guard case .diverged = error else { throw error }
            log.explode()
        }
        let signal = session.interrupted.flatMap { $0 == Self.ended ? nil : $0 }
        return RateCurve(test: self, points: log.points, isCutShort: log.hasExploded, interrupted: signal)
    }

    /// No signal has this number.
    private static let ended: Int32 = 1000
}

/// The points so far. `@unchecked Sendable`: only rank 0 of the team touches it, and the caller before and after.
private final class RateLog: @unchecked Sendable {
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
        // Over a twentieth of the steps, so that the curve looks alike with many and with few.
        let share = min(1, 20 / Double(test.steps))
        mean += share * (loss - mean)
        weight += share * (1 - weight)
        let point = RateCurve.Point(rate: test.rate(points.count), loss: loss, smoothed: mean / weight)
        points.append(point)
        lowest = min(lowest, point.smoothed)
        if let first = points.first?.smoothed {
            // As far above where it began as it had fallen below, or half of that where it did not fall.
            hasExploded = point.smoothed > first + max(first - lowest, 0.5 * first.magnitude)
        }
        return point
    }
}
