import KernelDispatch
import KernelTypes

/// One step of synchronous data-parallel training: the arithmetic, without files, clocks or messages.
///
/// In `forwardBackward` a thread takes some rows of the minibatch from features to the gradients of every layer's
/// outputs; of the first layer it may take some panels of outputs for all rows instead. In `reduceUpdate` it takes some
/// blocks of the weights, makes their gradient over each shard's rows, all-reduces the shards and updates the weights.
/// Which thread takes what has no influence on any number.
struct TrainingEngine: Sendable {
    let forward: ForwardPass
    let optimizer: OptimizerState
    let kernels: KernelTable
    let shards: Int
    let plan: GradientPlan
    /// How each layer's gradient is made.
    let forms: [GradientForm]
    /// For each thread.
    let scratch: [GradientScratch]
    /// The weights of all layers but the first once more, in panels of inputs, for backpropagation.
    let transposed: [Buffer<Float>]
    /// Gradients of the hidden layers' outputs; those of the last layer take the place of its outputs.
    private let deltas: Activations
    /// Whether each thread has some panels of the first layer for itself.
    private let isFirstByPanels: Bool

    /// `rows`: how many there may be at hand at once. `density`: of the features; nil if they have no zeros.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, density: FeatureDensity? = nil, threads: Int,
        kernels: KernelTable
    ) {
        let firstPanels = (network.widths[1] + kernels.panelWidth - 1) / kernels.panelWidth
        isFirstByPanels = threads > 1 && firstPanels >= SparsePlan.leastOwnPanels * threads
        let ownPanels = isFirstByPanels ? firstPanels / threads : firstPanels
        let inputBlock = SparsePlan.blockWidth * (GradientScratch.mostPanels / kernels.panelsAtOnce(ownPanels))
        forward = ForwardPass(
            network: network, recipe: recipe, task: task, rows: rows, inputDensity: density?.mean ?? 1,
            inputBlock: inputBlock, kernels: kernels)
        let layout = forward.parameters.layout
        optimizer = OptimizerState(recipe: recipe, layout: layout, kernels: kernels)
        self.kernels = kernels
        shards = recipe.shards
        let width = kernels.panelWidth
        deltas = Activations(widths: Array(network.widths[1..<network.layerCount]), rows: rows, panelWidth: width)
        transposed = layout.layers.dropFirst().map { layer in
            Buffer(count: (layer.inputs + width - 1) / width * layer.outputs * width)
        }
        var forms: [GradientForm] = []
        var layers: [GradientPlan.Layer] = []
        for index in 0..<network.layerCount {
            let isByPanels = index == 0 && isFirstByPanels
            let panels = isByPanels ? ownPanels : layout.layers[index].panels
            let form: GradientForm =
                forward.list(index) == nil
                ? .dense : index == 0 && panels <= SparsePlan.mostOuterPanels ? .outerProducts : .columns
            forms.append(form)
            let inputs = network.widths[index]
            layers.append(
                form.cut(
                    inputsPerBlock: inputBlock,
                    densities: index == 0 ? density?.columns : Array(repeating: 0.5, count: inputs),
                    batchSize: recipe.batchSize, isByPanels: isByPanels, kernels))
        }
        self.forms = forms
        plan = GradientPlan(layout, layers: layers, threads: threads)
        let shards = recipe.shards
        scratch = (0..<threads).map { _ in
            GradientScratch(shards: shards, shardRows: (rows + shards - 1) / shards, panelWidth: width)
        }
    }

    var network: Network { forward.network }

    /// Rows that there is room for: those of a minibatch, and enough for each thread to evaluate by.
    static func rows(_ recipe: Recipe, of count: Int, threads: Int) -> Int {
        max(min(recipe.batchSize, count), threads * ForwardPass.rowsPerThread)
    }

    /// The gradient of the outputs of layer `index`.
    func delta(_ index: Int) -> PanelMatrix {
        index == network.layerCount - 1 ? forward.outputs : deltas[index]
    }

    /// Takes over parameters in the public layout.
    func load(_ parameters: Parameters) {
        forward.parameters.load(parameters)
        for block in plan.shares.joined() { transpose(block) }
    }

    /// Features to gradients for this member's rows of a minibatch of `count` rows; data row `indices[r]` becomes row r.
    /// The whole team calls it, with a barrier after.
    func forwardBackward(
        _ split: DataSplit, indices: UnsafePointer<Int32>, of count: Int, member: TeamMember, laps: LapTimer? = nil
    ) throws(FastTrainError) {
        let rows = member.share(of: count)
        let gathered = forward.gather(split.features, indices: indices, rows: rows)
        forward.targets.gather(split.targets, indices: indices, rows: rows)
        laps?.lap(.gather)
        if isFirstByPanels {
            try member.barrier()
            laps?.lap(.barrier)
            let panels = member.share(of: forward.parameters.layout.layers[0].panels)
            forward.runLayer(0, rows: 0..<count, panels: panels, entries: gathered, laps: laps)
            try member.barrier()
            laps?.lap(.barrier)
        } else {
            forward.runLayer(0, rows: rows, entries: gathered, laps: laps)
        }
        guard !rows.isEmpty else { return }
        for index in 1..<max(1, network.layerCount) { forward.runLayer(index, rows: rows, laps: laps) }
        forward.computeLoss(rows: rows, scale: 1 / Float(count))
        laps?.lap(.loss)
        for index in stride(from: network.layerCount - 1, to: 0, by: -1) {
            forward.backpropagate(
                layer: index, outputDelta: delta(index), inputDelta: delta(index - 1),
                transposed: transposed[index - 1].base, rows: rows, laps: laps)
        }
    }

    /// The sum of the losses of a minibatch of `count` rows: in row order within a shard, shards in the tree.
    func lossSum(count: Int) -> Double { lossSum(count: count, shards: 0..<shards) }

    /// The tree over some shards: its left branch is the largest power of two that leaves a right one.
    private func lossSum(count: Int, shards part: Range<Int>) -> Double {
        if part.count == 1 {
            return shardRows(part.lowerBound, of: count).reduce(0) { $0 + Double(forward.targets.lossBase[$1]) }
        }
        var half = 1
        while 2 * half < part.count { half *= 2 }
        let middle = part.lowerBound + half
        return lossSum(count: count, shards: part.lowerBound..<middle)
            + lossSum(count: count, shards: middle..<part.upperBound)
    }
}
