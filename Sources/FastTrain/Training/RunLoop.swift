import KernelDispatch

/// The loop of a run: steps, epochs, validation, checkpoints, by the members of one thread team.
///
/// `@unchecked Sendable`: rank 0 alone writes the stored state, and only while the other members wait at a barrier or
/// do arithmetic that does not touch it.
final class RunLoop: @unchecked Sendable {
    private let training: Training
    private let recipe: Recipe
    private let engine: StepEngine
    private let validation: EvaluationPass?
    private let stop: @Sendable () -> Int32?
    private let progress: @Sendable (Progress) -> Void
    private let profile: Profile?
    private let stopping: EarlyStopping
    private let rates: LearningRate
    /// nil unless the recipe asks for it: then it takes the place of steps.
    private let minimizer: LBFGS?
    /// After its last iteration.
    private var minimum: LBFGS.State?
    /// The epoch's training rows in their order.
    private let order: Buffer<Int32>

    private var next = Action.finish
    private var step = 0
    private var lossSum = 0.0
    /// What the training rows count together.
    private let trainWeight: Double
    private(set) var history: [EpochRecord] = []
    private(set) var best: TrainingState.Best?
    /// Which epoch's rows `order` holds.
    private var orderedEpoch: Int?
    private var clock: RunClock
    private(set) var interrupted: Int32?
    private(set) var ending: Outcome.Ending?
    private(set) var newestCheckpoint: String?
    /// Called by rank 0 with the number of each finished step, from 1, and the mean loss of its minibatch.
    var onStep: ((Int, Double) -> Void)?

    /// What all members do next.
    private enum Action {
        /// A minibatch, after `step` others of the run: rows `first ..< first + count` of the epoch's order.
        case step(Int, first: Int, count: Int, OptimizerState.Step)
        /// One of lbfgs.
        case iteration
        case validate
        case save
        case finish
    }

    init(
        _ training: Training, profile: Profile? = nil, rateTest: RateTest? = nil,
        stop: @escaping @Sendable () -> Int32?,
        progress: @escaping @Sendable (Progress) -> Void
    ) {
        self.training = training
        self.profile = profile
        self.stop = stop
        self.progress = progress
        recipe = training.recipe
        let rows = StepEngine.rows(recipe, of: training.trainRows, threads: training.threads)
        let split = training.data.train
        engine = StepEngine(
            network: training.network, recipe: recipe, task: training.data.task, rows: rows,
            density: FeatureDensity(split, width: training.network.inputs),
            weights: RowWeights(
                recipe.classWeight, task: training.data.task, split: split, trainRows: training.sampling.trainRows,
                rows: rows), threads: training.threads, kernels: .table(for: training.instructionSet))
        minimizer =
            recipe.optimizer != .lbfgs
            ? nil
            : LBFGS(
                recipe,
                batch: FullBatch(
                    engine: engine, split: training.data.train, rows: training.sampling.trainRows, recipe: recipe,
                    threads: training.threads))
        let heldOut = training.sampling.validationRows
        validation =
            heldOut.isEmpty
            ? nil
            : EvaluationPass(
                split: split, rows: heldOut, task: training.data.task, outputs: training.network.outputs,
                loss: recipe.resolvedLoss(for: training.data.task))
        order = Buffer(count: training.trainRows)
        order.base.update(from: training.sampling.trainRows, count: training.trainRows)
        trainWeight = engine.weightSum(order.base, count: training.trainRows)
        stopping = EarlyStopping(recipe)
        rates = LearningRate(
            recipe, steps: training.totalSteps, stepsPerEpoch: training.stepsPerEpoch, rows: training.trainRows,
            test: rateTest)
        clock = RunClock(earlier: training.start?.seconds ?? 0)
    }

    /// Wall-clock time since the start of the run.
    var seconds: Double { clock.total }

    /// What training goes on from, in the public layout.
    var parameters: Parameters { engine.forward.snapshot }

    /// What the run yields as it stands: `parameters`, or their average.
    var evaluated: Parameters { engine.evaluated.snapshot }

    /// Runs to the end, or until `stop` says so.
    func run() throws(FastTrainError) {
        try begin()
        try Team.run(threads: training.threads) { member throws(FastTrainError) in try self.work(member) }
        try training.data.checkUnchanged()
        try training.tensorBoard?.synchronize()
    }

    /// One member's part of the run.
    private func work(_ member: TeamMember) throws(FastTrainError) {
        let isLead = member.rank == 0
        var minimum = LBFGS.State()
        while true {
            switch next {
            case .step(let step, let first, let count, let update):
                let laps = profile?.timer(rank: member.rank)
                try engine.forwardBackward(
                    training.data.train, indices: order.base + first, of: count, step: step, member: member,
                    laps: laps)
                try member.barrier()
                laps?.lap(.barrier)
                if isLead { try account(first: first, count: count) }
                try engine.reduceUpdate(
                    count: count, update, weights: engine.weightStep(update, order.base + first, count: count),
                    member: member, upcoming: upcoming(from: first + count, member), laps: laps)
                if isLead { endStep(count) }
                try member.barrier()
                laps?.lap(.barrier)
            case .iteration:
                try minimizer?.iterate(&minimum, member: member)
                if isLead { try endIteration(minimum) }
                try member.barrier()
            case .validate:
                if let average = engine.average {
                    average.prepareEvaluation(member)
                    try member.barrier()
                }
                validation?.run(engine.evaluated, member: member)
                try member.barrier()
                if isLead { try endEpoch() }
                try member.barrier()
            case .save:
                try member.barrier()
                if isLead { try save() }
                try member.barrier()
            case .finish:
                return
            }
        }
    }

    /// This member's rows of the minibatch that starts at place `first` of the epoch's order.
    private func upcoming(from first: Int, _ member: TeamMember) -> UpcomingRows {
        let share = member.share(of: min(recipe.batchSize, training.trainRows - first))
        return UpcomingRows(
            features: training.data.train.features, featureCount: training.network.inputs,
            indices: UnsafeBufferPointer(start: order.base + first + share.lowerBound, count: share.count))
    }

    // MARK: - Rank 0, between the barriers

    /// Takes up the state to start from, and plans the first step.
    private func begin() throws(FastTrainError) {
        let start = training.takeStart()
        if let start {
            engine.load(start.parameters, average: start.average)
            for memory in engine.optimizer.memories {
                if let values = start.optimizer[memory.name] { memory.values.load(values) }
            }
            minimizer?.load(start.optimizer)
            if start.hasConverged { ending = .convergence }
            step = start.step
            lossSum = start.lossSum
            history = start.history
            best = start.best
        } else {
            engine.load(training.firstParameters)
        }
        if start != nil || training.initial != nil {
            newestCheckpoint = training.folder?.checkpointPath(step: step)
        }
        try training.tensorBoard?.begin(history, validates: validation != nil)
        try training.folder?.writeHistory(history)
        ending = ending ?? stopping.ending(history)
        planStep()
    }

    /// The next minibatch, or the end.
    private func planStep() {
        guard step < training.totalSteps, ending == nil else {
            ending = ending ?? .epochs
            next = .finish
            return
        }
        clock.startTraining()
        guard minimizer == nil else {
            next = .iteration
            return
        }
        let epoch = step / training.stepsPerEpoch
        let stepInEpoch = step % training.stepsPerEpoch
        if orderedEpoch != epoch {
            let rows = training.sampling.order(epoch: epoch)
            order.base.update(from: rows, count: rows.count)
            orderedEpoch = epoch
        }
        let first = stepInEpoch * recipe.batchSize
        next = .step(
            step, first: first, count: min(recipe.batchSize, training.trainRows - first),
            engine.optimizer.step(step + 1, learningRate: rates.rate(step, history: history)))
    }

    /// Adds up the losses of a minibatch, before its update.
    private func account(first: Int, count: Int) throws(FastTrainError) {
        let sum = engine.lossSum(count: count) + (engine.penalty?.sum ?? 0)
        guard sum.isFinite else { throw divergence("the loss of its minibatch is \(name(sum))", atStep: step + 1) }
        lossSum += sum
        onStep?(step + 1, sum / engine.weightSum(order.base + first, count: count))
    }

    /// An iteration is an epoch: its loss is that of the parameters it has come to.
    private func endIteration(_ state: LBFGS.State) throws(FastTrainError) {
        guard let value = state.value, value.objective.isFinite else {
            throw divergence("the loss or its gradient is not finite", atStep: step + 1)
        }
        minimum = state
        step += 1
        clock.rows += state.evaluations * training.trainRows
        lossSum = value.lossSum
        onStep?(step, lossSum / trainWeight)
        if step < training.totalSteps && !state.hasConverged { interrupted = stop() }
        clock.stopTraining()
        next = .validate
    }

    private func endStep(_ count: Int) {
        step += 1
        clock.rows += count
        // After the last step nothing is left to interrupt.
        if step < training.totalSteps { interrupted = stop() }
        let stepInEpoch = step % training.stepsPerEpoch
        if stepInEpoch == 0 {
            clock.stopTraining()
            engine.forward.normalizer?.prepareEvaluation()
            next = .validate
        } else if interrupted != nil || isCheckpointDue {
            clock.stopTraining()
            next = .save
        } else {
            planStep()
            if clock.isReportDue { report(stepInEpoch) }
        }
    }

    private var isCheckpointDue: Bool { training.checkpointEvery.map { step % $0 == 0 } ?? false }

    private func report(_ stepInEpoch: Int) {
        let rate = clock.samplesPerSecond
        let epoch = step / training.stepsPerEpoch
        let rowsInEpoch = stepInEpoch * recipe.batchSize
        let rowsDone = epoch * training.trainRows + rowsInEpoch
        let weight = trainWeight * Double(rowsInEpoch) / Double(training.trainRows)
        progress(
            .step(
                StepProgress(
                    epoch: epoch + 1, epochs: recipe.epochs, step: stepInEpoch, steps: training.stepsPerEpoch,
                    loss: lossSum / weight, samplesPerSecond: rate,
                    secondsLeft: Double(recipe.epochs * training.trainRows - rowsDone) / max(rate, 1e-9))))
    }

    /// Records an epoch once its validation is done.
    private func endEpoch() throws(FastTrainError) {
        let result = validation?.result()
        let record = EpochRecord(
            epoch: step / training.stepsPerEpoch, step: step, trainLoss: lossSum / trainWeight,
            validationLoss: result?.loss, validationAccuracy: result?.accuracy, validationR2: result?.r2,
            learningRate: minimum?.length ?? rates.rate(step - 1, history: history),
            samplesPerSecond: clock.takeEpochRate(),
            seconds: clock.total)
        if let loss = result?.loss {
            guard loss.isFinite else { throw divergence("the validation loss is \(name(loss))", atStep: step) }
        }
        history.append(record)
        if stopping.isBest(history) {
            try checkFinite()
            best = .init(epoch: record.epoch, parameters: evaluated)
        }
        lossSum = 0
        try training.tensorBoard?.append(record)
        progress(.epoch(record))
        if minimum?.hasConverged == true {
            ending = .convergence
        } else if let end = stopping.ending(history) {
            ending = end
        } else if let most = training.maxTime, step < training.totalSteps, clock.wouldExceed(most) {
            ending = .time
        }
        let isLast = step == training.totalSteps || ending != nil
        if training.folder != nil, training.checkpointEvery == nil || isCheckpointDue || isLast || interrupted != nil {
            next = .save
        } else {
            if isLast { try checkFinite() }
            if interrupted == nil { planStep() } else { next = .finish }
        }
    }

    /// Writes a checkpoint, then the history that agrees with it.
    private func save() throws(FastTrainError) {
        if let folder = training.folder {
            try training.data.checkUnchanged()
            try checkFinite()
            try training.tensorBoard?.synchronize()
            let path = try folder.save(training.checkpoint(state()))
            try folder.writeHistory(history)
            newestCheckpoint = path
            progress(.saved(path: path))
        }
        if interrupted == nil { planStep() } else { next = .finish }
    }

    private func state() -> TrainingState {
        var memories: [String: Parameters] = [:]
        for memory in engine.optimizer.memories { memories[memory.name] = memory.values.unpacked() }
        if let minimizer { memories = minimizer.memories(minimum ?? LBFGS.State(), of: training.network) }
        return TrainingState(
            parameters: parameters, average: engine.average == nil ? nil : evaluated, optimizer: memories, best: best,
            step: step, lossSum: lossSum, history: history, hasConverged: minimum?.hasConverged ?? false,
            seconds: clock.total)
    }

    /// Throws unless all that a model or a checkpoint would hold is finite.
    private func checkFinite() throws(FastTrainError) {
        let passes = [engine.forward, engine.average?.forward].compactMap { $0 }
        let fault: String? =
            if !passes.allSatisfy(\.parameters.areFinite) {
                "a parameter"
            } else if !passes.allSatisfy({ $0.normalizer?.areFinite ?? true }) {
                "a running mean or variance"
            } else if !engine.optimizer.memories.allSatisfy({ $0.values.areFinite }) {
                "a number of the optimizer's memory"
            } else {
                nil
            }
        if let fault { throw divergence("\(fault) is not finite", atStep: step) }
    }

    /// NaN has a sign that says nothing.
    private func name(_ value: Double) -> String { value.isNaN ? "NaN" : value < 0 ? "-infinity" : "infinity" }

    /// `step`: the one that failed, from 1.
    private func divergence(_ what: String, atStep step: Int) -> FastTrainError {
        do { try training.data.checkUnchanged() } catch { return error }  // it was fed something else
        return .diverged(
            epoch: (step - 1) / training.stepsPerEpoch + 1, step: step, what: what, checkpoint: newestCheckpoint)
    }
}
