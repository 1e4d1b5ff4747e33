/// A learning-rate range test (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017).
///
/// It trains for some steps at a learning rate that grows by a constant factor from step to step, until the loss
/// explodes.
///
///     let curve = try RateTest().run(recipe, on: data)
///     print(curve.valley?.rate ?? "the loss never fell")
///
/// As in training, the number of threads does not affect the results.
package struct RateTest: Sendable, Equatable {
    /// The learning rate of the first step.
    package var from = 1e-6
    /// The learning rate of the last step.
    package var to = 10.0
    /// The number of minibatches, over as many epochs as needed.
    package var steps = 200

    /// Creates a test from its settings.
    package init(from: Double = 1e-6, to: Double = 10, steps: Int = 200) {
        self.from = from
        self.to = to
        self.steps = steps
    }

    /// Checks the settings.
    ///
    /// - Throws: `.invalidSetting` that names the first setting out of range.
    package func validate() throws(FastTrainError) {
        guard Float(from) >= .leastNormalMagnitude, from.isFinite else {
            throw .invalidSetting(name: "from", expected: "a number of at least 1.2e-38", found: "\(from)")
        }
        guard to > from, Float(to).isFinite else {
            throw .invalidSetting(
                name: "to", expected: "a number above `from` (\(from)) and at most 3.4e38", found: "\(to)")
        }
        // The number of steps is also the largest number of epochs, because an epoch can be a single step.
        guard (20...100_000).contains(steps) else {
            throw .invalidSetting(name: "steps", expected: "a number from 20 to 100000", found: "\(steps)")
        }
    }

    /// Returns the learning rate of a step, which is counted from 0.
    func rate(_ step: Int) -> Double {
        from * power(to / from, Double(step) / Double(steps - 1))
    }

    /// Returns the recipe to train with: the given one with a constant rate and without schedule, warmup and stopping
    /// rules.
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

    /// Trains with increasing learning rates on the training rows that are not held out. Nothing is written.
    ///
    /// - Parameters:
    ///   - recipe: The recipe. Its learning rate, schedule, epochs and stopping rules are ignored.
    ///   - data: The data set to train on.
    ///   - options: The options, of which only `threads` and `initial` apply.
    ///   - stop: A function that is polled after each step. If it returns true, the test ends, and the curve has the
    ///     points of the finished steps.
    ///   - onStep: A function that is called after each step with its number, from 1, and its point.
    /// - Throws: `.invalidSetting` if a setting is out of range or the optimizer has no learning rate, and any error of
    ///   `Training.init`.
    package func run(
        _ recipe: Recipe, on data: Dataset, options: RunOptions = RunOptions(),
        stop: @escaping @Sendable () -> Bool = { false },
        onStep: @escaping @Sendable (Int, RateCurve.Point) -> Void = { _, _ in }
    ) throws(FastTrainError) -> RateCurve {
        try validate()
        guard recipe.optimizer.settings.contains(\.learningRate) else {
            throw .invalidSetting(
                name: "optimizer", expected: "one with a learning rate",
                found: "\(recipe.optimizer.rawValue), which chooses its own step lengths")
        }
        let options = RunOptions(threads: options.threads, initial: options.initial)
        let whole = try Training(self.recipe(recipe, stepsPerEpoch: 1), on: data, options: options)
        let training = try Training(
            self.recipe(recipe, stepsPerEpoch: whole.stepsPerEpoch), on: data, options: options)
        let log = RateLog(self)
        let loop = RunLoop(training, rateTest: self, stop: { log.isOver || stop() })
        loop.onStep = { step, loss in
            let point = log.add(loss)
            Team.callOut { onStep(step, point) }
        }
        do {
            try loop.run()
        } catch {
            guard case .diverged = error else { throw error }
            log.explode()
        }
        return RateCurve(
            test: self, points: log.points, isCutShort: log.hasExploded,
            isInterrupted: loop.isInterrupted && !log.isOver)
    }
}
