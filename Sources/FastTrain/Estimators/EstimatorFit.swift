import KernelDispatch
import KernelTypes

/// A fit of an estimator by scikit-learn's rules: its `_fit_stochastic`, and its `_fit_lbfgs`.
///
/// It leads a `StepLoop`, as `RunLoop` does for a run, but by other rules. The momentum of scikit-learn remembers steps, not
/// gradients, so a change of the learning rate does not reach back. Its squared error is half of ours. A fit continues
/// where another one ended, on other rows. Nothing is written.
///
/// `@unchecked Sendable`: rank 0 alone reads and writes the stored state while the team runs.
final class EstimatorFit: StepLoopLead, @unchecked Sendable {
    private let settings: MLPSettings
    private let recipe: Recipe
    private let sampling: Sampling
    private let loop: StepLoop
    /// The largest number of epochs, or of iterations by L-BFGS.
    private let epochs: Int
    private let loss: MLPLoss
    private let watch: FitWatch
    /// Constants added to the engine's loss of each row to match scikit-learn's. Empty if there are none.
    private let offsets: [Double]

    private var fitted: MLPFitted
    private var now: MLPFitted.Trained
    private var best: Parameters?
    /// The position of the next minibatch in the order of the epoch.
    private var first = 0
    /// The sum of the losses of the epoch so far.
    private var lossSum = 0.0
    /// The number of evaluations of loss and gradient by L-BFGS so far.
    private var evaluations = 0
    private var isStopped = false

    /// Creates a fit and allocates all memory of its engine.
    ///
    /// - Parameters:
    ///   - settings: The settings of the estimator.
    ///   - data: The data set to fit.
    ///   - density: The density of its features.
    ///   - fitted: The attributes of the estimator before the fit.
    ///   - trained: The network to continue from; its recipe is the one of this fit.
    ///   - epochs: The largest number of epochs.
    ///   - loss: The loss.
    ///   - watch: The functions that watch the fit.
    /// - Throws: `FastTrainError.invalidSetting` if a setting is out of range.
    init(
        _ settings: MLPSettings, on data: Dataset, density: FeatureDensity, from fitted: MLPFitted,
        _ trained: MLPFitted.Trained, epochs: Int, loss: MLPLoss, watch: FitWatch
    ) throws(FastTrainError) {
        self.settings = settings
        self.watch = watch
        self.fitted = fitted
        self.epochs = epochs
        self.loss = loss
        offsets = loss.offsets(data.train)
        now = trained
        recipe = trained.recipe
        sampling = try Sampling(recipe: recipe, split: data.train, task: data.task)
        let operations = ThreadCount.operations(recipe, on: data, rows: sampling.trainRows.count)
        loop = StepLoop(
            recipe, on: data, density: density, sampling: sampling,
            threads: try ThreadCount.checked(settings.threads, operations: operations),
            kernels: try InstructionSet.chosen().kernels, convention: .scikitLearn)
    }

    private var engine: StepEngine { loop.engine }
    private var rowCount: Int { sampling.trainRows.count }

    /// Trains, and returns the attributes of the fitted estimator.
    ///
    /// - Throws: `FastTrainError.diverged` if a loss or a weight is not finite.
    func run() throws(FastTrainError) -> MLPFitted {
        try loop.run(from: begin(), lead: self)
        now.parameters = best ?? engine.forward.snapshot
        now.memories = engine.memories.unpacked()
        fitted.network = now
        return fitted
    }

    // MARK: - Plan

    /// Loads the network to continue from, and returns the first action.
    private func begin() -> StepLoop.Action {
        engine.load(now.parameters)
        // A solver other than that of the fit before begins without memories.
        engine.memories.load(now.memories)
        rescaleMemories()
        now.memories = [:]
        // Only an epoch with a better score than the network has now replaces it.
        if loop.validation != nil { best = now.parameters }
        fitted.nIter = 0
        fitted.isConverged = false
        evaluations = 0
        return switch loop.descent {
        case .minibatches: nextEpoch()
        case .fullBatch: .iteration
        }
    }

    private func nextEpoch() -> StepLoop.Action {
        loop.setOrder(sampling.order(epoch: now.epochs))
        first = 0
        lossSum = 0
        return nextStep()
    }

    private func nextStep() -> StepLoop.Action {
        guard case .minibatches(let optimizer) = loop.descent else { return .iteration }
        let rate = now.learningRate / loss.ofRate(recipe.optimizer)
        return loop.action(
            step: now.steps, first: first, optimizer.updateStep(now.steps + 1, learningRate: rate, recipe))
    }

    // MARK: - StepLoopLead

    /// Adds up the losses of a minibatch as scikit-learn does: their mean by the rows' weights, times the number of rows.
    func account(_ step: StepLoop.Step) throws(FastTrainError) {
        let weight = loop.weight(of: step)
        var sum = engine.lossSum(count: step.count) * loss.data + (engine.penalty?.sum ?? 0) * loss.penalty
        if !offsets.isEmpty { sum += loop.rows(of: step).reduce(0) { $0 + offsets[Int($1)] } }
        sum *= weight > 0 ? Double(step.count) / weight : 0
        guard sum.isFinite else { throw divergence("the loss is not finite") }
        lossSum += sum
    }

    func endStep(_ step: StepLoop.Step) -> StepLoop.Action {
        now.steps += 1
        first += step.count
        if watch.stop() {
            isStopped = true
            // The last epoch is complete, and counts.
            return first < rowCount ? .leadOnly(endStopped) : .validation
        }
        return first < rowCount ? nextStep() : .validation
    }

    func endIteration(_ state: LBFGS.State) throws(FastTrainError) -> StepLoop.Action {
        guard let value = state.value, value.objective.isFinite else { throw divergence("the loss is not finite") }
        let penalty = engine.penalty?.sum ?? 0
        var sum = (value.lossSum - penalty) * loss.data + penalty * loss.penalty
        if !offsets.isEmpty { sum += sampling.trainRows.reduce(0) { $0 + offsets[Int($1)] } }
        fitted.loss = sum / loop.trainWeight
        evaluations += state.evaluations
        // The last iteration may find that no step lowers the loss.
        if state.length > 0 {
            fitted.nIter += 1
            fitted.lossCurve += fitted.loss.map { [$0] } ?? []
            watch.progress(
                FitProgress(
                    iteration: fitted.nIter, loss: fitted.loss ?? .nan, validationScore: nil, learningRate: nil))
        }
        fitted.isConverged = state.hasConverged
        let isOver =
            state.hasConverged || fitted.nIter == epochs || evaluations >= settings.maxFun || watch.stop()
        return isOver ? .end : .iteration
    }

    /// Ends a fit within an epoch, which does not count.
    private func endStopped() throws(FastTrainError) -> StepLoop.Action {
        try checkFinite()
        return .end
    }

    private func checkFinite() throws(FastTrainError) {
        guard engine.forward.parameters.areFinite else { throw divergence("a weight is not finite") }
    }

    func endEpoch() throws(FastTrainError) -> StepLoop.Action {
        try checkFinite()
        let rate = now.learningRate
        let loss = lossSum / Double(rowCount)
        fitted.nIter += 1
        fitted.t += rowCount
        now.epochs += 1
        fitted.loss = loss
        fitted.lossCurve.append(loss)
        let score = loop.validation?.weightedScore()
        judge(loss, score)
        watch.progress(
            FitProgress(iteration: fitted.nIter, loss: loss, validationScore: score, learningRate: rate))
        // What `progress` has seen may end the fit before its next step.
        let isOver = isOver() || isStopped || fitted.nIter == epochs || watch.stop()
        rescaleMemories()
        return isOver ? .end : nextEpoch()
    }

    // MARK: - scikit-learn's rules

    private func divergence(_ what: String) -> FastTrainError {
        .diverged(
            epoch: fitted.nIter + 1, step: now.steps + 1,
            what: "\(what); smaller features or a smaller learningRateInit may help", checkpoint: nil)
    }

    /// Compares the epoch with those before it, by its validation score or else by its loss.
    private func judge(_ loss: Double, _ score: Double?) {
        guard let score else {
            now.tolerance.add(-loss)
            fitted.bestLoss = -now.tolerance.best
            return
        }
        fitted.validationScores.append(score)
        if score > now.tolerance.best { best = engine.forward.snapshot }
        now.tolerance.add(score)
        fitted.bestValidationScore = now.tolerance.best
    }

    /// Sets the learning rate of the next epoch, and returns whether the fit is over instead.
    private func isOver() -> Bool {
        if settings.solver == .sgd && settings.learningRate == .invscaling {
            now.learningRate = settings.learningRateInit / power(Double(fitted.t) + 1, settings.powerT)
        }
        guard now.tolerance.isExceeded else { return false }
        let isAdaptive = settings.solver == .sgd && settings.learningRate == .adaptive
        if isAdaptive && Tolerance.lower(&now.learningRate) {
            now.tolerance.startAnew()
            return false
        }
        fitted.isConverged = true
        return true
    }

    /// Rescales the optimizer's memories if the learning rate has changed since they were made (`OptimizerConvention`).
    private func rescaleMemories() {
        guard now.memoryRate != now.learningRate else { return }
        if case .minibatches(let optimizer) = loop.descent,
            let factor = optimizer.memoryFactor(from: now.memoryRate, to: now.learningRate)
        {
            engine.memories.scale(by: factor)
        }
        now.memoryRate = now.learningRate
    }
}
