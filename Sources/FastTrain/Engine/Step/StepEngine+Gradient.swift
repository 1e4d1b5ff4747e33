import CThreadTeam
import KernelTypes

extension StepEngine {
    /// Makes the gradient of a block over the rows of each shard and all-reduces the shards. The gradient of the biases
    /// belongs to the block with the layer's first inputs.
    ///
    /// The sum lies in the thread's scratch memory, where `forEachGradient` finds it.
    ///
    /// - Parameters:
    ///   - block: A block of weights.
    ///   - step: The view of the calling member, who owns the block.
    func makeGradient(of block: GradientPlan.Block, _ step: MemberStep) {
        makeShardGradients(of: block, step)
        let width = block.panels.count * kernels.panelWidth
        ft_all_reduce_slice(step.scratch.gradients.base, Int32(shards), block.inputs.count * width)
        if block.inputs.lowerBound == 0 { ft_all_reduce_slice(step.scratch.biasPointers, Int32(shards), width) }
    }

    /// Makes the gradient of a block over the rows of each of this process's shards.
    func makeShardGradients(of block: GradientPlan.Block, _ step: MemberStep) {
        let scratch = step.scratch
        switch plan.layers[block.layer].gradientForm {
        case .dense where plan.transposesInputs:
            if block.isFirstOfInputs {
                transposeInputs(block, scratch, step.minibatch)
                step.laps?.lap(.pack, layer: block.layer)
            }
            transposedGradient(block, scratch, step.minibatch)
        case .dense:
            denseGradient(block, scratch, step.minibatch)
        case .columns:
            if block.isFirstOfInputs {
                listColumns(block, scratch, step.minibatch)
                step.laps?.lap(.pack, layer: block.layer)
            }
            columnsGradient(block, scratch.columns, firstRow: 0, scratch, step.minibatch)
        case .sharedColumns:
            columnsGradient(block, sharedColumns, firstRow: block.inputs.lowerBound, scratch, step.minibatch)
        case .outerProducts:
            outerGradient(block, scratch, step.minibatch)
        }
        if block.inputs.lowerBound == 0 { biasGradient(block, scratch, step.minibatch) }
        step.laps?.lap(.gradient, layer: block.layer)
    }

    /// Calls `body` with the gradient of each slice of the parameters that a block stands for, and the slice.
    func forEachGradient(
        of block: GradientPlan.Block, _ step: MemberStep,
        _ body: (UnsafeMutablePointer<Float>, PackedLayout.Slice) -> Void
    ) {
        let scratch = step.scratch
        var normalization: (shift: UnsafeMutablePointer<Float>, scale: UnsafeMutablePointer<Float>)?
        forward.parameters.layout.forEachSlice(of: block) { slice in
            switch slice.kind {
            case .weights(let index): body(scratch.gradient(0) + index * slice.count, slice)
            case .biases: body(scratch.biases(0), slice)
            case .scale:
                // After the biases, because it takes the memory of their gradient.
                normalization = forward.normalizer?.gradients(
                    block.layer, panels: block.panels, step.minibatch, scratch)
                if let normalization { body(normalization.scale, slice) }
            case .shift: if let normalization { body(normalization.shift, slice) }
            }
        }
    }

    // MARK: - The forms of a gradient

    /// Makes a block's gradient from all numbers of the input.
    private func denseGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        let prefetch = updatePrefetch(block, scratch)
        for (place, shard) in ownShards.enumerated() {
            let rows = minibatch.gradientRows(shard)
            kernels.gradient(
                GradientArguments(
                    precision: plan.precision, input: operands.inputs[block.layer],
                    delta: operands.deltas[block.layer], panel: block.panels.lowerBound,
                    inputs: block.inputs, rows: rows, block: scratch.gradient(place),
                    prefetch: prefetch.part(place, of: ownShards.count)))
        }
    }

    /// Transposes a block's inputs in the rows of each shard.
    private func transposeInputs(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        for (place, shard) in ownShards.enumerated() {
            let pairs = minibatch.pairs(shard)
            operands.transposeInput(
                block.layer, block.inputs, pairs: pairs, into: scratch.transposed(place, pairs: pairs.count))
        }
    }

    /// Makes a block's gradient from its inputs transposed.
    private func transposedGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        productGradient(block, firstRow: 0, scratch, minibatch) { place, pairs in
            .panels(scratch.transposed(place, pairs: pairs))
        }
    }

    /// Lists the columns of a block's inputs in the rows of each shard.
    private func listColumns(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        for (place, shard) in ownShards.enumerated() {
            let rows = minibatch.gradientRows(shard)
            let columns = scratch.columns[place].matrix(width: rows.count)
            if block.layer > 0 {
                kernels.panelColumns(
                    operands.inputs[block.layer], to: columns, rows: rows, columns: block.inputs, firstList: 0)
            } else if let lists = operands.featureLists {
                kernels.sparseColumns(lists, to: columns, rows: rows, columns: block.inputs)
            }
        }
    }

    /// Makes a block's gradient from lists of the input's columns.
    ///
    /// - Parameters:
    ///   - block: The block.
    ///   - lists: The lists for each shard, with a row for each input.
    ///   - first: The row of the lists that belongs to the block's first input.
    ///   - scratch: The scratch memory of the thread.
    ///   - minibatch: The minibatch.
    private func columnsGradient(
        _ block: GradientPlan.Block, _ lists: [SparseLists], firstRow first: Int, _ scratch: GradientScratch,
        _ minibatch: Minibatch
    ) {
        productGradient(block, firstRow: first, scratch, minibatch) { place, rows in
            .lists(lists[place].matrix(width: rows))
        }
    }

    /// Makes a block's gradient by products whose rows are inputs.
    ///
    /// - Parameters:
    ///   - block: The block.
    ///   - first: The row that belongs to the block's first input.
    ///   - scratch: The scratch memory of the thread.
    ///   - minibatch: The minibatch.
    ///   - input: Returns the left factor of a shard, given its place among the shards of this process and its depth.
    private func productGradient(
        _ block: GradientPlan.Block, firstRow first: Int, _ scratch: GradientScratch, _ minibatch: Minibatch,
        input: (Int, Int) -> ProductInput
    ) {
        let delta = operands.deltas[block.layer]
        let width = kernels.panelWidth
        let prefetch = updatePrefetch(block, scratch)
        for (place, shard) in ownShards.enumerated() {
            let rows = minibatch.gradientRows(shard)
            kernels.product(
                ProductArguments(
                    precision: plan.precision, input: input(place, rows.count),
                    output: PanelMatrix(
                        base: scratch.gradient(place) - first * width, panelStride: block.inputs.count * width,
                        width: block.panels.count * width),
                    weights: delta.base + block.panels.lowerBound * delta.panelStride + rows.lowerBound * width,
                    weightPanelStride: delta.panelStride, initial: nil, rows: first..<first + block.inputs.count,
                    prefetch: prefetch.part(place, of: ownShards.count)))
        }
    }

    /// Makes a block's gradient from lists of the features' rows.
    private func outerGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        guard let lists = operands.featureLists else { return }
        for (place, shard) in ownShards.enumerated() {
            let rows = minibatch.gradientRows(shard)
            kernels.outerProducts(
                OuterProductArguments(
                    precision: plan.precision, input: lists, delta: operands.deltas[block.layer],
                    panels: block.panels, inputs: block.inputs, rows: rows, block: scratch.gradient(place)))
        }
    }

    /// Makes the gradient of the biases of a block's outputs.
    private func biasGradient(_ block: GradientPlan.Block, _ scratch: GradientScratch, _ minibatch: Minibatch) {
        for (place, shard) in ownShards.enumerated() {
            let rows = minibatch.rows(shard)
            for (index, panel) in block.panels.enumerated() {
                kernels.sumRows(
                    deltas[block.layer], panel: panel, rows: rows,
                    into: scratch.biases(place) + index * kernels.panelWidth)
            }
        }
    }
}
