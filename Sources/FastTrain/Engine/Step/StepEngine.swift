import KernelTypes

/// One step of synchronous data-parallel training: the arithmetic, without files, clocks or messages.
///
/// In `forwardBackward` a member of the team takes some rows of the minibatch from features to the gradients of every
/// layer's sums; in the first layer or two it may make some panels of units for all rows instead. In `reduceUpdate` it
/// takes some blocks of the weights, makes their gradient over the rows of each shard, all-reduces the shards and updates
/// the weights. Neither division influences any number.
final class StepEngine: Sendable {
    let forward: ForwardPass
    /// The memories of the optimizer.
    let memories: OptimizerMemories
    /// The changes of the gradient before its update: L1 and clipping by value.
    let adjustment: L1AndValueClipping
    /// The average of the parameters over the steps, if enabled.
    let average: ParameterAverage?
    /// Gradient clipping by global norm, if enabled.
    let clipping: GradientClipping?
    /// The limit to the norm of each unit's weights, if enabled.
    let constraint: NormConstraint?
    /// scikit-learn's L2 penalty; `nil` means that alpha is 0.
    let penalty: Penalty?
    let kernels: KernelTable
    let shards: Int
    /// The shards of this process.
    let ownShards: Range<Int>
    /// The exchange with the other processes of the run; `nil` if there are none.
    let exchange: GradientExchange?
    let dropout: DropoutPlan
    /// The share of label smoothing.
    let smoothing: Float
    /// The weights of the rows; `nil` means that all rows count alike.
    let rowWeights: RowWeights?
    /// How the members divide each layer, and in which form its products read their operands.
    let plan: StepPlan
    /// The blocks of weights that each member updates.
    let blocks: GradientPlan
    /// The scratch memory of each thread.
    let scratch: [GradientScratch]
    /// The weights that the backward products read.
    let transposed: TransposedWeights
    /// The gradient of each layer's sums. The last layer's takes the place of its outputs.
    let deltas: Activations
    /// The derivatives of the activations at the hidden layers' outputs, where they are stored.
    let derivatives: Activations
    /// The matrices that the weight gradients read.
    let operands: GradientOperands
    /// The columns of the second layer's input in each shard's rows as lists, if its gradient reads shared lists.
    let sharedColumns: [SparseLists]
    /// The plans that the engine could have.
    let space: PlanSpace
    /// The density of the features; `nil` means that they have no zeros.
    let density: FeatureDensity?

    /// Creates an engine whose parameters are zero.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - recipe: The recipe.
    ///   - task: The task of the data set.
    ///   - rows: The largest number of rows that are in use at once.
    ///   - density: The density of the features; `nil` means that they have no zeros.
    ///   - rowWeights: The weights of the rows; `nil` means that all rows count alike.
    ///   - threads: The number of members of the team.
    ///   - kernels: The kernels to compute with.
    ///   - choices: The choices of the plan; `nil` means those of the constants.
    ///   - group: The processes that share the work; `nil` means this one alone.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, density: FeatureDensity? = nil,
        rowWeights: RowWeights? = nil, threads: Int, kernels: KernelTable, choices: PlanChoices? = nil,
        group: ProcessGroup? = nil
    ) {
        space = PlanSpace(network: network, recipe: recipe, threads: threads, kernels: kernels)
        self.density = density
        let plan = StepPlan(network, recipe: recipe, choices ?? space.constants(density), kernels: kernels)
        let layout = PackedLayout(network, panelWidth: kernels.panelWidth)
        let exchange = group.map {
            GradientExchange($0, shards: recipe.shards, layout: layout, threads: threads, kernels: kernels)
        }
        self.exchange = exchange
        let ownShards = exchange?.ownShards ?? 0..<recipe.shards
        self.ownShards = ownShards
        let forward = ForwardPass(
            network: network, recipe: recipe, task: task, rows: rows, plan: plan, kernels: kernels, isTraining: true,
            exchange: exchange)
        self.plan = plan
        self.forward = forward
        self.rowWeights = rowWeights
        self.kernels = kernels
        shards = recipe.shards
        dropout = DropoutPlan(recipe)
        smoothing = Float(recipe.labelSmoothing)
        memories = OptimizerMemories(recipe, layout: layout)
        adjustment = L1AndValueClipping(recipe, kernels: kernels)
        average = ParameterAverage(recipe, of: forward)
        penalty = Penalty(recipe, layout: layout)
        clipping = GradientClipping(recipe, layout: layout, threads: threads, kernels: kernels)
        constraint = NormConstraint(recipe, layout: layout, threads: threads, kernels: kernels)
        transposed = TransposedWeights(layout, precision: plan.precision, kernels: kernels)

        let hidden = plan.layers.dropLast()
        deltas = Activations(widths: hidden.map(\.outputs), rows: rows, panelWidth: kernels.panelWidth)
            .appendingLast(of: forward.activations)
        derivatives = Activations(
            widths: hidden.map { $0.storesDerivative ? $0.outputs : 0 }, rows: rows, panelWidth: kernels.panelWidth)

        let shardRows = StepEngine.rowsOfShard(recipe, rows: rows)
        operands = GradientOperands(
            network, plan: plan, activations: forward.activations, featureLists: forward.features.lists, deltas: deltas,
            rows: min(rows, recipe.maxRowsAtOnce), shards: recipe.shards, kernels: kernels)
        blocks = GradientPlan(
            layout, plan: plan, density: density, rows: recipe.maxRowsAtOnce, threads: threads, kernels: kernels)
        scratch = (0..<threads).map { _ in
            GradientScratch(
                shards: ownShards.count, shardRows: shardRows, transposesInputs: plan.transposesInputs,
                panelWidth: kernels.panelWidth)
        }
        sharedColumns = StepEngine.sharedColumns(plan, recipe, rows: rows, shards: ownShards.count)
    }

    /// Creates an engine with another plan. Both share all numbers and all memory, except memory that only one of the
    /// plans needs, so a step with either leaves the same numbers to the next.
    ///
    /// - Parameters:
    ///   - other: An engine.
    ///   - choices: The choices of the plan, which `other.space` contains.
    init(_ other: StepEngine, choices: PlanChoices) {
        space = other.space
        density = other.density
        let recipe = space.recipe
        let plan = StepPlan(space.network, recipe: recipe, choices, kernels: other.kernels)
        self.plan = plan
        forward = other.forward.replanned(by: plan)
        rowWeights = other.rowWeights
        kernels = other.kernels
        shards = other.shards
        ownShards = other.ownShards
        exchange = other.exchange
        dropout = other.dropout
        smoothing = other.smoothing
        memories = other.memories
        adjustment = other.adjustment
        let forward = forward
        average = other.average.map { ParameterAverage($0, planned: forward) }
        penalty = other.penalty
        clipping = other.clipping
        constraint = other.constraint
        transposed = other.transposed
        deltas = other.deltas
        derivatives = other.derivatives
        operands = GradientOperands(other.operands, plan: plan, featureLists: forward.features.lists)
        blocks = GradientPlan(
            forward.parameters.layout, plan: plan, density: density, rows: recipe.maxRowsAtOnce,
            threads: space.threads, kernels: kernels)
        scratch = other.scratch
        sharedColumns =
            other.sharedColumns.isEmpty
            ? StepEngine.sharedColumns(
                plan, recipe, rows: forward.activations.rows, shards: other.ownShards.count) : other.sharedColumns
    }

    /// Returns memory for the lists of columns that members share, if a plan has any.
    private static func sharedColumns(
        _ plan: StepPlan, _ recipe: Recipe, rows: Int, shards: Int
    ) -> [SparseLists] {
        let shardRows = rowsOfShard(recipe, rows: rows)
        return plan.layers.filter { $0.gradientForm == .sharedColumns }.flatMap { layer in
            (0..<shards).map { _ in SparseLists(rows: layer.inputs, width: shardRows) }
        }
    }

    /// Returns the largest number of rows of a shard, if there is memory for a number of rows.
    static func rowsOfShard(_ recipe: Recipe, rows: Int) -> Int {
        (min(rows, recipe.maxRowsAtOnce) + recipe.shards - 1) / recipe.shards
    }

    var network: Network { forward.network }

    /// Returns the number of rows to allocate memory for: those of a minibatch, and enough for each thread to evaluate by.
    ///
    /// - Parameters:
    ///   - recipe: The recipe.
    ///   - count: The number of rows to train on.
    ///   - validation: The number of rows to evaluate.
    ///   - threads: The number of members of the team.
    static func rows(_ recipe: Recipe, of count: Int, validation: Int, threads: Int) -> Int {
        max(min(recipe.maxRowsAtOnce, count), ForwardPass.evaluationRows(validation, threads: threads))
    }

    /// The parameters that rows are evaluated with and that a run yields: their average if there is one.
    var evaluated: ForwardPass { average?.forward ?? forward }

    /// Loads parameters in the public layout, and their average if there is one.
    func load(_ parameters: Parameters, average: Parameters? = nil) {
        forward.load(parameters)
        self.average?.forward.load(average ?? parameters)
        for block in blocks.shares.joined() { transposed.refresh(forward.parameters, block) }
    }

    /// Returns how a minibatch of `count` rows lies in its shards.
    func minibatch(_ count: Int) -> Minibatch {
        Minibatch(count: count, shards: shards, ownShards: ownShards, hasPairs: plan.precision.isPaired)
    }

    /// Returns a member's view of a step over `count` rows. The step's number is needed in the forward and backward pass.
    func memberStep(count: Int, number: Int = 0, member: TeamMember, laps: LapTimer? = nil) -> MemberStep {
        MemberStep(minibatch(count), number: number, member: member, scratch: scratch[member.rank], laps: laps)
    }

    /// Returns the sum of the weights of some rows of the data set.
    func weightSum(_ rows: UnsafePointer<Int32>, count: Int) -> Double {
        rowWeights?.sum(rows, count: count) ?? Double(count)
    }

    // MARK: - Loss

    /// Returns the sum of the losses of a minibatch of `count` rows, each times its weight, without the penalty: within a
    /// shard in the order of the rows, the shards in the tree of the all-reduce.
    func lossSum(count: Int) -> Double {
        if let exchange { return StepEngine.lossSum(0..<shards, exchange.loss) }
        let minibatch = minibatch(count)
        return StepEngine.lossSum(0..<shards) { lossSum($0, of: minibatch) }
    }

    /// Returns the sum of the losses of a shard of this process.
    func lossSum(_ shard: Int, of minibatch: Minibatch) -> Double {
        minibatch.rows(shard).reduce(0) { $0 + Double(forward.targets.lossBase[$1]) }
    }

    /// Returns the sum over some shards: the left branch of the tree is the largest power of two that leaves a right one.
    private static func lossSum(_ part: Range<Int>, _ loss: (Int) -> Double) -> Double {
        if part.count == 1 { return loss(part.lowerBound) }
        var half = 1
        while 2 * half < part.count { half *= 2 }
        let middle = part.lowerBound + half
        return lossSum(part.lowerBound..<middle, loss) + lossSum(middle..<part.upperBound, loss)
    }
}
