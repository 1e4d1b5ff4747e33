import KernelTypes

/// A step of a process that shares its minibatches with others.
extension StepEngine {
    /// Makes the gradients over a minibatch of all processes and updates the parameters; the counterpart of `reduceUpdate`.
    /// The whole team calls it, with a barrier after it.
    ///
    /// A layer's sums are exchanged while those of the next one are made, and its parameters while the next one is updated.
    ///
    /// - Parameters:
    ///   - exchange: The exchange with the other processes.
    ///   - count: The number of rows of the minibatch.
    ///   - update: The coefficients of the update.
    ///   - weightUpdate: The coefficients of the update of weights.
    ///   - member: The calling member of the team.
    ///   - upcoming: The rows that the member gathers next, to be prefetched.
    ///   - laps: The member's stopwatch; `nil` means that no profile is taken.
    /// - Throws: The error of another member or process that failed.
    func exchangeUpdate(
        _ exchange: GradientExchange, count: Int, _ update: UpdateStep, weights weightUpdate: UpdateStep,
        member: TeamMember, upcoming: UpcomingRows, laps: LapTimer?
    ) throws(FastTrainError) {
        let step = memberStep(count: count, member: member, laps: laps)
        func take(_ gradient: UnsafeMutablePointer<Float>, _ slice: PackedLayout.Slice) {
            adjustment.apply(to: gradient, of: forward.parameters, slice)
            if let clipping {
                clipping.keep(slice, gradient)
            } else {
                apply(update, weights: weightUpdate, gradient, slice)
            }
        }
        try makeGradients(exchange, step, upcoming, take: take) { layer throws(FastTrainError) in
            if clipping == nil { try exchange.beginGather(layer, of: forward.parameters) }
        }
        if let clipping {
            try shareNorm(clipping, exchange, step)
            let factor = clipping.factor
            for layer in exchange.order {
                forward.parameters.layout.forEachSlice(of: layer, in: exchange.ownPart(layer, of: member)) { slice in
                    if factor != 1 { clipping.scale(slice, by: factor) }
                    apply(update, weights: weightUpdate, clipping.gradient.base + slice.offset, slice)
                }
                try step.barrier()
                if member.rank == 0 { try exchange.beginGather(layer, of: forward.parameters) }
            }
        }
        for layer in exchange.order {
            if member.rank == 0 { try exchange.endGather(layer) }
            try step.barrier(.exchange)
            guard constraint == nil else { continue }
            for block in blocks.shares[member.rank] where block.layer == layer { refreshCopies(of: block, update) }
            laps?.lap(.refresh, layer: layer)
        }
        if let constraint { try apply(constraint, update, step) }
    }

    /// Makes the sums of the gradients over all processes for this process's slices of the parameters. The whole team calls
    /// it.
    ///
    /// - Parameters:
    ///   - exchange: The exchange with the other processes.
    ///   - step: The view of the calling member.
    ///   - upcoming: The rows that the member gathers next, to be prefetched.
    ///   - take: Receives the gradient of each slice of the member.
    ///   - whenDone: Called by rank 0 of the team with each layer whose slices have been received by all members.
    func makeGradients(
        _ exchange: GradientExchange, _ step: MemberStep, _ upcoming: UpcomingRows? = nil,
        take: (UnsafeMutablePointer<Float>, PackedLayout.Slice) -> Void,
        whenDone: (Int) throws(FastTrainError) -> Void
    ) throws(FastTrainError) {
        let member = step.member
        let own = blocks.shares[member.rank]
        var place = 0
        for layer in exchange.order {
            for block in own where block.layer == layer {
                upcoming?.prefetch(part: place, of: own.count)
                place += 1
                keepGradient(of: block, step, exchange)
                step.laps?.lap(.reduce, layer: layer)
                if member.rank == 0 { try exchange.group.progress() }
            }
            try step.barrier()
            if member.rank == 0 { try exchange.beginExchange(layer) }
        }
        for layer in exchange.order {
            if member.rank == 0 { try exchange.endExchange(layer) }
            try step.barrier(.exchange)
            forEachOwnGradient(layer, exchange, step, take)
            step.laps?.lap(.update, layer: layer)
            try step.barrier()
            if member.rank == 0 { try whenDone(layer) }
        }
    }

    /// Makes the gradient of a block over this process's shards, and stores the sums of its branches in the exchange.
    private func keepGradient(of block: GradientPlan.Block, _ step: MemberStep, _ exchange: GradientExchange) {
        guard !ownShards.isEmpty else { return }
        makeShardGradients(of: block, step)
        let scratch = step.scratch
        let width = block.panels.count * kernels.panelWidth
        exchange.reduceOwn(scratch.gradients.base, count: block.inputs.count * width)
        if block.inputs.lowerBound == 0 { exchange.reduceOwn(scratch.biasPointers, count: width) }
        forward.parameters.layout.forEachSlice(of: block) { slice in
            switch slice.kind {
            case .weights(let index):
                exchange.keep(slice) { UnsafePointer(scratch.gradient($0)) + index * slice.count }
            case .biases:
                exchange.keep(slice) { UnsafePointer(scratch.biases($0)) }
            case .scale:
                // After the biases, because it takes the memory of their gradient.
                for panel in block.panels {
                    forward.normalizer?.keepGradients(block.layer, panel: panel, step.minibatch, scratch, exchange)
                }
            case .shift: break
            }
        }
    }

    /// Calls `body` with the gradient of each slice of a layer that the member updates.
    private func forEachOwnGradient(
        _ layer: Int, _ exchange: GradientExchange, _ step: MemberStep,
        _ body: (UnsafeMutablePointer<Float>, PackedLayout.Slice) -> Void
    ) {
        let place = forward.parameters.layout.layers[layer]
        let part = exchange.ownPart(layer, of: step.member)
        // A stretch and its update stay in second-level cache.
        let stretch = PackedPieces.rows * kernels.panelWidth
        for first in stride(from: part.lowerBound, to: part.upperBound, by: stretch) {
            let range = first..<min(first + stretch, part.upperBound)
            forward.parameters.layout.forEachSlice(of: layer, in: range) { slice in
                if let normalizer = forward.normalizer, normalizer.isBatch, let offsets = place.normalization {
                    // Batch normalization has exchanged them in the backward pass.
                    switch slice.kind {
                    case .scale: return body(normalizer.scaleGradient(layer) + slice.offset - offsets.scale, slice)
                    case .shift: return body(normalizer.shiftGradient(layer) + slice.offset - offsets.shift, slice)
                    case .weights, .biases: break
                    }
                }
                let range = slice.offset..<slice.offset + slice.count
                body(exchange.gradient(layer, range, thread: step.member.rank), slice)
            }
        }
    }

    /// Computes the norm of the gradient over the slices of all processes.
    private func shareNorm(
        _ clipping: GradientClipping, _ exchange: GradientExchange, _ step: MemberStep
    ) throws(FastTrainError) {
        try step.barrier()
        for range in exchange.ownPieces(of: step.member) { clipping.measure(range) }
        try step.barrier()
        if step.member.rank == 0 { try exchange.gatherSquares(clipping.squares) }
        try step.barrier()
    }
}
