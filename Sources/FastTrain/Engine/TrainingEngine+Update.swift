import KernelDispatch

extension TrainingEngine {
    /// The gradients of this thread's blocks over a minibatch of `count` rows, all-reduced, and their update. The whole team
    /// calls it, with a barrier after.
    ///
    /// As a rule a block is done with while it is in cache. Clipping by norm first takes the gradient of all blocks, and a
    /// limit to the weights' norms whole panels, between barriers. `weightStep`: of the weights, if it is another than
    /// that of the other parameters;
    /// `upcoming`: see `forEachBlock`.
    func reduceUpdate(
        count: Int, _ step: OptimizerState.Step, weights weightStep: OptimizerState.Step? = nil, member: TeamMember,
        upcoming: UpcomingRows? = nil, laps: LapTimer? = nil
    ) throws(FastTrainError) {
        let minibatch = Minibatch(count: count, shards: shards)
        let weightStep = weightStep ?? step
        forEachBlock(rank: member.rank, minibatch, upcoming: upcoming, laps: laps) { block in
            forEachGradient(of: block, scratch[member.rank], minibatch) { gradient, slice in
                optimizer.adjust(gradient, of: forward.parameters, slice)
                if let clipping {
                    (clipping.gradient.base + slice.offset).update(from: gradient, count: slice.count)
                } else {
                    optimizer.update(
                        forward.parameters, gradient: gradient, slice, slice.areWeights ? weightStep : step)
                }
            }
            if clipping == nil && constraint == nil { follow(block, step) }
        }
        if let clipping { try update(clipping, step, weights: weightStep, member: member, laps: laps) }
        if let constraint { try constrain(constraint, step, member: member, laps: laps) }
    }

    /// The update by a gradient that is clipped by its norm.
    private func update(
        _ clipping: GradientClipping, _ step: OptimizerState.Step, weights weightStep: OptimizerState.Step,
        member: TeamMember, laps: LapTimer?
    ) throws(FastTrainError) {
        try member.barrier()
        laps?.lap(.barrier)
        clipping.measure(rank: member.rank)
        try member.barrier()
        laps?.lap(.barrier)
        let factor = clipping.factor
        for block in plan.shares[member.rank] {
            forward.parameters.layout.forEachSlice(of: block) { slice in
                let gradient = clipping.gradient.base + slice.offset
                if factor != 1 { optimizer.scale(gradient, of: forward.parameters, slice, by: factor) }
                optimizer.update(
                    forward.parameters, gradient: gradient, slice, slice.areWeights ? weightStep : step)
            }
            if constraint == nil { follow(block, step) }
            laps?.lap(.update, layer: block.layer)
        }
    }

    private func constrain(
        _ constraint: NormConstraint, _ step: OptimizerState.Step, member: TeamMember, laps: LapTimer?
    ) throws(FastTrainError) {
        try member.barrier()
        laps?.lap(.barrier)
        for block in constraint.shares[member.rank] {
            constraint.apply(block, forward.parameters, rank: member.rank)
            follow(block, step)
            laps?.lap(.update, layer: block.layer)
        }
    }

    /// Copies a block of weights to where products read it that do not read the parameters, and to the average.
    private func follow(_ block: GradientPlan.Block, _ step: OptimizerState.Step) {
        forward.pairedWeights?.follow(
            forward.parameters, layer: block.layer, panels: block.panels, inputs: block.inputs)
        transpose(block)
        average?.follow(block, rate: step.averageRate)
    }

    /// Copies a block of weights to where backpropagation reads it.
    func transpose(_ block: GradientPlan.Block) {
        guard block.layer > 0 else { return }
        let layer = forward.parameters.layout.layers[block.layer]
        let width = kernels.panelWidth
        let stride = forward.transposedPanelStride(block.layer)
        let first = block.inputs.lowerBound
        let target = transposed[block.layer - 1].base + first / width * stride
        for panel in block.panels {
            let weights = forward.parameters.base + layer.weights + panel * layer.panelStride + first * width
            let outputs = min(width, layer.outputs - panel * width)
            if forward.precision == .bf16 {
                kernels.transposePairs(
                    weights, block.inputs.count, outputs, target + panel * width / 2 * width, stride)
            } else {
                kernels.transposeBlock(
                    weights, block.inputs.count, outputs, target + panel * width * width, stride)
            }
        }
    }
}
