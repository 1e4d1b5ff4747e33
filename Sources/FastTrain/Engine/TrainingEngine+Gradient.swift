import CThreadTeam
import KernelDispatch
import KernelTypes

/// How a layer's weight gradient is made.
enum GradientForm: Sendable {
    /// In registers, from all inputs.
    case dense
    /// In registers, from lists of each input's rows that are made for it.
    case columns
    /// In cache, from the lists of the features' rows.
    case outerProducts

    /// How a layer is cut; `inputsPerBlock`: of the lists of its rows; `densities`: of its inputs; `ownPanels`: see
    /// `GradientPlan.Layer`.
    func cut(
        inputsPerBlock: Int, densities: [Double]?, batchSize: Int, ownPanels: [Range<Int>]?, _ kernels: KernelTable
    ) -> GradientPlan.Layer {
        let rows = Double(batchSize)
        guard self != .dense, let densities else {
            return GradientPlan.Layer(
                inputsPerBlock: GradientPlan.inputsPerBlock, inputsPerStrip: kernels.panelWidth,
                panelsAtOnce: { _ in 1 }, cost: { _ in 20 + 1.25 * rows }, ownPanels: ownPanels)
        }
        let isOuter = self == .outerProducts
        // Lists of a block's columns have some 48,000 places, 288 KB with their offsets: half a second-level cache of
        // 512 KiB; two panels' width at least.
        let inputs =
            isOuter
            ? inputsPerBlock
            : min(GradientPlan.inputsPerBlock, max(2, 48_000 / batchSize / kernels.panelWidth) * kernels.panelWidth)
        return GradientPlan.Layer(
            inputsPerBlock: inputs, inputsPerStrip: isOuter ? inputs : kernels.panelWidth,
            panelsAtOnce: kernels.panelsAtOnce, cost: { 20 + 1.5 * rows * densities[$0] }, ownPanels: ownPanels)
    }
}

extension TrainingEngine {
    /// The weight gradients of this thread's blocks over a minibatch of `count` rows, all-reduced, and their update.
    ///
    /// `upcoming`: the rows that this thread gathers next, asked for on the way.
    func reduceUpdate(
        rank: Int, count: Int, _ step: OptimizerState.Step, upcoming: UpcomingRows? = nil, laps: LapTimer? = nil
    ) {
        let scratch = scratch[rank]
        let blocks = plan.shares[rank]
        var listed: GradientPlan.Block?
        for (index, block) in blocks.enumerated() {
            upcoming?.prefetch(part: index, of: blocks.count)
            switch (forms[block.layer], forward.list(block.layer)) {
            case (.columns, let lists?):
                if !hasSharedColumns(block.layer) && (listed?.layer != block.layer || listed?.inputs != block.inputs) {
                    listColumns(block, lists, scratch, count: count)
                    listed = block
                    laps?.lap(.lists, layer: block.layer)
                }
                columnsGradient(block, scratch, count: count)
            case (.outerProducts, let lists?):
                outerGradient(block, lists, scratch, count: count)
            default:
                denseGradient(block, scratch, count: count)
            }
            laps?.lap(.gradient, layer: block.layer)
            update(block, scratch, step)
            transpose(block)
            laps?.lap(.update, layer: block.layer)
        }
    }

    /// Rows of a minibatch of `count` rows.
    func shardRows(_ shard: Int, of count: Int) -> Range<Int> {
        count * shard / shards..<count * (shard + 1) / shards
    }

    /// The columns of a block's inputs in each shard's rows.
    private func listColumns(
        _ block: GradientPlan.Block, _ lists: SparseMatrix, _ scratch: GradientScratch, count: Int
    ) {
        for shard in 0..<shards {
            let rows = shardRows(shard, of: count)
            let columns = scratch.columns[shard].matrix(width: rows.count)
            if block.layer > 0 {
                kernels.panelColumns(
                    forward.activations[block.layer], block.inputs.lowerBound, block.inputs.upperBound, rows.lowerBound,
                    rows.upperBound, columns, 0)
                continue
            }
            kernels.sparseColumns(
                lists, block.inputs.lowerBound, block.inputs.upperBound, rows.lowerBound, rows.upperBound,
                columns)
        }
    }

    private func columnsGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, count: Int) {
        let delta = delta(block.layer)
        let width = kernels.panelWidth
        // Lists that the threads share have a row for each input of the layer, a thread's own for those of the block.
        let isShared = hasSharedColumns(block.layer)
        let first = isShared ? block.inputs.lowerBound : 0
        for shard in 0..<shards {
            let rows = shardRows(shard, of: count)
            kernels.sparseProduct(
                SparseProductArguments(
                    input: (isShared ? sharedColumns : scratch.columns)[shard].matrix(width: rows.count),
                    output: PanelMatrix(
                        base: scratch.gradient(shard) - first * width, panelStride: block.inputs.count * width,
                        width: block.panels.count * width),
                    weights: delta.base + block.panels.lowerBound * delta.panelStride + rows.lowerBound * width,
                    weightPanelStride: delta.panelStride, initial: nil, firstRow: first,
                    endRow: first + block.inputs.count,
                    activation: .identity, slope: 0, derivativeAt: nil))
            biasGradient(block, scratch, shard: shard, rows)
        }
    }

    private func outerGradient(
        _ block: GradientPlan.Block, _ lists: SparseMatrix, _ scratch: GradientScratch, count: Int
    ) {
        for shard in 0..<shards {
            let rows = shardRows(shard, of: count)
            kernels.outerProducts(
                OuterProductArguments(
                    input: lists, delta: delta(block.layer), firstPanel: block.panels.lowerBound,
                    panels: block.panels.count, firstInput: block.inputs.lowerBound, endInput: block.inputs.upperBound,
                    firstRow: rows.lowerBound, endRow: rows.upperBound, block: scratch.gradient(shard)))
            biasGradient(block, scratch, shard: shard, rows)
        }
    }

    private func denseGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, count: Int) {
        for shard in 0..<shards {
            let rows = shardRows(shard, of: count)
            kernels.gradient(
                GradientArguments(
                    input: forward.activations[block.layer], delta: delta(block.layer), panel: block.panels.lowerBound,
                    firstInput: block.inputs.lowerBound, endInput: block.inputs.upperBound, firstRow: rows.lowerBound,
                    endRow: rows.upperBound, block: scratch.gradient(shard),
                    biasBlock: block.inputs.lowerBound == 0 ? scratch.biases(shard) : nil))
        }
    }

    /// The bias gradients of a block's outputs belong to the block of their first input.
    private func biasGradient(
        _ block: GradientPlan.Block, _ scratch: GradientScratch, shard: Int, _ rows: Range<Int>
    ) {
        guard block.inputs.lowerBound == 0 else { return }
        for (index, panel) in block.panels.enumerated() {
            kernels.gradient(
                GradientArguments(
                    input: forward.activations[block.layer], delta: delta(block.layer), panel: panel, firstInput: 0,
                    endInput: 0, firstRow: rows.lowerBound, endRow: rows.upperBound, block: scratch.gradient(shard),
                    biasBlock: scratch.biases(shard) + index * kernels.panelWidth))
        }
    }

    /// All-reduces a block's gradient and updates its weights, and the biases of its outputs with its first input.
    private func update(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ step: OptimizerState.Step) {
        let layer = forward.parameters.layout.layers[block.layer]
        let width = kernels.panelWidth
        let count = block.inputs.count * width
        ft_all_reduce_slice(scratch.gradients.base, Int32(shards), block.panels.count * count)
        for (index, panel) in block.panels.enumerated() {
            optimizer.update(
                forward.parameters, gradient: scratch.gradient(0) + index * count,
                offset: layer.weights + panel * layer.panelStride + block.inputs.lowerBound * width, count: count, step)
        }
        guard block.inputs.lowerBound == 0 else { return }
        ft_all_reduce_slice(scratch.gradients.base + shards, Int32(shards), block.panels.count * width)
        optimizer.update(
            forward.parameters, gradient: scratch.biases(0), offset: layer.biases + block.panels.lowerBound * width,
            count: block.panels.count * width, step)
    }

    /// Copies a block of weights to where backpropagation reads it.
    func transpose(_ block: GradientPlan.Block) {
        guard block.layer > 0 else { return }
        let layer = forward.parameters.layout.layers[block.layer]
        let width = kernels.panelWidth
        let stride = layer.outputs * width
        let first = block.inputs.lowerBound
        for panel in block.panels {
            kernels.transposeBlock(
                forward.parameters.base + layer.weights + panel * layer.panelStride + first * width,
                block.inputs.count, min(width, layer.outputs - panel * width),
                transposed[block.layer - 1].base + (first / width) * stride + panel * width * width, stride)
        }
    }
}
