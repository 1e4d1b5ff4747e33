import KernelDispatch
import KernelTypes

/// One step of synchronous data-parallel training: the arithmetic, without files, clocks or messages.
///
/// In `forwardBackward` a thread takes some rows of the minibatch from features to the gradients of every layer's
/// outputs; of the first layer or two it may take some panels of outputs for all rows instead. In `reduceUpdate` it takes some
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
    /// Lists of the columns of the second layer's input in each shard's rows, if that layer goes by panels.
    let sharedColumns: [SparseLists]
    /// For each layer that is cut by panels the panels of each thread: the first, perhaps the second.
    private let ownPanels: [[Range<Int>]]

    /// `rows`: how many there may be at hand at once. `density`: of the features; nil if they have no zeros.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, density: FeatureDensity? = nil, threads: Int,
        kernels: KernelTable
    ) {
        let width = kernels.panelWidth
        ownPanels = SparsePlan.ownPanels(network, isReLU: recipe.activation == .relu, threads: threads, kernels)
        let firstPanels = ownPanels.first?.map(\.count).max() ?? (network.widths[1] + width - 1) / width
        let inputBlock = SparsePlan.blockWidth * (GradientScratch.mostPanels / kernels.panelsAtOnce(firstPanels))
        forward = ForwardPass(
            network: network, recipe: recipe, task: task, rows: rows, inputDensity: density?.mean ?? 1,
            inputBlock: inputBlock, kernels: kernels)
        let layout = forward.parameters.layout
        optimizer = OptimizerState(recipe: recipe, layout: layout, kernels: kernels)
        self.kernels = kernels
        shards = recipe.shards
        deltas = Activations(widths: Array(network.widths[1..<network.layerCount]), rows: rows, panelWidth: width)
        transposed = layout.layers.dropFirst().map { layer in
            Buffer(count: (layer.inputs + width - 1) / width * layer.outputs * width)
        }
        var forms: [GradientForm] = []
        var layers: [GradientPlan.Layer] = []
        for index in 0..<network.layerCount {
            let form: GradientForm =
                forward.list(index) == nil
                ? .dense : index == 0 && firstPanels <= SparsePlan.mostOuterPanels ? .outerProducts : .columns
            forms.append(form)
            layers.append(
                form.cut(
                    inputsPerBlock: inputBlock,
                    densities: index == 0
                        ? density?.columns : Array(repeating: 0.5, count: network.widths[index]),
                    batchSize: recipe.batchSize, ownPanels: index < ownPanels.count ? ownPanels[index] : nil, kernels))
        }
        self.forms = forms
        plan = GradientPlan(layout, layers: layers, threads: threads)
        let shards = recipe.shards
        let shardRows = (min(rows, recipe.batchSize) + shards - 1) / shards
        scratch = (0..<threads).map { _ in GradientScratch(shards: shards, shardRows: shardRows, panelWidth: width) }
        sharedColumns =
            ownPanels.count < 2
            ? []
            : (0..<shards).map { _ in
                SparseLists(rows: network.widths[1], width: shardRows, blockWidth: SparsePlan.blockWidth)
            }
    }

    /// Whether the columns of a layer's input are listed once, for all threads.
    func hasSharedColumns(_ layer: Int) -> Bool { layer == 1 && ownPanels.count > 1 }

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
        if ownPanels.isEmpty {
            forward.runLayer(0, rows: rows, entries: gathered, laps: laps)
        } else {
            try member.barrier()
            laps?.lap(.barrier)
            try forwardByPanels(of: count, gathered: gathered, member: member, laps: laps)
        }
        // Layers from here on go by rows.
        let first = max(1, ownPanels.count)
        var entries = 0
        if !rows.isEmpty {
            for index in stride(from: first, to: network.layerCount, by: 1) {
                forward.runLayer(index, rows: rows, laps: laps)
            }
            forward.computeLoss(rows: rows, scale: 1 / Float(count))
            laps?.lap(.loss)
            for index in stride(from: network.layerCount - 1, to: 0, by: -1) {
                entries = forward.listDelta(index, delta(index), rows: rows)
                laps?.lap(.lists, layer: index)
                if index >= first { backpropagate(index, rows: rows, entries: entries, laps: laps) }
            }
        }
        if ownPanels.count > 1 {
            try member.barrier()
            laps?.lap(.barrier)
            backpropagate(1, rows: 0..<count, panels: ownPanels[0][member.rank], entries: entries, laps: laps)
        }
    }

    /// The layers that are cut by panels: a thread makes its panels for all rows, then lists of them for the next.
    private func forwardByPanels(
        of count: Int, gathered: Int, member: TeamMember, laps: LapTimer?
    ) throws(FastTrainError) {
        var entries = gathered
        for (index, panels) in ownPanels.enumerated() {
            let own = panels[member.rank]
            forward.runLayer(index, rows: 0..<count, panels: own, listsAreMade: true, entries: entries, laps: laps)
            if index + 1 < ownPanels.count {
                let width = kernels.panelWidth
                let columns = own.lowerBound * width..<min(own.upperBound * width, network.widths[index + 1])
                entries = forward.listOutputs(index + 1, columns: columns, rows: 0..<count)
                for (shard, lists) in sharedColumns.enumerated() {
                    let rows = shardRows(shard, of: count)
                    kernels.panelColumns(
                        forward.activations[index + 1], columns.lowerBound, columns.upperBound, rows.lowerBound,
                        rows.upperBound, lists.matrix(width: rows.count), columns.lowerBound)
                }
                laps?.lap(.lists, layer: index + 1)
            }
            try member.barrier()
            laps?.lap(.barrier)
        }
    }

    private func backpropagate(
        _ index: Int, rows: Range<Int>, panels: Range<Int>? = nil, entries: Int, laps: LapTimer?
    ) {
        forward.backpropagate(
            layer: index, outputDelta: delta(index), inputDelta: delta(index - 1),
            transposed: transposed[index - 1].base, rows: rows, panels: panels, entries: entries, laps: laps)
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
