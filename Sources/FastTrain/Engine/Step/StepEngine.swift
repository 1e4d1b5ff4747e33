import KernelDispatch
import KernelTypes

/// One step of synchronous data-parallel training: the arithmetic, without files, clocks or messages.
///
/// In `forwardBackward` a thread takes some rows of the minibatch from features to the gradients of every layer's
/// outputs; of the first layer or two it may take some panels of outputs for all rows instead. In `reduceUpdate` it takes
/// some blocks of the weights, makes their gradient over each shard's rows, all-reduces the shards and updates the
/// weights (StepEngine+Update.swift). Which thread takes what has no influence on any number.
final class StepEngine: Sendable {
    let forward: ForwardPass
    let optimizer: OptimizerState
    /// Of the parameters over the steps, if there is one.
    let average: ParameterAverage?
    /// By norm, if there is any.
    let clipping: GradientClipping?
    /// Of the weights' norms, if there is any.
    let constraint: NormConstraint?
    let kernels: KernelTable
    let shards: Int
    private let dropout: DropoutPlan
    /// Of labels.
    private let smoothing: Float
    /// nil: all rows count alike.
    private let weights: RowWeights?
    /// nil: alpha is 0.
    let penalty: Penalty?
    let plan: GradientPlan
    /// How each layer's gradient is made.
    let forms: [GradientForm]
    /// For each thread.
    let scratch: [GradientScratch]
    /// The weights of all layers but the first once more, in panels of inputs, for backpropagation; in bf16 as pairs.
    let transposed: [Buffer<Float>]
    /// What weight gradients read in bf16; in single precision they read the activations and deltas.
    let gradientOperands: GradientOperands?
    /// The activations' derivatives at the hidden layers' outputs, where they are stored.
    private let derivatives: Activations
    private let storesDerivative: [Bool]
    /// Gradients of the hidden layers' outputs; those of the last layer take the place of its outputs.
    private let deltas: Activations
    /// Lists of the columns of the second layer's input in each shard's rows, if that layer goes by panels.
    let sharedColumns: [SparseLists]
    /// For each layer that is cut by panels the panels of each thread: the first, perhaps the second.
    private let ownPanels: [[Range<Int>]]

    /// `rows`: how many there may be at hand at once. `density`: of the features; nil if they have no zeros. `weights`: of
    /// the rows; nil if they count alike.
    init(
        network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, density: FeatureDensity? = nil,
        weights: RowWeights? = nil, threads: Int, kernels: KernelTable
    ) {
        self.weights = weights
        let width = kernels.panelWidth
        ownPanels = SparsePlan.ownPanels(network, isReLU: recipe.activations.first == .relu, threads: threads, kernels)
        let firstPanels = ownPanels.first?.map(\.count).max() ?? (network.widths[1] + width - 1) / width
        let featureBlockWidth = SparsePlan.featureBlockWidth(panels: firstPanels)
        forward = ForwardPass(
            network: network, recipe: recipe, task: task, rows: rows, density: density,
            featureBlockWidth: featureBlockWidth, kernels: kernels, isTraining: true)
        average = ParameterAverage(recipe, of: forward)
        let layout = forward.parameters.layout
        optimizer = OptimizerState(recipe: recipe, layout: layout, kernels: kernels)
        penalty = Penalty(recipe, layout: layout)
        clipping = GradientClipping(recipe, layout: layout, threads: threads, kernels: kernels)
        constraint = NormConstraint(recipe, layout: layout, threads: threads, kernels: kernels)
        self.kernels = kernels
        shards = recipe.shards
        dropout = DropoutPlan(recipe)
        smoothing = Float(recipe.labelSmoothing)
        let hidden = Array(network.widths[1..<network.layerCount])
        deltas = Activations(widths: hidden, rows: rows, panelWidth: width)
        storesDerivative = recipe.activations.map(\.kernel.storesDerivative)
        derivatives = Activations(
            widths: zip(hidden, storesDerivative).map { $1 ? $0 : 0 }, rows: rows, panelWidth: width)
        transposed = (1..<network.layerCount).map { [forward] layer in
            Buffer(count: (network.widths[layer] + width - 1) / width * forward.transposedPanelStride(layer))
        }
        let isPaired = forward.precision == .bf16
        let densities = density?.alongRows(forward.precision)
        var forms: [GradientForm] = []
        var layers: [GradientPlan.Layer] = []
        for index in 0..<network.layerCount {
            let form: GradientForm =
                !(index == 0 ? forward.forms.gradientListsFeatures : forward.forms.input(index) == .lists)
                ? .dense : index == 0 && firstPanels <= SparsePlan.mostOuterPanels ? .outerProducts : .columns
            forms.append(form)
            layers.append(
                form.cut(
                    densities: index == 0 ? densities : Array(repeating: 0.5, count: network.widths[index]),
                    rows: isPaired ? (recipe.mostRowsAtOnce + 1) / 2 : recipe.mostRowsAtOnce,
                    featureBlockWidth: featureBlockWidth,
                    ownPanels: index < ownPanels.count ? ownPanels[index] : nil, kernels))
        }
        gradientOperands =
            isPaired
            ? GradientOperands(
                network: network, rows: min(rows, recipe.mostRowsAtOnce), shards: recipe.shards,
                listsFeatures: forward.forms.gradientListsFeatures, featureBlockWidth: featureBlockWidth,
                kernels: kernels) : nil
        self.forms = forms
        plan = GradientPlan(layout, layers: layers, threads: threads)
        let shards = recipe.shards
        let shardRows = (min(rows, recipe.mostRowsAtOnce) + shards - 1) / shards
        scratch = (0..<threads).map { _ in GradientScratch(shards: shards, shardRows: shardRows, panelWidth: width) }
        sharedColumns =
            !forms.dropFirst().contains(.columns) || ownPanels.count < 2
            ? []
            : (0..<shards).map { _ in
                SparseLists(rows: network.widths[1], width: shardRows)
            }
    }

    /// Whether the columns of a layer's input are listed once, for all threads.
    func hasSharedColumns(_ layer: Int) -> Bool { layer == 1 && !sharedColumns.isEmpty }

    var network: Network { forward.network }

    /// Rows that there is room for: those of a minibatch, and enough for each thread to evaluate by.
    static func rows(_ recipe: Recipe, of count: Int, threads: Int) -> Int {
        max(min(recipe.mostRowsAtOnce, count), threads * ForwardPass.rowsPerThread)
    }

    /// Where the derivative of the activation after layer `index` is stored, if it is.
    private func derivative(_ index: Int) -> PanelMatrix? {
        index < network.layerCount - 1 && storesDerivative[index] ? derivatives[index] : nil
    }

    /// The gradient of the outputs of layer `index`.
    func delta(_ index: Int) -> PanelMatrix {
        index == network.layerCount - 1 ? forward.outputs : deltas[index]
    }

    /// What rows are evaluated by, and what a run yields: the average, or else the parameters themselves.
    var evaluated: ForwardPass { average?.forward ?? forward }

    /// Takes over parameters in the public layout.
    func load(_ parameters: Parameters, average: Parameters? = nil) {
        forward.load(parameters)
        self.average?.forward.load(average ?? parameters)
        for block in plan.shares.joined() { transpose(block) }
    }

    /// Features to gradients for this member's rows of a minibatch of `count` rows; data row `indices[r]` becomes row r.
    /// `total`: what the rows count over which the mean loss is taken, unless those of the minibatch; `step`: minibatches
    /// before it. The whole team calls it, with a barrier after.
    func forwardBackward(
        _ split: DataSplit, indices: UnsafePointer<Int32>, of count: Int, ofTotal total: Double? = nil, step: Int,
        member: TeamMember, laps: LapTimer? = nil
    ) throws(FastTrainError) {
        let minibatch = Minibatch(count: count, shards: shards)
        penalty?.add(forward.parameters, member: member)
        let rows = gradientOperands == nil ? member.share(of: count) : minibatch.wholePairs(member.share(of: count))
        let gathered = forward.gather(
            split.features, indices: indices, rows: rows, dropout: dropout.dropout(0, step: step))
        forward.targets.gather(split.targets, indices: indices, rows: rows)
        laps?.lap(.gather)
        pairInput(0, columns: 0..<network.inputs, rows: rows, of: minibatch, laps)
        if ownPanels.isEmpty {
            forward.runLayer(
                0, rows: rows, dropout: dropout.dropout(1, step: step), derivative: derivative(0),
                multiplyAdds: gathered, laps: laps)
            try normalize(0, rows: rows, of: minibatch, step: step, member: member, laps: laps)
        } else {
            try member.barrier()
            laps?.lap(.barrier)
            try forwardByPanels(minibatch, step: step, gathered: gathered, member: member, laps: laps)
        }
        // Layers from here on go by rows.
        let first = max(1, ownPanels.count)
        var multiplyAdds = 0
        for index in stride(from: first, to: network.layerCount, by: 1) {
            if index > 1 || ownPanels.count < 2 {
                pairInput(index, columns: 0..<network.widths[index], rows: rows, of: minibatch, laps)
            }
            forward.runLayer(
                index, rows: rows, dropout: dropout.dropout(index + 1, step: step), derivative: derivative(index),
                laps: laps)
            try normalize(index, rows: rows, of: minibatch, step: step, member: member, laps: laps)
        }
        forward.computeLoss(
            rows: rows, scale: scale(total ?? weightSum(indices, count: count)),
            weights: weights?.gather(indices, rows: rows),
            smoothing: smoothing)
        laps?.lap(.loss)
        for index in stride(from: network.layerCount - 1, to: 0, by: -1) {
            multiplyAdds = forward.makeDelta(index, delta(index), rows: rows)
            laps?.lap(.pack, layer: index)
            pairDelta(index, columns: 0..<network.widths[index + 1], rows: rows, of: minibatch, laps)
            if index >= first {
                backpropagate(index, step: step, rows: rows, multiplyAdds: multiplyAdds, laps: laps)
                if let normalizer = forward.normalizer {
                    try normalizer.backward(
                        index - 1, into: delta(index - 1), rows: rows, of: minibatch, member: member,
                        scratch: scratch[member.rank])
                    laps?.lap(.normalize, layer: index - 1)
                }
            }
        }
        if ownPanels.count < 2 {
            pairDelta(0, columns: 0..<network.widths[1], rows: rows, of: minibatch, laps)
        } else {
            try member.barrier()
            laps?.lap(.barrier)
            let own = ownPanels[0][member.rank]
            backpropagate(1, step: step, rows: 0..<count, panels: own, multiplyAdds: multiplyAdds, laps: laps)
            pairDelta(0, columns: columns(own, of: network.widths[1]), rows: 0..<count, of: minibatch, laps)
        }
    }

    /// What makes a sum over rows a mean, from the sum of their weights; 0 if none of them counts.
    private func scale(_ sum: Double) -> Float { sum > 0 ? 1 / Float(sum) : 0 }

    /// What some rows count together.
    func weightSum(_ rows: UnsafePointer<Int32>, count: Int) -> Double {
        weights?.sum(rows, count: count) ?? Double(count)
    }

    /// From the sums of a layer to its outputs, if it is normalised.
    private func normalize(
        _ index: Int, rows: Range<Int>, of minibatch: Minibatch, step: Int, member: TeamMember, laps: LapTimer?
    ) throws(FastTrainError) {
        guard let normalizer = forward.normalizer, network.isNormalized(index) else { return }
        let epilogue = forward.epilogue(
            index, dropout: dropout.dropout(index + 1, step: step), derivative: derivative(index))
        try normalizer.forward(
            index, forward.activations[index + 1], rows: rows, of: minibatch, epilogue, member: member,
            scratch: scratch[member.rank])
        laps?.lap(.normalize, layer: index)
    }

    /// The columns that some panels of a matrix have.
    private func columns(_ panels: Range<Int>, of width: Int) -> Range<Int> {
        panels.lowerBound * kernels.panelWidth..<min(panels.upperBound * kernels.panelWidth, width)
    }

    /// Pairs some columns of a layer's input for its gradient, in bf16.
    private func pairInput(
        _ layer: Int, columns: Range<Int>, rows: Range<Int>, of minibatch: Minibatch, _ laps: LapTimer?
    ) {
        guard let gradientOperands else { return }
        gradientOperands.takeInput(layer, forward.activations[layer], columns: columns, rows: rows, of: minibatch)
        laps?.lap(.pack, layer: layer)
    }

    /// Pairs some columns of the gradient of a layer's outputs for the gradient of its weights, in bf16.
    private func pairDelta(
        _ layer: Int, columns: Range<Int>, rows: Range<Int>, of minibatch: Minibatch, _ laps: LapTimer?
    ) {
        guard let gradientOperands else { return }
        gradientOperands.takeDelta(layer, delta(layer), columns: columns, rows: rows, of: minibatch)
        laps?.lap(.pack, layer: layer)
    }

    /// The layers that are cut by panels: a thread makes its panels for all rows, then brings them into the form that the
    /// next layer's products read.
    private func forwardByPanels(
        _ minibatch: Minibatch, step: Int, gathered: Int, member: TeamMember, laps: LapTimer?
    ) throws(FastTrainError) {
        var multiplyAdds = gathered
        let rows = 0..<minibatch.count
        for (index, panels) in ownPanels.enumerated() {
            let own = panels[member.rank]
            forward.runLayer(
                index, rows: rows, panels: own, inputIsMade: true, dropout: dropout.dropout(index + 1, step: step),
                derivative: derivative(index), multiplyAdds: multiplyAdds, laps: laps)
            if index + 1 < ownPanels.count {
                let columns = columns(own, of: network.widths[index + 1])
                multiplyAdds = forward.makeInput(index + 1, columns: columns, rows: rows)
                for (shard, lists) in sharedColumns.enumerated() {
                    let rows = minibatch.rows(shard)
                    kernels.panelColumns(
                        forward.activations[index + 1], columns.lowerBound, columns.upperBound, rows.lowerBound,
                        rows.upperBound, lists.matrix(width: rows.count), columns.lowerBound)
                }
                laps?.lap(.pack, layer: index + 1)
                pairInput(index + 1, columns: columns, rows: rows, of: minibatch, laps)
            }
            try member.barrier()
            laps?.lap(.barrier)
        }
    }

    private func backpropagate(
        _ index: Int, step: Int, rows: Range<Int>, panels: Range<Int>? = nil, multiplyAdds: Int, laps: LapTimer?
    ) {
        forward.backpropagate(
            layer: index, outputDelta: delta(index),
            inputDelta: forward.normalizer?.delta(index - 1) ?? delta(index - 1),
            transposed: transposed[index - 1].base, rows: rows, panels: panels,
            derivative: derivative(index - 1), dropout: dropout.dropout(index, step: step), multiplyAdds: multiplyAdds,
            laps: laps)
    }

    /// The sum of the losses of a minibatch of `count` rows, each times its weight: in row order within a shard, shards in the
    /// tree; without the penalty.
    func lossSum(count: Int) -> Double { lossSum(count: count, shards: 0..<shards) }

    /// The tree over some shards: its left branch is the largest power of two that leaves a right one.
    private func lossSum(count: Int, shards part: Range<Int>) -> Double {
        if part.count == 1 {
            return Minibatch(count: count, shards: shards).rows(part.lowerBound).reduce(0) {
                $0 + Double(forward.targets.lossBase[$1])
            }
        }
        var half = 1
        while 2 * half < part.count { half *= 2 }
        let middle = part.lowerBound + half
        return lossSum(count: count, shards: part.lowerBound..<middle)
            + lossSum(count: count, shards: middle..<part.upperBound)
    }
}
