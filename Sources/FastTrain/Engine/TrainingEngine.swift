import CThreadTeam
import KernelDispatch
import KernelTypes

/// One step of synchronous data-parallel training: the arithmetic, without files, clocks or messages.
///
/// A step is two phases with a barrier after each. In `forwardBackward` a thread takes some rows of the minibatch from
/// features to the gradients of every layer's outputs. In `reduceUpdate` it takes some blocks of the weights, makes
/// their gradient over each shard's rows, all-reduces the shards and updates the weights. Which thread takes what has
/// no influence on any number.
struct TrainingEngine: Sendable {
    let forward: ForwardPass
    let optimizer: OptimizerState
    private let kernels: KernelTable
    private let shards: Int
    /// Gradients of the hidden layers' outputs; those of the last layer take the place of its outputs.
    private let deltas: Activations
    /// The weights of all layers but the first once more, in panels of inputs, for backpropagation.
    private let transposed: [Buffer<Float>]
    private let plan: GradientPlan
    /// For each thread: a block of gradient for each shard, and of bias gradient for each.
    private let scratch: [Buffer<Float>]

    init(network: Network, recipe: Recipe, task: Dataset.Task, rows: Int, threads: Int, kernels: KernelTable) {
        forward = ForwardPass(network: network, recipe: recipe, task: task, rows: rows, kernels: kernels)
        let layout = forward.parameters.layout
        optimizer = OptimizerState(recipe: recipe, layout: layout, kernels: kernels)
        self.kernels = kernels
        shards = recipe.shards
        let width = kernels.panelWidth
        deltas = Activations(widths: Array(network.widths[1..<network.layerCount]), rows: rows, panelWidth: width)
        transposed = layout.layers.dropFirst().map { layer in
            Buffer(count: (layer.inputs + width - 1) / width * layer.outputs * width)
        }
        plan = GradientPlan(layout, threads: threads)
        let shards = recipe.shards
        scratch = (0..<threads).map { _ in Buffer(count: shards * (GradientPlan.inputsPerBlock + 1) * width) }
    }

    private var network: Network { forward.network }

    /// Rows that there is room for: those of a minibatch, and enough for each thread to evaluate by.
    static func rows(_ recipe: Recipe, of count: Int, threads: Int) -> Int {
        max(min(recipe.batchSize, count), threads * ForwardPass.rowsPerThread)
    }

    /// The gradient of the outputs of layer `index`.
    private func delta(_ index: Int) -> PanelMatrix {
        index == network.layerCount - 1 ? forward.outputs : deltas[index]
    }

    /// Takes over parameters in the public layout.
    func load(_ parameters: Parameters) {
        forward.parameters.load(parameters)
        for block in plan.blocks { transpose(block) }
    }

    /// Features to gradients for `rows` of a minibatch of `count` rows; data row `indices[r]` becomes row r.
    func forwardBackward(_ split: DataSplit, indices: UnsafePointer<Int32>, rows: Range<Int>, of count: Int) {
        guard !rows.isEmpty else { return }
        forward.gather(split.features, indices: indices, rows: rows)
        forward.targets.gather(split.targets, indices: indices, rows: rows)
        forward.run(rows: rows)
        forward.computeLoss(rows: rows, scale: 1 / Float(count))
        for index in stride(from: network.layerCount - 1, to: 0, by: -1) {
            forward.backpropagate(
                layer: index, outputDelta: delta(index), inputDelta: delta(index - 1),
                transposed: transposed[index - 1].base, rows: rows)
        }
    }

    /// The weight gradients of this thread's blocks over a minibatch of `count` rows, all-reduced, and their update.
    func reduceUpdate(rank: Int, count: Int, _ step: OptimizerState.Step) {
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: 2 * shards) { sources in
            let width = kernels.panelWidth
            for shard in 0..<shards {
                let base = scratch[rank].base + shard * (GradientPlan.inputsPerBlock + 1) * width
                sources.initializeElement(at: shard, to: base + width)
                sources.initializeElement(at: shards + shard, to: base)
            }
            for block in plan.shares[rank].lazy.map({ plan.blocks[$0] }) {
                reduceUpdate(
                    block, gradients: .init(rebasing: sources[..<shards]),
                    biasGradients: .init(rebasing: sources[shards...]), count: count, step)
            }
        }
    }

    /// One block; `gradients` and `biasGradients` are room for each shard's part.
    private func reduceUpdate(
        _ block: GradientPlan.Block, gradients: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>,
        biasGradients: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>, count: Int, _ step: OptimizerState.Step
    ) {
        let hasBias = block.firstInput == 0
        for shard in 0..<shards {
            kernels.gradient(
                GradientArguments(
                    input: forward.activations[block.layer], delta: delta(block.layer), panel: block.panel,
                    firstInput: block.firstInput, endInput: block.endInput, firstRow: count * shard / shards,
                    endRow: count * (shard + 1) / shards, block: gradients[shard],
                    biasBlock: hasBias ? biasGradients[shard] : nil))
        }
        let layer = forward.parameters.layout.layers[block.layer]
        let width = kernels.panelWidth
        update(
            gradients, offset: layer.weights + block.panel * layer.panelStride + block.firstInput * width,
            count: (block.endInput - block.firstInput) * width, step)
        if hasBias { update(biasGradients, offset: layer.biases + block.panel * width, count: width, step) }
        transpose(block)
    }

    /// Adds up the shards' gradients of a slice of the parameters and applies the optimizer to it.
    private func update(
        _ gradients: UnsafeMutableBufferPointer<UnsafeMutablePointer<Float>>, offset: Int, count: Int,
        _ step: OptimizerState.Step
    ) {
        gradients.withMemoryRebound(to: UnsafeMutablePointer<Float>?.self) { gradients in
            ft_all_reduce_slice(gradients.baseAddress, Int32(shards), count)
        }
        optimizer.update(forward.parameters, gradient: gradients[0], offset: offset, count: count, step)
    }

    /// Copies a block of weights to where backpropagation reads it.
    private func transpose(_ block: GradientPlan.Block) {
        guard block.layer > 0 else { return }
        let layer = forward.parameters.layout.layers[block.layer]
        let width = kernels.panelWidth
        let stride = layer.outputs * width
        kernels.transposeBlock(
            forward.parameters.base + layer.weights + block.panel * layer.panelStride + block.firstInput * width,
            block.endInput - block.firstInput, min(width, layer.outputs - block.panel * width),
            transposed[block.layer - 1].base + (block.firstInput / width) * stride + block.panel * width * width, stride
        )
    }

    /// The sum of the losses of a minibatch of `count` rows: in row order within a shard, shards in the tree.
    func lossSum(count: Int) -> Double { lossSum(count: count, shards: 0..<shards) }

    /// The tree over some shards: its left branch is the largest power of two that leaves a right one.
    private func lossSum(count: Int, shards part: Range<Int>) -> Double {
        if part.count == 1 {
            let rows = count * part.lowerBound / shards..<count * part.upperBound / shards
            return rows.reduce(0) { $0 + Double(forward.targets.lossBase[$1]) }
        }
        var half = 1
        while 2 * half < part.count { half *= 2 }
        let middle = part.lowerBound + half
        return lossSum(count: count, shards: part.lowerBound..<middle)
            + lossSum(count: count, shards: middle..<part.upperBound)
    }
}
