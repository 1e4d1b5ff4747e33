import CThreadTeam
import KernelTypes

extension Normalizer {
    /// Turns the sums of a hidden layer into its outputs. The whole team calls it.
    ///
    /// With layer normalization, a member does its rows. With batch normalization, it does all rows of some panels, between
    /// two barriers.
    ///
    /// - Parameters:
    ///   - index: The position of the layer.
    ///   - values: The sums, [rows, units]; overwritten by the outputs.
    ///   - rows: The rows of the calling member.
    ///   - minibatch: The minibatch.
    ///   - epilogue: The activation and its dropout.
    ///   - member: The calling member.
    ///   - scratch: The scratch memory of its thread.
    /// - Throws: The error of another member that failed.
    func forward(
        _ index: Int, _ values: PanelMatrix, rows: Range<Int>, of minibatch: Minibatch, _ epilogue: Epilogue,
        member: TeamMember, scratch: GradientScratch
    ) throws(FastTrainError) {
        guard let training else { return }
        let normalized = training.normalized[index].base
        guard isBatch else {
            return kernels.normalizeRows(
                arguments(index, values, rows: rows, normalized: normalized, epilogue), epsilon: Self.epsilon,
                inverseDeviation: training.rowInverses[index].base)
        }
        try member.barrier()
        let layer = layers[index]
        let arguments = arguments(index, values, rows: minibatch.ownRows, normalized: normalized, epilogue)
        let panels = member.share(of: layer.panels)
        let deviations = ColumnSum.squaredDeviations(values, mean: UnsafePointer(layer.mean.base))
        let values = ColumnSum.values(values)
        if training.exchange == nil {
            for panel in panels {
                reduce(values, panel, into: layer.mean.base, minibatch, scratch)
                finishMean(layer, panel: panel, minibatch)
                reduce(deviations, panel, into: layer.inverse.base, minibatch, scratch)
                finishVariance(layer, panel: panel, minibatch)
                normalize(arguments, layer, panel: panel)
            }
        } else {
            try share(values, layer, into: layer.mean.base, minibatch, member, scratch)
            for panel in panels { finishMean(layer, panel: panel, minibatch) }
            try share(deviations, layer, into: layer.inverse.base, minibatch, member, scratch)
            for panel in panels {
                finishVariance(layer, panel: panel, minibatch)
                normalize(arguments, layer, panel: panel)
            }
        }
        if member.rank == 0 { layer.batches.base[0] += 1 }
        try member.barrier()
    }

    private func normalize(_ arguments: NormalizationArguments, _ layer: Layer, panel: Int) {
        kernels.normalizeColumns(
            arguments, panel: panel, mean: UnsafePointer(layer.mean.base),
            inverseDeviation: UnsafePointer(layer.inverse.base))
    }

    // MARK: - Statistics

    /// A sum over some rows for each column of a panel.
    private enum ColumnSum {
        /// The sum of the values.
        case values(PanelMatrix)
        /// The sum of the squared deviations from the columns' means.
        case squaredDeviations(PanelMatrix, mean: UnsafePointer<Float>)
        /// The sum of the products with the values of a matrix of the same layout.
        case products(PanelMatrix, UnsafePointer<Float>)

        /// Computes the sums of a panel's columns over some rows.
        func compute(_ kernels: KernelTable, panel: Int, rows: Range<Int>, into sums: UnsafeMutablePointer<Float>) {
            switch self {
            case .values(let values): kernels.sumRows(values, panel: panel, rows: rows, into: sums)
            case .squaredDeviations(let values, let mean):
                kernels.sumSquaredDeviations(
                    values, panel: panel, rows: rows, mean: mean + panel * kernels.panelWidth, into: sums)
            case .products(let values, let others):
                kernels.sumProducts(values, others, panel: panel, rows: rows, into: sums)
            }
        }
    }

    /// Turns the sums of a panel's columns over the minibatch into their means.
    private func finishMean(_ layer: Layer, panel: Int, _ minibatch: Minibatch) {
        let mean = layer.mean.base + panel * kernels.panelWidth
        let inverseCount = 1 / Float(minibatch.count)
        for lane in 0..<kernels.panelWidth { mean[lane] *= inverseCount }
    }

    /// Turns the squared deviations of a panel's columns into 1 / deviation, and moves the running statistics towards those
    /// of the minibatch.
    private func finishVariance(_ layer: Layer, panel: Int, _ minibatch: Minibatch) {
        let inverseCount = 1 / Float(minibatch.count)
        // The running variance is the unbiased one, which a single row does not have.
        let correction = Float(minibatch.count) / Float(max(1, minibatch.count - 1))
        for column in panel * kernels.panelWidth..<(panel + 1) * kernels.panelWidth {
            let (mean, variance) = (layer.mean.base[column], layer.inverse.base[column] * inverseCount)
            layer.runningMean.base[column] += Self.momentum * (mean - layer.runningMean.base[column])
            layer.runningVariance.base[column] +=
                Self.momentum * (variance * correction - layer.runningVariance.base[column])
            layer.inverse.base[column] = Self.inverse(variance)
        }
    }

    /// Computes sums of a panel's columns for each shard, and adds them up in the tree of the all-reduce.
    private func reduce(
        _ sum: ColumnSum, _ panel: Int, into sums: UnsafeMutablePointer<Float>, _ minibatch: Minibatch,
        _ scratch: GradientScratch
    ) {
        compute(sum, panel, minibatch, scratch)
        ft_all_reduce_slice(scratch.biasPointers, Int32(minibatch.shards), kernels.panelWidth)
        (sums + panel * kernels.panelWidth).update(from: scratch.biases(0), count: kernels.panelWidth)
    }

    /// Computes sums of a panel's columns for each of this process's shards.
    private func compute(_ sum: ColumnSum, _ panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch) {
        for (place, shard) in minibatch.ownShards.enumerated() {
            sum.compute(kernels, panel: panel, rows: minibatch.rows(shard), into: scratch.biases(place))
        }
    }

    /// Computes sums of a layer's columns over the rows of all processes. The whole team calls it; the sums of the member's
    /// panels are complete at its end.
    private func share(
        _ sum: ColumnSum, _ layer: Layer, into sums: UnsafeMutablePointer<Float>, _ minibatch: Minibatch,
        _ member: TeamMember, _ scratch: GradientScratch
    ) throws(FastTrainError) {
        guard let exchange = training?.exchange else { return }
        let width = layer.panels * kernels.panelWidth
        func columns(_ panel: Int) -> Range<Int> { panel * kernels.panelWidth..<(panel + 1) * kernels.panelWidth }
        for panel in member.share(of: layer.panels) {
            compute(sum, panel, minibatch, scratch)
            exchange.reduceOwn(scratch.biasPointers, count: kernels.panelWidth)
            exchange.keepColumns(columns(panel), of: width) { UnsafePointer(scratch.biases($0)) }
        }
        try member.barrier()
        if member.rank == 0 { try exchange.gatherColumns(of: width) }
        try member.barrier()
        for panel in member.share(of: layer.panels) {
            (sums + panel * kernels.panelWidth).update(
                from: exchange.columns(columns(panel), of: width, thread: member.rank), count: kernels.panelWidth)
        }
    }

    // MARK: - Gradients

    /// Returns where the backward product stores the gradient of a hidden layer's γẑ + β.
    func delta(_ index: Int) -> PanelMatrix? { training?.deltas[index] }

    /// Turns the gradient of a hidden layer's γẑ + β into the gradient of its sums. The whole team calls it; it divides the
    /// matrix as `forward` does.
    ///
    /// - Parameters:
    ///   - index: The position of the layer.
    ///   - result: Where the gradient of the sums is stored, [rows, units].
    ///   - rows: The rows of the calling member.
    ///   - minibatch: The minibatch.
    ///   - member: The calling member.
    ///   - scratch: The scratch memory of its thread.
    /// - Throws: The error of another member that failed.
    func backward(
        _ index: Int, into result: PanelMatrix, rows: Range<Int>, of minibatch: Minibatch, member: TeamMember,
        scratch: GradientScratch
    ) throws(FastTrainError) {
        guard let training else { return }
        let layer = layers[index]
        let rows = isBatch ? minibatch.ownRows : rows
        let arguments = NormalizationGradientArguments(
            delta: training.deltas[index], normalized: training.normalized[index].base, result: result.base,
            rows: rows)
        let scale = parameters.base + layer.offsets.scale
        guard isBatch else {
            return kernels.backpropagateRows(
                arguments, scale: UnsafePointer(scale),
                inverseDeviation: UnsafePointer(training.rowInverses[index].base))
        }
        try member.barrier()
        let panels = member.share(of: layer.panels)
        if training.exchange == nil {
            for panel in panels {
                makeGradient(index, panel: panel, minibatch, scratch)
                backpropagate(arguments, layer, panel: panel, scale: scale, minibatch, scratch)
            }
        } else {
            let sums = gradientSums(index, training)
            try share(sums.shift, layer, into: layer.shiftGradient.base, minibatch, member, scratch)
            try share(sums.scale, layer, into: layer.scaleGradient.base, minibatch, member, scratch)
            for panel in panels { backpropagate(arguments, layer, panel: panel, scale: scale, minibatch, scratch) }
        }
        try member.barrier()
    }

    /// Turns the gradient of a panel's γẑ + β into that of its sums, once the gradients of shift and scale are there.
    private func backpropagate(
        _ arguments: NormalizationGradientArguments, _ layer: Layer, panel: Int, scale: UnsafePointer<Float>,
        _ minibatch: Minibatch, _ scratch: GradientScratch
    ) {
        let width = kernels.panelWidth
        let inverseCount = 1 / Float(minibatch.count)
        // The statistics of the forward pass are no longer needed: the factor and the means take their memory.
        let (factor, meanDelta, meanProduct) = (layer.inverse.base, layer.mean.base, scratch.gradient(0))
        for column in panel * width..<(panel + 1) * width {
            factor[column] *= scale[column]
            meanDelta[column] = layer.shiftGradient.base[column] * inverseCount
            meanProduct[column - panel * width] = layer.scaleGradient.base[column] * inverseCount
        }
        kernels.backpropagateColumns(
            arguments, panel: panel, factor: UnsafePointer(factor), meanDelta: UnsafePointer(meanDelta),
            meanProduct: UnsafePointer(meanProduct) - panel * width)
    }

    /// Returns the gradients of shift and scale over the minibatch for some panels of a hidden layer, once the gradients of
    /// all rows are there.
    func gradients(
        _ index: Int, panels: Range<Int>, _ minibatch: Minibatch, _ scratch: GradientScratch
    ) -> (shift: UnsafeMutablePointer<Float>, scale: UnsafeMutablePointer<Float>) {
        // Batch normalization has computed them in `backward`.
        if !isBatch { for panel in panels { makeGradient(index, panel: panel, minibatch, scratch) } }
        let first = panels.lowerBound * kernels.panelWidth
        return (shiftGradient(index) + first, scaleGradient(index) + first)
    }

    /// The gradient of a hidden layer's shift over the minibatch.
    func shiftGradient(_ index: Int) -> UnsafeMutablePointer<Float> { layers[index].shiftGradient.base }

    /// The gradient of a hidden layer's scale over the minibatch.
    func scaleGradient(_ index: Int) -> UnsafeMutablePointer<Float> { layers[index].scaleGradient.base }

    /// Computes the gradients of shift and scale of a panel over the minibatch.
    private func makeGradient(_ index: Int, panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch) {
        guard let training else { return }
        let layer = layers[index]
        let sums = gradientSums(index, training)
        reduce(sums.shift, panel, into: layer.shiftGradient.base, minibatch, scratch)
        reduce(sums.scale, panel, into: layer.scaleGradient.base, minibatch, scratch)
    }

    /// Returns the sums that the gradients of a layer's shift and scale are.
    private func gradientSums(_ index: Int, _ training: Training) -> (shift: ColumnSum, scale: ColumnSum) {
        let delta = training.deltas[index]
        return (.values(delta), .products(delta, UnsafePointer(training.normalized[index].base)))
    }

    /// Stores the gradients of shift and scale of a panel over the branches of this process's shards in the exchange. Batch
    /// normalization has computed the whole sums in `backward`.
    func keepGradients(
        _ index: Int, panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch, _ exchange: GradientExchange
    ) {
        guard !isBatch, let training else { return }
        let sums = gradientSums(index, training)
        let offsets = layers[index].offsets
        let width = kernels.panelWidth
        func keep(_ first: Int, _ kind: PackedLayout.Slice.Kind, _ sum: ColumnSum) {
            compute(sum, panel, minibatch, scratch)
            exchange.reduceOwn(scratch.biasPointers, count: width)
            exchange.keep(.init(offset: first + panel * width, count: width, kind: kind)) {
                UnsafePointer(scratch.biases($0))
            }
        }
        keep(offsets.shift, .shift, sums.shift)
        keep(offsets.scale, .scale, sums.scale)
    }
}
