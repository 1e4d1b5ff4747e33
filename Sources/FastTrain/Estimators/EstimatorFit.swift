import KernelDispatch

/// The loop of the estimators: scikit-learn's `_fit_stochastic` around `StepEngine`, by the members of one thread team.
///
/// Beside `RunLoop` since scikit-learn's rules are others: its momentum remembers steps, not gradients, so that a
/// change of the rate does not reach back; its squared error is half of ours; a fit goes on where another ended, on other
/// rows; nothing is written.
///
/// `@unchecked Sendable`: rank 0 alone writes the stored state, and only while the other members wait at a barrier or do
/// arithmetic that does not touch it.
final class EstimatorFit: @unchecked Sendable {
    private let settings: MLPSettings
    private let recipe: Recipe
    private let data: Dataset
    private let engine: StepEngine
    /// Of lbfgs.
    private let minimizer: LBFGS?
    private let validation: EvaluationPass?
    private let trainRows: [Int32]
    /// The epoch's rows in their order.
    private let order: Buffer<Int32>
    private let threads: Int
    private let epochs: Int
    private let loss: MLPLoss
    /// What each row's loss is more by than the engine's; empty: nothing.
    private let offsets: [Double]

    private var fitted: MLPFitted
    private var now: MLPFitted.Trained
    private var best: Parameters?
    private var next = Action.finish
    /// First place of the next minibatch in the epoch.
    private var first = 0
    private var lossSum = 0.0
    /// Of loss and gradient by lbfgs.
    private var evaluations = 0

    private enum Action {
        /// Rows `first ..< first + count` of the epoch's order.
        case step(Int, first: Int, count: Int, OptimizerState.Step)
        /// One of lbfgs.
        case iteration
        case validate
        case finish
    }

    /// `trained`: what to go on from; its recipe is that of this fit. `epochs`: the most.
    init(
        _ settings: MLPSettings, on data: Dataset, from fitted: MLPFitted, _ trained: MLPFitted.Trained,
        epochs: Int, loss: MLPLoss
    ) throws(FastTrainError) {
        self.settings = settings
        self.data = data
        self.fitted = fitted
        self.epochs = epochs
        self.loss = loss
        offsets = loss.offsets(data.train)
        now = trained
        recipe = trained.recipe
        let sampling = try Sampling(recipe: recipe, split: data.train, task: data.task)
        trainRows = sampling.trainRows
        let network = recipe.network(for: data)
        let batch = min(recipe.mostRowsAtOnce, trainRows.count)
        threads = try EstimatorFit.threads(
            settings.threads, operations: Double(batch) * Double(network.operationsPerSample))
        let rows = StepEngine.rows(recipe, of: trainRows.count, threads: threads)
        engine = StepEngine(
            network: network, recipe: recipe, task: data.task, rows: rows,
            density: FeatureDensity(data.train, width: network.inputs),
            weights: RowWeights(nil, task: data.task, split: data.train, trainRows: trainRows, rows: rows),
            threads: threads, kernels: .table(for: try InstructionSet.chosen()))
        minimizer =
            recipe.optimizer != .lbfgs
            ? nil
            : LBFGS(
                recipe,
                batch: FullBatch(engine: engine, split: data.train, rows: trainRows, recipe: recipe, threads: threads))
        let heldOut = sampling.validationRows
        validation =
            heldOut.isEmpty
            ? nil
            : EvaluationPass(
                split: data.train, rows: heldOut, task: data.task, outputs: network.outputs, loss: loss.loss)
        order = Buffer(count: trainRows.count)
    }

    /// As many as are asked for, or as CPUs may be used; of those only as many as have 2 million operations in a step, some
    /// 20 µs, beside which a step's barriers (about 1 µs each on two cores: ARCHITECTURE.md) are little.
    private static func threads(_ asked: Int?, operations: Double) throws(FastTrainError) -> Int {
        let most = try checkedThreads(asked)
        return asked == nil ? Int(min(Double(most), max(1, operations / 2_000_000))) : most
    }

    /// Trains, and says what came out. Throws `.diverged`.
    func run() throws(FastTrainError) -> MLPFitted {
        begin()
        try Team.run(threads: threads) { member throws(FastTrainError) in try self.work(member) }
        now.parameters = best ?? engine.forward.snapshot
        for memory in engine.optimizer.memories { now.memories[memory.name] = memory.values.unpacked() }
        fitted.network = now
        return fitted
    }

    /// One member's part.
    private func work(_ member: TeamMember) throws(FastTrainError) {
        let isLead = member.rank == 0
        var minimum = LBFGS.State()
        while true {
            switch next {
            case .step(let step, let first, let count, let update):
                try engine.forwardBackward(
                    data.train, indices: order.base + first, of: count, step: step, member: member)
                try member.barrier()
                if isLead { try account(first, count) }
                try engine.reduceUpdate(
                    count: count, update, weights: engine.weightStep(update, order.base + first, count: count),
                    member: member)
                if isLead { endStep(count) }
                try member.barrier()
            case .iteration:
                try minimizer?.iterate(&minimum, member: member)
                if isLead { try endIteration(minimum) }
                try member.barrier()
            case .validate:
                validation?.run(engine.forward, member: member)
                try member.barrier()
                if isLead { try endEpoch() }
                try member.barrier()
            case .finish:
                return
            }
        }
    }

    // MARK: - Rank 0, between the barriers

    private func begin() {
        engine.load(now.parameters)
        // Another solver than before begins without a memory.
        for memory in engine.optimizer.memories {
            if let values = now.memories[memory.name] { memory.values.load(values) }
        }
        rescaleMomentum()
        now.memories = [:]
        // Of the epochs to come one must be better than what there is.
        if validation != nil { best = now.parameters }
        fitted.nIter = 0
        fitted.isConverged = false
        evaluations = 0
        if minimizer == nil { planEpoch() } else { next = .iteration }
    }

    private func planEpoch() {
        var rows = trainRows
        if recipe.shuffle {
            Philox(seed: recipe.seed, purpose: .shuffle)
                .shuffle(&rows, stream: UInt32(truncatingIfNeeded: now.epochs))
        }
        order.base.update(from: rows, count: rows.count)
        first = 0
        lossSum = 0
        planStep()
    }

    private func planStep() {
        next = .step(
            now.steps, first: first, count: min(recipe.batchSize, trainRows.count - first),
            engine.optimizer.step(now.steps + 1, learningRate: now.learningRate / loss.ofRate(recipe.optimizer))
                .withUncorrectedEpsilon)
    }

    /// Adds up a minibatch's losses, before its update: scikit-learn's mean by the rows' weights, times the rows.
    private func account(_ first: Int, _ count: Int) throws(FastTrainError) {
        let rows = order.base + first
        let weight = engine.weightSum(rows, count: count)
        var sum = engine.lossSum(count: count) * loss.data + (engine.penalty?.sum ?? 0) * loss.penalty
        if !offsets.isEmpty { sum += (0..<count).reduce(0) { $0 + offsets[Int(rows[$1])] } }
        sum *= weight > 0 ? Double(count) / weight : 0
        guard sum.isFinite else { throw divergence("the loss is not finite") }
        lossSum += sum
    }

    private func endStep(_ count: Int) {
        now.steps += 1
        first += count
        if first < trainRows.count { planStep() } else { next = .validate }
    }

    private func endIteration(_ state: LBFGS.State) throws(FastTrainError) {
        guard let value = state.value, value.objective.isFinite else { throw divergence("the loss is not finite") }
        order.base.update(from: trainRows, count: trainRows.count)
        let penalty = engine.penalty?.sum ?? 0
        var sum = (value.lossSum - penalty) * loss.data + penalty * loss.penalty
        if !offsets.isEmpty { sum += trainRows.reduce(0) { $0 + offsets[Int($1)] } }
        fitted.loss = sum / engine.weightSum(order.base, count: trainRows.count)
        evaluations += state.evaluations
        // The last one may find that there is nowhere to go.
        if state.length > 0 {
            fitted.nIter += 1
            fitted.lossCurve += fitted.loss.map { [$0] } ?? []
            if settings.verbose { print("Iteration \(fitted.nIter), loss = \(Format.fixed(fitted.loss ?? .nan, 8))") }
        }
        fitted.isConverged = state.hasConverged
        let isOver = state.hasConverged || fitted.nIter == epochs || evaluations >= settings.maxFun
        next = isOver ? .finish : .iteration
    }

    private func divergence(_ what: String) -> FastTrainError {
        .diverged(
            epoch: fitted.nIter + 1, step: now.steps + 1,
            what: "\(what); smaller features or a smaller learningRateInit may help", checkpoint: nil)
    }

    private func endEpoch() throws(FastTrainError) {
        guard engine.forward.parameters.areFinite else { throw divergence("a weight is not finite") }
        let loss = lossSum / Double(trainRows.count)
        fitted.nIter += 1
        fitted.t += trainRows.count
        now.epochs += 1
        fitted.loss = loss
        fitted.lossCurve.append(loss)
        if settings.verbose { print("Iteration \(fitted.nIter), loss = \(Format.fixed(loss, 8))") }
        judge(loss, validation?.weightedScore())
        let isOver = isOver()
        rescaleMomentum()
        if isOver || fitted.nIter == epochs { next = .finish } else { planEpoch() }
    }

    /// Compares the epoch with those before it.
    private func judge(_ loss: Double, _ score: Double?) {
        guard let score else {
            now.tolerance.add(-loss)
            fitted.bestLoss = -now.tolerance.best
            return
        }
        fitted.validationScores.append(score)
        if settings.verbose { print("Validation score: \(Format.fixed(score, 6))") }
        if score > now.tolerance.best { best = engine.forward.snapshot }
        now.tolerance.add(score)
        fitted.bestValidationScore = now.tolerance.best
    }

    /// Sets the rate of the next epoch; whether there is none.
    private func isOver() -> Bool {
        if settings.solver == .sgd && settings.learningRate == .invscaling {
            now.learningRate = settings.learningRateInit / power(Double(fitted.t) + 1, settings.powerT)
        }
        guard now.tolerance.isExceeded else { return false }
        let isAdaptive = settings.solver == .sgd && settings.learningRate == .adaptive
        if isAdaptive && Tolerance.lower(&now.learningRate) {
            now.tolerance.startAnew()
            if settings.verbose { print("Setting learning rate to \(Format.setting(now.learningRate))") }
            return false
        }
        fitted.isConverged = true
        return true
    }

    /// scikit-learn's momentum is a mean of steps, the kernel's one of gradients, which the rate multiplies anew in each
    /// step: when the rate changes, the gradients change the other way, so that their product is what it was.
    private func rescaleMomentum() {
        guard now.memoryRate != now.learningRate else { return }
        if recipe.optimizer == .sgd, let memory = engine.optimizer.memories.first?.values {
            let factor = Float(now.memoryRate / now.learningRate)
            for index in 0..<memory.layout.count { memory.base[index] *= factor }
        }
        now.memoryRate = now.learningRate
    }
}

extension OptimizerState.Step {
    /// scikit-learn adds Adam's epsilon to the root of the mean of squares as it is, PyTorch to the root of the mean that is
    /// corrected for its beginning at 0.
    fileprivate var withUncorrectedEpsilon: OptimizerState.Step {
        guard case .adam(var numbers) = numbers else { return self }
        numbers.epsilon *= numbers.squareScale
        return OptimizerState.Step(numbers: .adam(numbers), averageRate: averageRate)
    }
}
