import KernelTypes

extension StepEngine {
    /// Makes the gradients of the member's blocks of weights over a minibatch and updates the parameters. The whole team
    /// calls it, with a barrier after it.
    ///
    /// As a rule a block is finished while it is in cache. Two options need more passes, with barriers between them:
    /// clipping by norm needs the gradient of all blocks before it updates any, and a limit to the norms of the weights
    /// needs whole panels.
    ///
    /// - Parameters:
    ///   - count: The number of rows of the minibatch.
    ///   - update: The coefficients of the update.
    ///   - weightUpdate: The coefficients of the update of weights, if they differ from those of the other parameters.
    ///   - member: The calling member of the team.
    ///   - upcoming: The rows that the member gathers next, to be prefetched.
    ///   - laps: The member's stopwatch; `nil` means that no profile is taken.
    /// - Throws: The error of another member that failed.
    func reduceUpdate(
        count: Int, _ update: UpdateStep, weights weightUpdate: UpdateStep? = nil,
        member: TeamMember, upcoming: UpcomingRows? = nil, laps: LapTimer? = nil
    ) throws(FastTrainError) {
        let step = memberStep(count: count, member: member, laps: laps)
        let weightUpdate = weightUpdate ?? update
        let own = blocks.shares[member.rank]
        for (place, block) in own.enumerated() {
            upcoming?.prefetch(part: place, of: own.count)
            makeGradient(of: block, step)
            forEachGradient(of: block, step) { gradient, slice in
                adjustment.apply(to: gradient, of: forward.parameters, slice)
                if let clipping {
                    clipping.keep(slice, gradient)
                } else {
                    apply(update, weights: weightUpdate, gradient, slice)
                }
            }
            if clipping == nil && constraint == nil { refreshCopies(of: block, update) }
            laps?.lap(.update, layer: block.layer)
        }
        if let clipping {
            try step.barrier()
            clipping.measure(rank: member.rank)
            try step.barrier()
            let factor = clipping.factor
            for block in own {
                forward.parameters.layout.forEachSlice(of: block) { slice in
                    let gradient = clipping.gradient.base + slice.offset
                    if factor != 1 { clipping.scale(slice, by: factor) }
                    apply(update, weights: weightUpdate, gradient, slice)
                }
                if constraint == nil { refreshCopies(of: block, update) }
                laps?.lap(.update, layer: block.layer)
            }
        }
        if let constraint { try apply(constraint, update, step) }
    }

    /// Limits the norms of the weights after their update, and copies them to their other forms.
    func apply(
        _ constraint: NormConstraint, _ update: UpdateStep, _ step: MemberStep
    ) throws(FastTrainError) {
        try step.barrier()
        for block in constraint.shares[step.member.rank] {
            constraint.apply(block, forward.parameters, rank: step.member.rank)
            refreshCopies(of: block, update)
            step.laps?.lap(.update, layer: block.layer)
        }
    }

    /// Updates the parameters of a slice, and the optimizer's memories of them.
    ///
    /// The two updates are boxed values that all threads share: passed on as they are, they need no atomic counting of
    /// references for each slice.
    func apply(
        _ update: UpdateStep, weights weightUpdate: UpdateStep, _ gradient: UnsafePointer<Float>,
        _ slice: PackedLayout.Slice
    ) {
        let part = ParameterSlice(
            parameters: forward.parameters.base + slice.offset, gradient: gradient, offset: slice.offset,
            count: slice.count)
        if slice.areWeights {
            weightUpdate.update.apply(to: part, memories, kernels)
        } else {
            update.update.apply(to: part, memories, kernels)
        }
    }

    /// Returns the coefficients of a minibatch's update of weights: those of the other parameters, and the penalty's part in
    /// the gradient.
    func weightStep(_ step: UpdateStep, _ rows: UnsafePointer<Int32>, count: Int) -> UpdateStep {
        penalty.map { step.adding(decay: $0.decay(weightSum(rows, count: count))) } ?? step
    }

    /// Copies a block of weights to the other forms in which products read them, and takes it into the average.
    func refreshCopies(of block: GradientPlan.Block, _ update: UpdateStep) {
        forward.pairedWeights?.refresh(
            forward.parameters, layer: block.layer, panels: block.panels, inputs: block.inputs)
        transposed.refresh(forward.parameters, block)
        average?.include(block, rate: update.averageRate)
    }
}
