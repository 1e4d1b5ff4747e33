import KernelTypes

/// The loop around a `StepEngine`, by the members of one thread team: the phases of a step, the barriers between them, and
/// the way in which an error reaches all members.
///
/// A `StepLoopLead` decides what comes next. It is called on rank 0 only.
///
/// `@unchecked Sendable`: rank 0 alone writes the stored state, and only while the other members wait at a barrier or do
/// arithmetic that does not touch it.
final class StepLoop: @unchecked Sendable {
    /// The next thing that all members do.
    enum Action {
        /// A step of an optimizer over one minibatch.
        case step(Step)
        /// An iteration of a full-batch optimizer.
        case iteration
        /// The evaluation of the validation rows, at the end of an epoch.
        case validation
        /// Work of rank 0 for which the others wait asleep, such as writing a checkpoint or waiting itself. It returns
        /// the next action.
        case leadOnly(() throws(FastTrainError) -> Action)
        /// The end of the loop.
        case end
    }

    /// A minibatch of the run, and its update.
    struct Step {
        /// The number of minibatches of the run before this one.
        let number: Int
        /// The position of the first row in `order`.
        let first: Int
        /// The number of rows.
        let count: Int
        /// The coefficients of the update.
        let update: UpdateStep
        /// The plan that the step follows, and who measures it.
        let way: StepWay
    }

    /// The engine that the loop was created with. The engines of all plans share its numbers.
    let engine: StepEngine
    /// The engines to choose from for each step. Only a `leadOnly` action may change them; the others read them after it.
    var engines: [StepEngine]
    /// Updates after each minibatch, or iterations over all training rows.
    let descent: Descent
    /// The evaluation of the validation rows; `nil` if there are none.
    let validation: EvaluationPass?
    /// The training rows in the order of the epoch.
    let order: Buffer<Int32>
    /// The sum of the weights of all training rows.
    let trainWeight: Double
    private let split: DataSplit
    private let batchSize: Int
    private let threads: Int
    private let profile: Profile?
    private let group: ProcessGroup?
    private var next = Action.end

    /// Creates a loop and allocates all memory of its engine.
    ///
    /// - Parameters:
    ///   - recipe: The recipe to train by.
    ///   - data: The data set.
    ///   - density: The density of its features.
    ///   - sampling: The rows to train on and to validate on.
    ///   - threads: The number of members of the team.
    ///   - kernels: The kernels to compute with.
    ///   - convention: The library whose definition the optimizer follows.
    ///   - profile: Where the time of each phase is recorded, if anywhere.
    ///   - choices: The choices of the first plan; `nil` means those of the constants.
    ///   - group: The processes that share the work; `nil` means this one alone.
    init(
        _ recipe: Recipe, on data: Dataset, density: FeatureDensity, sampling: Sampling, threads: Int,
        kernels: KernelTable, convention: OptimizerConvention = .pyTorch, profile: Profile? = nil,
        choices: PlanChoices? = nil, group: ProcessGroup? = nil
    ) {
        let network = recipe.network(for: data)
        let trainRows = sampling.trainRows
        let rows = StepEngine.rows(
            recipe, of: trainRows.count, validation: sampling.validationRows.count, threads: threads)
        split = data.train
        batchSize = recipe.batchSize
        self.threads = threads
        self.profile = profile
        self.group = group
        engine = StepEngine(
            network: network, recipe: recipe, task: data.task, rows: rows, density: density,
            rowWeights: RowWeights(
                recipe.classWeight, task: data.task, split: data.train, trainRows: trainRows, rows: rows),
            threads: threads, kernels: kernels, choices: choices, group: group)
        engines = [engine]
        descent = Descent(
            recipe, engine: engine, split: data.train, rows: trainRows, threads: threads, convention: convention)
        validation =
            sampling.validationRows.isEmpty
            ? nil
            : EvaluationPass(
                split: data.train, rows: sampling.validationRows, task: data.task, outputs: network.outputs,
                loss: recipe.resolvedLoss(for: data.task))
        order = Buffer(count: trainRows.count)
        order.base.update(from: trainRows, count: trainRows.count)
        trainWeight = engine.weightSum(order.base, count: order.count)
    }

    /// Returns the rows of a step.
    func rows(of step: Step) -> UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(start: order.base + step.first, count: step.count)
    }

    /// Returns the sum of the weights of a step's rows.
    func weight(of step: Step) -> Double { engine.weightSum(order.base + step.first, count: step.count) }

    /// Sets the order of the rows for the epoch to come.
    func setOrder(_ rows: [Int32]) { order.base.update(from: rows, count: rows.count) }

    /// Returns the action of a step over the minibatch that starts at a position of the epoch's order. The last minibatch
    /// of an epoch may be smaller than the others.
    func action(step number: Int, first: Int, _ update: UpdateStep, _ way: StepWay = StepWay()) -> Action {
        .step(
            Step(number: number, first: first, count: min(batchSize, order.count - first), update: update, way: way))
    }

    /// Runs from the given action to the end.
    ///
    /// - Throws: The error of the lead or of the thread team.
    func run(from first: Action, lead: any StepLoopLead) throws(FastTrainError) {
        next = first
        try Team.run(threads: threads) { member throws(FastTrainError) in try self.work(member, lead) }
    }

    /// One member's part of the loop.
    private func work(_ member: TeamMember, _ lead: any StepLoopLead) throws(FastTrainError) {
        let isLead = member.rank == 0
        var minimum = LBFGS.State()
        // Each member's own copy, because rank 0 may replace the engines between two steps.
        var engines = self.engines
        while true {
            switch next {
            case .step(let step):
                try run(step, engines[step.way.engine], member, isLead ? lead : nil)
            case .iteration:
                if case .fullBatch(let optimizer) = descent { try optimizer.iterate(&minimum, member: member) }
                if isLead { next = try lead.endIteration(minimum) }
                try member.barrier()
            case .validation:
                if let average = engine.average {
                    average.prepareEvaluation(member)
                    try member.barrier()
                }
                validation?.run(engines[0].evaluated, member: member, group: group)
                try member.barrier()
                if isLead, let group { try validation?.gather(group) }
                if isLead { next = try lead.endEpoch() }
                try member.barrier()
            case .leadOnly(let work):
                // All members have read `next` before rank 0 changes it.
                try member.barrier()
                if isLead { next = try work() }
                try member.sleepingBarrier()
                engines = self.engines
            case .end:
                return
            }
        }
    }

    /// One member's part of a step: the gradients of its rows, a barrier, the update of its blocks, a barrier. Rank 0 reads
    /// the losses after the first barrier, and plans the next action before the second.
    private func run(
        _ step: Step, _ engine: StepEngine, _ member: TeamMember, _ lead: (any StepLoopLead)?
    ) throws(FastTrainError) {
        let laps = (step.way.meter ?? profile)?.timer(rank: member.rank)
        let rows = order.base + step.first
        try engine.forwardBackward(
            split, indices: rows, of: step.count, step: step.number, member: member, laps: laps)
        try member.barrier()
        laps?.lap(.barrier)
        let weightUpdate = engine.weightStep(step.update, rows, count: step.count)
        let upcoming = upcoming(from: step.first + step.count, member)
        if let exchange = engine.exchange {
            if let lead {
                let minibatch = engine.minibatch(step.count)
                try exchange.beginLosses(wantsToStop: lead.wantsToStop) { engine.lossSum($0, of: minibatch) }
            }
            try engine.exchangeUpdate(
                exchange, count: step.count, step.update, weights: weightUpdate, member: member, upcoming: upcoming,
                laps: laps)
            if lead != nil { try exchange.endLosses() }
            try lead?.account(step)
        } else {
            try lead?.account(step)
            try engine.reduceUpdate(
                count: step.count, step.update, weights: weightUpdate, member: member, upcoming: upcoming, laps: laps)
        }
        if let lead { next = lead.endStep(step) }
        try member.barrier()
        laps?.lap(.barrier)
    }

    /// Returns the member's rows of the minibatch that starts at a position of the epoch's order.
    private func upcoming(from first: Int, _ member: TeamMember) -> UpcomingRows {
        let share = member.share(of: min(batchSize, order.count - first))
        return UpcomingRows(
            features: split.features, featureCount: engine.network.inputs,
            indices: UnsafeBufferPointer(start: order.base + first + share.lowerBound, count: share.count))
    }
}
