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
        let arguments = arguments(
            index, values, rows: 0..<minibatch.count, normalized: normalized, epilogue)
        for panel in member.share(of: layer.panels) {
            takeStatistics(layer, values, panel: panel, minibatch, scratch)
            kernels.normalizeColumns(
                arguments, panel: panel, mean: UnsafePointer(layer.mean.base),
                inverseDeviation: UnsafePointer(layer.inverse.base))
        }
        if member.rank == 0 { layer.batches.base[0] += 1 }
        try member.barrier()
    }

    /// Computes mean and deviation of a panel's columns over the minibatch, and moves the running statistics towards them.
    /// The sums of the shards are added up in the tree of the all-reduce.
    private func takeStatistics(
        _ layer: Layer, _ values: PanelMatrix, panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch
    ) {
        let width = kernels.panelWidth
        let first = panel * width
        let inverseCount = 1 / Float(minibatch.count)
        let mean = layer.mean.base + first
        reduce(minibatch, scratch, into: mean) { rows, sums in
            kernels.sumRows(values, panel: panel, rows: rows, into: sums)
        }
        for lane in 0..<width { mean[lane] *= inverseCount }
        let variance = layer.inverse.base + first
        reduce(minibatch, scratch, into: variance) { rows, sums in
            kernels.sumSquaredDeviations(values, panel: panel, rows: rows, mean: UnsafePointer(mean), into: sums)
        }
        // The running variance is the unbiased one, which a single row does not have.
        let correction = Float(minibatch.count) / Float(max(1, minibatch.count - 1))
        for lane in 0..<width {
            variance[lane] *= inverseCount
            let (mean, variance) = (mean[lane], variance[lane])
            layer.runningMean.base[first + lane] += Self.momentum * (mean - layer.runningMean.base[first + lane])
            layer.runningVariance.base[first + lane] +=
                Self.momentum * (variance * correction - layer.runningVariance.base[first + lane])
            layer.inverse.base[first + lane] = Self.inverse(variance)
        }
    }

    /// Computes sums of a panel's columns for each shard, and adds them up in the tree of the all-reduce.
    private func reduce(
        _ minibatch: Minibatch, _ scratch: GradientScratch, into sums: UnsafeMutablePointer<Float>,
        _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
        for shard in 0..<minibatch.shards { body(minibatch.rows(shard), scratch.biases(shard)) }
        ft_all_reduce_slice(scratch.biasPointers, Int32(minibatch.shards), kernels.panelWidth)
        sums.update(from: scratch.biases(0), count: kernels.panelWidth)
    }

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
        let rows = isBatch ? 0..<minibatch.count : rows
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
        let width = kernels.panelWidth
        let inverseCount = 1 / Float(minibatch.count)
        for panel in member.share(of: layer.panels) {
            makeGradient(index, panel: panel, minibatch, scratch)
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
        try member.barrier()
    }

    /// Returns the gradients of shift and scale over the minibatch for some panels of a hidden layer, once the gradients of
    /// all rows are there.
    func gradients(
        _ index: Int, panels: Range<Int>, _ minibatch: Minibatch, _ scratch: GradientScratch
    ) -> (shift: UnsafeMutablePointer<Float>, scale: UnsafeMutablePointer<Float>) {
        // Batch normalization has computed them in `backward`.
        if !isBatch { for panel in panels { makeGradient(index, panel: panel, minibatch, scratch) } }
        let first = panels.lowerBound * kernels.panelWidth
        let layer = layers[index]
        return (layer.shiftGradient.base + first, layer.scaleGradient.base + first)
    }

    /// Computes the gradients of shift and scale of a panel over the minibatch.
    private func makeGradient(_ index: Int, panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch) {
        guard let training else { return }
        let layer = layers[index]
        let first = panel * kernels.panelWidth
        let delta = training.deltas[index]
        reduce(minibatch, scratch, into: layer.shiftGradient.base + first) { rows, sums in
            kernels.sumRows(delta, panel: panel, rows: rows, into: sums)
        }
        let normalized = UnsafePointer(training.normalized[index].base)
        reduce(minibatch, scratch, into: layer.scaleGradient.base + first) { rows, sums in
            kernels.sumProducts(delta, normalized, panel: panel, rows: rows, into: sums)
        }
    }
}
