import KernelDispatch
import KernelTypes

/// The course of a run of training: its steps, epochs, validations and checkpoints.
///
/// It leads a `StepLoop`: rank 0 of the thread team decides what comes next, and the whole team does the arithmetic.
///
/// `@unchecked Sendable`: rank 0 alone reads and writes the stored state while the team runs.
final class RunLoop: StepLoopLead, @unchecked Sendable {
    private let training: Training
    private let recipe: Recipe
    private let loop: StepLoop
    private let stop: @Sendable () -> Bool
    private let progress: @Sendable (TrainingProgress) -> Void
    /// The requests of a `TrainingJob`; `nil` without a job.
    private let requests: JobRequests?
    private let stopping: EarlyStopping
    private let rates: LearningRate
    /// The chooser of the steps' plans; `nil` means that all steps follow the first plan.
    private let planner: (any StepPlanner)?
    /// The state of L-BFGS after its last iteration; `nil` before the first, and for other optimizers.
    private var minimum: LBFGS.State?

    /// The number of steps of the run so far.
    private var step = 0
    /// The sum of the losses of the epoch so far.
    private var lossSum = 0.0
    private(set) var history: [EpochRecord] = []
    private(set) var best: TrainingState.Best?
    /// The epoch whose order the loop has.
    private var orderedEpoch: Int?
    private var clock: RunClock
    /// The time of the epoch so far in this session, and of all epochs before it, on the lead of several processes.
    private var (epochTime, earlierTime) = (ExchangeTime(), ExchangeTime())
    /// Whether `stop` ended the run before its last step.
    private(set) var isInterrupted = false
    /// The reason for which the run ended, once it has.
    private(set) var ending: Outcome.Ending?
    /// The path of the newest checkpoint, if there is one.
    private(set) var newestCheckpoint: String?
    /// Called by rank 0 with the number of each finished step, from 1, and the mean loss of its minibatch.
    var onStep: ((Int, Double) -> Void)?

    /// Creates the loop of a run and allocates all memory of its engine.
    ///
    /// - Parameters:
    ///   - training: The run.
    ///   - profile: Where the time of each phase is recorded, if anywhere.
    ///   - rateTest: The range test that sets the learning rates, if any.
    ///   - planner: The chooser of the steps' plans, if any.
    ///   - stop: Polled after each step; true ends the run.
    ///   - progress: Receives the progress of the run.
    ///   - requests: What a job asks of the run, if it belongs to one.
    init(
        _ training: Training, profile: Profile? = nil, rateTest: RateTest? = nil,
        planner: (any StepPlanner)? = nil, stop: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }, requests: JobRequests? = nil
    ) {
        self.training = training
        self.requests = requests
        self.planner = planner
        self.stop = { Team.callOut(stop) }
        self.progress = { event in Team.callOut { progress(event) } }
        recipe = training.recipe
        loop = StepLoop(
            recipe, on: training.data, density: training.density, sampling: training.sampling,
            threads: training.threads,
            kernels: training.instructionSet.kernels, profile: profile, choices: planner?.first,
            group: training.group)
        stopping = EarlyStopping(recipe)
        rates = LearningRate(
            recipe, steps: training.totalSteps, stepsPerEpoch: training.stepsPerEpoch, rows: training.trainRows,
            test: rateTest)
        clock = RunClock(earlier: training.secondsBefore)
    }

    private var engine: StepEngine { loop.engine }

    /// The wall-clock time since the start of the run, in seconds.
    var seconds: Double { clock.total }

    /// The load of the exchange with other processes in this session; `nil` unless this is the lead of several.
    var exchangeLoad: ExchangeLoad? {
        var time = earlierTime
        time.add(epochTime)
        return time.load
    }

    /// The parameters that training continues from, in the public layout.
    var parameters: Parameters { engine.forward.snapshot }

    /// The parameters that the run yields in its current state: `parameters`, or their average.
    var evaluated: Parameters { engine.evaluated.snapshot }

    /// Runs to the end, or until `stop` returns true.
    ///
    /// - Throws: `FastTrainError.diverged` if a loss or a parameter is not finite; an input or output error otherwise.
    func run() throws(FastTrainError) {
        try loop.run(from: try begin(), lead: self)
        try training.data.checkUnchanged()
        try training.tensorBoard?.synchronize()
    }

    // MARK: - Plan

    /// Loads the state to start from, and returns the first action.
    private func begin() throws(FastTrainError) -> StepLoop.Action {
        let start = training.takeStart()
        if let start {
            engine.load(start.parameters, average: start.average)
            engine.memories.load(start.optimizer, exchange: engine.exchange)
            if case .fullBatch(let optimizer) = loop.descent { optimizer.load(start.optimizer) }
            if start.hasConverged { ending = .convergence }
            step = start.step
            lossSum = start.lossSum
            history = start.history
            best = start.best
        } else {
            engine.load(training.firstParameters)
        }
        if start != nil || training.initial != nil {
            newestCheckpoint = training.output.map { RunFolder.checkpointPath(in: $0, step: step) }
        }
        // A run that was killed after it had saved its last checkpoint has not removed the oldest one.
        if start != nil { training.folder?.removeOldCheckpoints(upTo: step) }
        try training.tensorBoard?.begin(history, validates: loop.validation != nil)
        try training.folder?.writeHistory(history)
        ending = ending ?? stopping.ending(history)
        return nextStep()
    }

    /// Returns the next step or iteration, or the end of the run.
    private func nextStep() -> StepLoop.Action {
        guard step < training.totalSteps, ending == nil else {
            ending = ending ?? .epochs
            return .end
        }
        clock.startTraining()
        guard case .minibatches(let optimizer) = loop.descent else { return .iteration }
        let epoch = step / training.stepsPerEpoch
        let stepInEpoch = step % training.stepsPerEpoch
        if orderedEpoch != epoch {
            loop.setOrder(training.sampling.order(epoch: epoch))
            orderedEpoch = epoch
        }
        return loop.action(
            step: step, first: stepInEpoch * recipe.batchSize,
            optimizer.updateStep(step + 1, learningRate: rates.rate(step, history: history), recipe),
            planner?.next(isFull: isFull(stepInEpoch)) ?? StepWay())
    }

    /// Whether a step of an epoch has as many rows as most.
    private func isFull(_ stepInEpoch: Int) -> Bool {
        stepInEpoch == 0 || (stepInEpoch + 1) * recipe.batchSize <= training.trainRows
    }

    /// Returns the next step, the answers to a job's requests, or the end if the run was interrupted.
    private func goOn() -> StepLoop.Action {
        if isInterrupted { return .end }
        // After the last step nothing is left to hold, to interrupt or to plan.
        let isOver = step == training.totalSteps || ending != nil
        if !isOver && requests?.arePending ?? false { return .leadOnly(attend) }
        return isOver ? nextStep() : planOrStep()
    }

    /// Returns the next step, or the planning before it.
    private func planOrStep() -> StepLoop.Action {
        guard let planner, planner.isDue else { return nextStep() }
        return .leadOnly {
            planner.plan(self.loop)
            return self.nextStep()
        }
    }

    // MARK: - StepLoopLead

    /// Adds up the losses of a minibatch.
    func account(_ minibatch: StepLoop.Step) throws(FastTrainError) {
        let sum = engine.lossSum(count: minibatch.count) + (engine.penalty?.sum ?? 0)
        guard sum.isFinite else { throw divergence("the loss of its minibatch is \(name(sum))", atStep: step + 1) }
        lossSum += sum
        onStep?(step + 1, sum / loop.weight(of: minibatch))
    }

    /// Records an iteration, which is an epoch. Its loss is the loss at the parameters that it found.
    func endIteration(_ state: LBFGS.State) throws(FastTrainError) -> StepLoop.Action {
        guard let value = state.value, value.objective.isFinite else {
            throw divergence("the loss or its gradient is not finite", atStep: step + 1)
        }
        minimum = state
        step += 1
        clock.rows += state.evaluations * training.trainRows
        lossSum = value.lossSum
        onStep?(step, lossSum / loop.trainWeight)
        if step < training.totalSteps && !state.hasConverged { isInterrupted = try isStopWanted() }
        clock.stopTraining()
        return .validation
    }

    /// Counts a step, and plans the next one, or the end of the epoch, or a checkpoint.
    func endStep(_ minibatch: StepLoop.Step) -> StepLoop.Action {
        step += 1
        clock.rows += minibatch.count
        // The others report nothing.
        if let exchange = engine.exchange, exchange.group.isLead {
            epochTime.count(now: RunClock.now(), waited: exchange.secondsWaited)
        }
        // After the last step nothing is left to interrupt.
        if step < training.totalSteps { isInterrupted = engine.exchange?.isStopWanted ?? stop() }
        let stepInEpoch = step % training.stepsPerEpoch
        if stepInEpoch == 0 {
            stopClocks()
            engine.forward.normalizer?.prepareEvaluation()
            return .validation
        }
        if isInterrupted || isCheckpointDue {
            stopClocks()
            return .leadOnly(save)
        }
        let next = goOn()
        if clock.isReportDue { report(stepInEpoch) }
        return next
    }

    var wantsToStop: Bool { stop() }

    private func stopClocks() {
        clock.stopTraining()
        epochTime.pause()
    }

    /// Returns whether this process, or any of its group, wants to stop.
    private func isStopWanted() throws(FastTrainError) -> Bool {
        if let group = training.group { return try group.isWantedByAny(stop()) }
        return stop()
    }

    private var isCheckpointDue: Bool { training.checkpointEvery.map { step % $0 == 0 } ?? false }

    private func report(_ stepInEpoch: Int) {
        let rate = clock.samplesPerSecond
        let epoch = step / training.stepsPerEpoch
        let rowsInEpoch = stepInEpoch * recipe.batchSize
        let rowsDone = epoch * training.trainRows + rowsInEpoch
        let weight = loop.trainWeight * Double(rowsInEpoch) / Double(training.trainRows)
        progress(
            .step(
                StepProgress(
                    epoch: epoch + 1, epochs: recipe.epochs, step: stepInEpoch, steps: training.stepsPerEpoch,
                    loss: lossSum / weight, samplesPerSecond: rate,
                    secondsLeft: Double(recipe.epochs * training.trainRows - rowsDone) / max(rate, 1e-9),
                    exchange: epochTime.load)))
    }

    /// Records an epoch, once its validation is done.
    func endEpoch() throws(FastTrainError) -> StepLoop.Action {
        let result = loop.validation?.result()
        let record = EpochRecord(
            epoch: step / training.stepsPerEpoch, step: step, trainLoss: lossSum / loop.trainWeight,
            validationLoss: result?.loss, validationAccuracy: result?.accuracy, validationR2: result?.r2,
            learningRate: minimum?.length ?? rates.rate(step - 1, history: history),
            samplesPerSecond: clock.takeEpochRate(), seconds: clock.total, exchange: epochTime.load)
        earlierTime.add(epochTime)
        epochTime = ExchangeTime()
        if let loss = result?.loss {
            guard loss.isFinite else { throw divergence("the validation loss is \(name(loss))", atStep: step) }
        }
        planner?.endEpoch(samplesPerSecond: record.samplesPerSecond)
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
        } else if let most = training.maxTime, step < training.totalSteps, try wouldExceed(most) {
            ending = .time
        }
        let isLast = step == training.totalSteps || ending != nil
        if training.output != nil, training.checkpointEvery == nil || isCheckpointDue || isLast || isInterrupted {
            return .leadOnly(save)
        }
        if isLast { try checkFinite() }
        return goOn()
    }

    /// Returns whether one more epoch would exceed the time limit. If there are several processes, the clock of rank 0
    /// decides.
    private func wouldExceed(_ most: Double) throws(FastTrainError) -> Bool {
        let isSo = clock.wouldExceed(most)
        return try training.group?.decide(isSo) ?? isSo
    }

    // MARK: - Checkpoints

    /// Writes a checkpoint, if the run has a folder, and returns what comes next.
    private func save() throws(FastTrainError) -> StepLoop.Action {
        if let output = training.output { _ = try writeCheckpoint(in: output) }
        return goOn()
    }

    /// Writes a checkpoint and the history that agrees with it, and returns its path. With other processes, all call it, and
    /// the lead writes what it collects from them.
    private func writeCheckpoint(in output: String) throws(FastTrainError) -> String {
        try training.data.checkUnchanged()
        try checkFinite()
        try training.tensorBoard?.synchronize()
        let path = RunFolder.checkpointPath(in: output, step: step)
        let memories = try memories()
        if let folder = training.folder {
            _ = try folder.save(training.checkpoint(state(memories)))
            try folder.writeHistory(history)
        }
        newestCheckpoint = path
        progress(.saved(path: path))
        return path
    }

    /// Does what the job asks for between two steps: holds the run as long as it is paused, and writes checkpoints. An
    /// error of writing one goes to the caller who asked for it.
    private func attend() throws(FastTrainError) -> StepLoop.Action {
        clock.stopTraining()
        let begin = RunClock.now()
        requests?.attend { () throws(FastTrainError) in
            guard let output = training.output else {
                throw .noFolder
            }
            let path = RunFolder.checkpointPath(in: output, step: step)
            return try newestCheckpoint == path ? path : writeCheckpoint(in: output)
        }
        clock.exclude(RunClock.now() - begin)
        isInterrupted = stop()
        return isInterrupted ? try save() : planOrStep()
    }

    /// Returns the memories of the optimizer by their names. With other processes, all call it, and rank 0 gets them.
    private func memories() throws(FastTrainError) -> [String: Parameters] {
        switch loop.descent {
        case .minibatches:
            if let exchange = engine.exchange { return try engine.memories.collected(exchange) }
            return engine.memories.unpacked()
        case .fullBatch(let optimizer): return optimizer.memories(minimum ?? LBFGS.State(), of: training.network)
        }
    }

    private func state(_ memories: [String: Parameters]) -> TrainingState {
        TrainingState(
            parameters: parameters, average: engine.average == nil ? nil : evaluated, optimizer: memories,
            best: best, step: step, lossSum: lossSum, history: history, hasConverged: minimum?.hasConverged ?? false,
            seconds: clock.total)
    }

    /// Throws `FastTrainError.diverged` unless all numbers of a model and a checkpoint are finite.
    private func checkFinite() throws(FastTrainError) {
        let passes = [engine.forward, engine.average?.forward].compactMap { $0 }
        let fault: String? =
            if !passes.allSatisfy(\.parameters.areFinite) {
                "a parameter"
            } else if !passes.allSatisfy({ $0.normalizer?.areFinite ?? true }) {
                "a running mean or variance"
            } else if !engine.memories.areFinite {
                "a number of the optimizer's memory"
            } else {
                nil
            }
        if let fault { throw divergence("\(fault) is not finite", atStep: step) }
    }

    /// Returns the name of a number that is not finite. The sign of NaN has no meaning.
    private func name(_ value: Double) -> String { value.isNaN ? "NaN" : value < 0 ? "-infinity" : "infinity" }

    /// Returns the error of a run that diverges, or the error of a data file that has changed meanwhile.
    ///
    /// - Parameters:
    ///   - what: What is not finite.
    ///   - step: The number of the step that failed, from 1.
    private func divergence(_ what: String, atStep step: Int) -> FastTrainError {
        do { try training.data.checkUnchanged() } catch { return error }
        return .diverged(
            epoch: (step - 1) / training.stepsPerEpoch + 1, step: step, what: what, checkpoint: newestCheckpoint)
    }
}
