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

    /// How a layer is cut; `densities`: of its inputs; `rows`: that the products go over; `featureBlockWidth`: of the
    /// features' lists; `ownPanels`: see `GradientPlan.Layer`.
    func cut(
        densities: [Double]?, rows: Int, featureBlockWidth: Int, ownPanels: [Range<Int>]?, _ kernels: KernelTable
    ) -> GradientPlan.Layer {
        let height = Double(rows)
        guard self != .dense, let densities else {
            return GradientPlan.Layer(
                inputsPerBlock: GradientPlan.inputsPerBlock, inputsPerStrip: kernels.panelWidth,
                panelsAtOnce: { _ in 1 }, cost: { _ in 20 + 1.25 * height }, ownPanels: ownPanels)
        }
        let isOuter = self == .outerProducts
        // Lists of a block's columns have some 48,000 places, 288 KB with their offsets: half a second-level cache of
        // 512 KiB; two panels' width at least.
        let inputs =
            isOuter
            ? featureBlockWidth
            : min(GradientPlan.inputsPerBlock, max(2, 48_000 / rows / kernels.panelWidth) * kernels.panelWidth)
        return GradientPlan.Layer(
            inputsPerBlock: inputs, inputsPerStrip: isOuter ? inputs : kernels.panelWidth,
            panelsAtOnce: kernels.panelsAtOnce, cost: { 20 + 1.5 * height * densities[$0] }, ownPanels: ownPanels)
    }
}

extension StepEngine {
    /// The gradients of this thread's blocks over a minibatch of `count` rows, each all-reduced; calls `body` with each
    /// block, when its gradient is in the thread's scratch (`forEachGradient`).
    ///
    /// `upcoming`: the rows that this thread gathers next, asked for on the way.
    func forEachBlock(
        rank: Int, _ minibatch: Minibatch, upcoming: UpcomingRows? = nil, laps: LapTimer? = nil,
        _ body: (GradientPlan.Block) -> Void
    ) {
        let scratch = scratch[rank]
        let blocks = plan.shares[rank]
        var listed: GradientPlan.Block?
        for (index, block) in blocks.enumerated() {
            upcoming?.prefetch(part: index, of: blocks.count)
            switch forms[block.layer] {
            case .columns:
                if !hasSharedColumns(block.layer) && (listed?.layer != block.layer || listed?.inputs != block.inputs) {
                    listColumns(block, scratch, minibatch)
                    listed = block
                    laps?.lap(.pack, layer: block.layer)
                }
                columnsGradient(block, scratch, minibatch)
            case .outerProducts:
                outerGradient(block, scratch, minibatch)
            case .dense:
                denseGradient(block, scratch, minibatch)
            }
            if block.inputs.lowerBound == 0 { biasGradient(block, scratch, minibatch) }
            laps?.lap(.gradient, layer: block.layer)
            reduce(block, scratch)
            body(block)
            laps?.lap(.update, layer: block.layer)
        }
    }

    /// All-reduces a block's gradient, and that of the biases of its outputs with its first input.
    private func reduce(_ block: GradientPlan.Block, _ scratch: GradientScratch) {
        let width = block.panels.count * kernels.panelWidth
        ft_all_reduce_slice(scratch.gradients.base, Int32(shards), block.inputs.count * width)
        if block.inputs.lowerBound == 0 { ft_all_reduce_slice(scratch.biasPointers, Int32(shards), width) }
    }

    /// Calls `body` with each slice of the parameters that a block stands for, and its gradient.
    func forEachGradient(
        of block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch,
        _ body: (UnsafeMutablePointer<Float>, PackedLayout.Slice) -> Void
    ) {
        var normalization: (shift: UnsafeMutablePointer<Float>, scale: UnsafeMutablePointer<Float>)?
        forward.parameters.layout.forEachSlice(of: block) { slice in
            switch slice.kind {
            case .weights(let index): body(scratch.gradient(0) + index * slice.count, slice)
            case .biases: body(scratch.biases(0), slice)
            case .scale:
                // Not before, as it takes the room of the biases' gradient.
                normalization = forward.normalizer?.gradients(block.layer, panels: block.panels, minibatch, scratch)
                if let normalization { body(normalization.scale, slice) }
            case .shift: if let normalization { body(normalization.shift, slice) }
            }
        }
    }

    /// What a weight gradient reads: a layer's input.
    private func gradientInput(_ layer: Int) -> PanelMatrix {
        gradientOperands?.inputs[layer] ?? forward.activations[layer]
    }

    /// The gradient of its outputs.
    private func gradientDelta(_ layer: Int) -> PanelMatrix { gradientOperands?.deltas[layer] ?? delta(layer) }

    /// The features as lists.
    private var featureLists: SparseMatrix? {
        if let gradientOperands { return gradientOperands.features }
        guard case .lists(let lists) = forward.input(0) else { return nil }
        return lists
    }

    /// Where a shard's rows, or pairs of rows, lie in all of these.
    private func gradientRows(_ shard: Int, _ minibatch: Minibatch) -> Range<Int> {
        gradientOperands == nil ? minibatch.rows(shard) : minibatch.pairs(shard)
    }

    /// The columns of a block's inputs in each shard's rows.
    private func listColumns(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        for shard in 0..<shards {
            let rows = gradientRows(shard, minibatch)
            let columns = scratch.columns[shard].matrix(width: rows.count)
            if block.layer > 0 {
                kernels.panelColumns(
                    gradientInput(block.layer), block.inputs.lowerBound, block.inputs.upperBound, rows.lowerBound,
                    rows.upperBound, columns, 0)
            } else if let lists = featureLists {
                kernels.sparseColumns(
                    lists, block.inputs.lowerBound, block.inputs.upperBound, rows.lowerBound, rows.upperBound, columns)
            }
        }
    }

    private func columnsGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        let delta = gradientDelta(block.layer)
        let width = kernels.panelWidth
        // Lists that the threads share have a row for each input of the layer, a thread's own for those of the block.
        let isShared = hasSharedColumns(block.layer)
        let first = isShared ? block.inputs.lowerBound : 0
        let prefetch = updatePrefetch(block, scratch)
        for shard in 0..<shards {
            let rows = gradientRows(shard, minibatch)
            kernels.product(
                ProductArguments(
                    precision: forward.precision,
                    input: .lists((isShared ? sharedColumns : scratch.columns)[shard].matrix(width: rows.count)),
                    output: PanelMatrix(
                        base: scratch.gradient(shard) - first * width, panelStride: block.inputs.count * width,
                        width: block.panels.count * width),
                    weights: delta.base + block.panels.lowerBound * delta.panelStride + rows.lowerBound * width,
                    weightPanelStride: delta.panelStride, initial: nil, firstRow: first,
                    endRow: first + block.inputs.count, prefetch: prefetch.part(shard, of: shards)))
        }
    }

    private func outerGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        guard let lists = featureLists else { return }
        for shard in 0..<shards {
            let rows = gradientRows(shard, minibatch)
            kernels.outerProducts(
                OuterProductArguments(
                    precision: forward.precision, input: lists, delta: gradientDelta(block.layer),
                    firstPanel: block.panels.lowerBound, panels: block.panels.count,
                    firstInput: block.inputs.lowerBound, endInput: block.inputs.upperBound, firstRow: rows.lowerBound,
                    endRow: rows.upperBound, block: scratch.gradient(shard)))
        }
    }

    private func denseGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        let prefetch = updatePrefetch(block, scratch)
        for shard in 0..<shards {
            let rows = gradientRows(shard, minibatch)
            kernels.gradient(
                GradientArguments(
                    precision: forward.precision, input: gradientInput(block.layer), delta: gradientDelta(block.layer),
                    panel: block.panels.lowerBound, firstInput: block.inputs.lowerBound,
                    endInput: block.inputs.upperBound, firstRow: rows.lowerBound, endRow: rows.upperBound,
                    block: scratch.gradient(shard), prefetch: prefetch.part(shard, of: shards)))
        }
    }

    /// The bias gradients of a block's outputs: they belong to the block of their first input.
    private func biasGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        for shard in 0..<shards {
            let rows = minibatch.rows(shard)
            for (index, panel) in block.panels.enumerated() {
                kernels.sumRows(
                    delta(block.layer), panel, rows.lowerBound, rows.upperBound,
                    scratch.biases(shard) + index * kernels.panelWidth)
            }
        }
    }
}
