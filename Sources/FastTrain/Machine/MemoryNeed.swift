import KernelTypes

/// An estimate of the memory that a run takes, made before any of it is allocated.
///
/// It follows the types that own the memory, `StepEngine` above all, in Double: as integers, the sizes of the largest
/// networks that can be requested would overflow.
struct MemoryNeed {
    /// The bytes that the run writes to, which memory must hold.
    private(set) var resident: Double
    /// The bytes of address space, which the run reserves as a whole.
    private(set) var mapped: Double

    private let panelWidth: Double

    /// The memory of the program itself. Its peak on a network of one unit is 19 MB, of which 17 MB are code and constants
    /// that are mapped from its file, and so part of the address space before a run begins.
    private static let (base, mappedBase) = (18e6, 2e6)
    /// The memory of each thread besides its part of the engine: its stack, OpenMP's and malloc's state. Measured with up
    /// to 1,000 threads that have nothing to do: 57 KB each.
    private static let residentPerThread = 57e3
    /// The memory of OpenMP's runtime, which starts with the second thread: a run with two threads has 1.6 MB more than one
    /// with one thread, and medians with up to 256 threads are within 3% of the estimate.
    private static let openMP = 1.6e6
    /// The stack of each thread of OpenMP, 8 MiB unless `ulimit -s` is different, and of each thread by which
    /// CThreadTeam tries whether there is room.
    private static let (stack, triedStack) = (8.4e6, 10.5e6)

    /// Estimates the need of a run.
    ///
    /// - Parameters:
    ///   - recipe: The recipe, with its loss resolved.
    ///   - data: The data set, which takes no memory of the run.
    ///   - density: The density of the features.
    ///   - threads: The number of threads.
    ///   - kernels: The kernels to compute with.
    ///   - isSaved: Whether the run saves checkpoints.
    ///   - isPlanned: Whether the run compares plans by measurement.
    ///   - group: The processes that share the work; `nil` means this one alone.
    init(
        _ recipe: Recipe, on data: Dataset, density: FeatureDensity?, threads: Int, kernels: KernelTable, isSaved: Bool,
        isPlanned: Bool = false, group: ProcessGroup? = nil
    ) {
        panelWidth = Double(kernels.panelWidth)
        resident = Self.base
        mapped = Self.mappedBase
        let network = recipe.network(for: data)
        let plan = StepPlan(network, recipe: recipe, density: density, threads: threads, kernels: kernels)
        let heldOut = Int((Double(data.train.count) * recipe.validation).rounded(.up))
        let rows = StepEngine.rows(
            recipe, of: data.train.count - heldOut, validation: heldOut, threads: threads)
        let minibatch = min(rows, recipe.maxRowsAtOnce)

        addRows(data.train.count)
        addPass(network, plan, rows: rows, data.task)
        addBackwardPass(network, recipe, plan, rows: rows, minibatch: minibatch)
        if isPlanned { addComparedPlans(network, recipe, rows: rows, minibatch: minibatch) }
        addThreads(threads, recipe, plan, minibatch: minibatch, kernels)
        let parameters = self.parameters(network, recipe, plan, threads: threads, group: group)
        add(parameters.engine)

        // Memory at the end of an epoch or of the run only: copies for a checkpoint, or the model and its evaluation.
        let saving = isSaved ? parameters.saved : 0
        var evaluation = self
        evaluation.resident = 0
        evaluation.mapped = 0
        evaluation.add(parameters.evaluation)
        let evaluated = max(heldOut, data.test?.count ?? 0)
        evaluation.addPass(
            network, plan, rows: ForwardPass.evaluationRows(evaluated, threads: threads), data.task)
        evaluation.addRows(evaluated)
        resident += max(saving, evaluation.resident + retained(network))
        // OpenMP's threads are tried before anything else is mapped.
        let others = Double(threads - 1)
        mapped += max(others * Self.triedStack, others * Self.stack + max(saving, evaluation.mapped))
    }

    /// Creates a need of a known size.
    init(resident: Double, mapped: Double? = nil) {
        self.resident = resident
        self.mapped = mapped ?? resident
        panelWidth = 1
    }

    /// Returns what malloc keeps of the copies that were freed before the evaluation: twice the largest array, unless it is
    /// so large (32 MiB) that it always has pages of its own.
    private func retained(_ network: Network) -> Double {
        let largest = zip(network.widths, network.widths.dropFirst()).map { 4 * Double($0) * Double($1) }.max() ?? 0
        return largest <= 33.5e6 ? 2 * largest : 0
    }

    private mutating func add(_ bytes: Double, resident share: Double = 1) {
        resident += bytes * share
        mapped += bytes
    }

    /// Adds the orders of rows and the results of their evaluation.
    private mutating func addRows(_ count: Int) { add(20 * Double(count)) }

    /// Returns the bytes of a matrix in panels.
    private func matrix(_ width: Int, rows: Int) -> Double { 4 * padded(width) * Double(rows + 1) }

    private func padded(_ width: Int) -> Double { (Double(width) / panelWidth).rounded(.up) * panelWidth }

    /// Returns the bytes of a matrix as lists (`SparseLists`).
    private func lists(_ width: Int, rows: Int, blockWidth: Int = SparsePlan.blockWidth) -> Double {
        let blocks = (Double(width) / Double(blockWidth)).rounded(.up)
        return blocks * Double(rows) * (6 * Double(blockWidth + 4) + 16)
    }

    /// Adds the memory for rows of a `ForwardPass`.
    private mutating func addPass(_ network: Network, _ plan: StepPlan, rows: Int, _ task: Dataset.Task) {
        for layer in plan.layers { add(matrix(layer.outputs, rows: rows)) }
        let inputs = network.inputs
        // Features that are listed are gathered as lists.
        add(matrix(inputs, rows: rows), resident: plan.layers[0].inputForm == .lists ? 0 : 1)
        addRoom([(inputs, plan.layers[0].inputForm)], rows: rows, blockWidth: plan.featureBlockWidth)
        addRoom(
            plan.layers.dropFirst().flatMap { [($0.inputs, $0.inputForm), ($0.outputs, $0.deltaForm)] }, rows: rows)
        if case .regression = task { add(4 * Double(rows) * Double(network.outputs)) }
        add(8 * Double(rows))
    }

    /// Adds an `OperandRoom`.
    private mutating func addRoom(
        _ matrices: [(width: Int, form: OperandForm)], rows: Int, blockWidth: Int = SparsePlan.blockWidth
    ) {
        func widest(_ forms: OperandForm...) -> Int {
            matrices.filter { forms.contains($0.form) }.map(\.width).max() ?? 0
        }
        add(matrix((widest(.pairs, .listedPairs) + 1) / 2, rows: rows))
        let places = max(widest(.lists), (widest(.listedPairs) + 1) / 2)
        add(lists(places, rows: rows, blockWidth: blockWidth))
    }

    /// Adds what a `StepEngine` has for the rows of a minibatch, and its share of memory for more rows.
    private mutating func addBackwardPass(
        _ network: Network, _ recipe: Recipe, _ plan: StepPlan, rows: Int, minibatch: Int
    ) {
        let hidden = plan.layers.dropLast()
        let share = Double(minibatch) / Double(rows)
        for layer in hidden {
            let matrices = 1 + (layer.storesDerivative ? 1 : 0) + (layer.isNormalized ? 2 : 0)
            add(Double(matrices) * matrix(layer.outputs, rows: rows), resident: share)
        }
        let shardRows = StepEngine.rowsOfShard(recipe, rows: minibatch)
        for layer in plan.layers where layer.gradientForm == .sharedColumns {
            add(Double(recipe.shards) * lists(shardRows, rows: layer.inputs))
        }
        guard plan.precision.isPaired else { return }
        let pairs = Minibatch.placesOfPairs(rows: minibatch, shards: recipe.shards)
        for layer in plan.layers { add(matrix(layer.inputs, rows: pairs) + matrix(layer.outputs, rows: pairs)) }
        if plan.layers[0].gradientForm != .dense {
            add(lists(network.inputs, rows: pairs, blockWidth: plan.featureBlockWidth))
        }
    }

    /// Adds the lists that a plan may have besides those of the constants' plan: of the features, in blocks of either width,
    /// of a hidden matrix, and of the second layer's columns.
    private mutating func addComparedPlans(_ network: Network, _ recipe: Recipe, rows: Int, minibatch: Int) {
        for width in PlanSpace.blockWidths { add(lists(network.inputs, rows: rows, blockWidth: width)) }
        if let widest = network.widths[1..<network.layerCount].max() { add(lists(widest, rows: rows)) }
        guard network.layerCount > 2 else { return }
        let shardRows = StepEngine.rowsOfShard(recipe, rows: minibatch)
        add(Double(recipe.shards) * lists(shardRows, rows: network.widths[1]))
    }

    /// Adds what there is once for each thread, without the stacks that are mapped.
    private mutating func addThreads(
        _ threads: Int, _ recipe: Recipe, _ plan: StepPlan, minibatch: Int, _ kernels: KernelTable
    ) {
        add(Double(threads) * Self.residentPerThread + (threads > 1 ? Self.openMP : 0))

        // A thread writes to the part of its scratch memory that its blocks of the gradient need. The more threads
        // there are, the smaller the blocks, down to one strip of inputs.
        let strips = plan.layers.reduce(0.0) { sum, layer in
            let panels = padded(layer.outputs) / panelWidth
            let isOuter = layer.gradientForm == .outerProducts
            let isSingle = layer.gradientForm == .dense && !plan.transposesInputs
            let atOnce = isSingle ? 1 : Double(kernels.panelsAtOnce(GradientScratch.maxPanels))
            let width = isOuter ? Double(plan.featureBlockWidth) : panelWidth
            return sum + (panels / atOnce).rounded(.up) * (Double(layer.inputs) / width).rounded(.up)
        }
        let most = Double(GradientPlan.inputsPerBlock)
        let written = min(most, panelWidth * (strips / Double(threads)).rounded(.up))
        let working = min(strips, Double(threads)) / Double(threads)
        let scratch = Double(threads * recipe.shards)
        let biases = Double(GradientScratch.maxPanels) * panelWidth
        add(scratch * 4 * biases * (most + 1), resident: working * written / most)
        let shardRows = StepEngine.rowsOfShard(recipe, rows: minibatch)
        if plan.transposesInputs {
            add(
                scratch * matrix((shardRows + 1) / 2, rows: GradientPlan.inputsPerBlock),
                resident: working * written / most)
        }
        let inputsOfColumns = Double(GradientForm.inputsOfColumns(rows: recipe.maxRowsAtOnce, kernels))
        let columns = plan.layers.contains { $0.gradientForm == .columns } ? written : 0
        add(
            scratch * lists(shardRows, rows: GradientPlan.inputsPerBlock),
            resident: working * min(columns, inputsOfColumns) / most)
    }

    /// Returns the bytes of all copies of the parameters: those of the engine, those that saving a checkpoint adds, and
    /// those that the resulting model and its evaluation add.
    private func parameters(
        _ network: Network, _ recipe: Recipe, _ plan: StepPlan, threads: Int, group: ProcessGroup?
    ) -> (engine: Double, saved: Double, evaluation: Double) {
        var (plain, packed, transposed, paired) = (0.0, 0.0, 0.0, 0.0)
        for index in 0..<network.layerCount {
            let (inputs, outputs) = (Double(network.widths[index]), Double(network.widths[index + 1]))
            let vectors = network.isNormalized(index) ? 3.0 : 1.0
            plain += 4 * outputs * (inputs + vectors)
            packed += 4 * padded(network.widths[index + 1]) * (inputs + vectors)
            if index > 0 { transposed += 4 * padded(network.widths[index]) * outputs }
            paired += 2 * padded(network.widths[index + 1]) * (inputs + 1)
        }
        if plan.precision == .f32 { paired = 0 } else { transposed /= 2 }
        let averages = recipe.ema == nil ? 0.0 : 1.0
        var copies = 1 + averages + (recipe.clipNorm == nil ? 0 : 1)
        var saved = 1 + averages
        switch recipe.optimizer.batching {
        case .minibatches:
            copies += Double(recipe.optimizerState.count) / Double(group?.size ?? 1)
            saved += Double(recipe.optimizerState.count)
        case .fullBatch:
            // The gradient; and the other vectors, once or for each member (FullBatch.roomsForEach).
            let vectors = recipe.optimizerState.count + recipe.optimizer.batching.definition.workingCopies - 1
            let isForEach = packed <= 4 * Double(FullBatch.maxCopiedParameters)
            copies += 1 + Double(vectors) * (isForEach ? Double(threads) : 1)
            saved += Double(recipe.optimizerState.count)
        }
        if let group {
            // `GradientExchange` keeps the sums that it sends, and those that it receives.
            let tree = ShardTree(shards: recipe.shards, processes: group.size)
            let received = (0..<group.size).reduce(0) { $0 + tree.branches(ofRank: $1).count }
            copies += Double(tree.branches(ofRank: group.rank).count) + Double(received) / Double(group.size)
        }
        let hasBest = recipe.validation > 0 && recipe.monitor != .trainLoss
        return (
            copies * packed + transposed + (1 + averages) * paired + (hasBest ? plain : 0), saved * plain,
            plain + packed + paired
        )
    }
}
