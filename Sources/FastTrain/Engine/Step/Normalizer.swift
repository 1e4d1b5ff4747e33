import CThreadTeam
import KernelDispatch
import KernelTypes

/// Batch or layer normalization between the sums of the hidden layers and their activations.
///
/// Batch normalization takes statistics over the whole minibatch: a thread has some panels of a layer for all rows,
/// between barriers. Layer normalization needs a row alone, which one thread has anyway.
struct Normalizer: Sendable {
    /// Added to variances (PyTorch's default).
    static let epsilon: Float = 1e-5
    /// What a minibatch's statistics count in the running ones (PyTorch's default).
    static let momentum: Float = 0.1

    private let isBatch: Bool
    private let kernels: KernelTable
    private var parameters: PackedParameters
    /// Of each hidden layer.
    private var layers: [Layer]
    /// What training needs besides; nil: only running statistics are used.
    private let training: Training?

    /// Statistics of a layer, [panels · panelWidth] each.
    private struct Layer: Sendable {
        let offsets: PackedLayout.Normalization
        let panels: Int
        let outputs: Int
        var runningMean: Buffer<Float>
        var runningVariance: Buffer<Float>
        /// 1 / √(running variance + epsilon): made anew when rows are evaluated.
        var runningInverse: Buffer<Float>
        /// Minibatches that the running statistics have seen.
        let batches: Buffer<Int>
        /// Of the minibatch at hand.
        let mean: Buffer<Float>
        let inverse: Buffer<Float>
        /// Gradients of shift and scale over the minibatch.
        let shiftGradient: Buffer<Float>
        let scaleGradient: Buffer<Float>
    }

    private struct Training: Sendable {
        let shards: Int
        /// ẑ of each hidden layer.
        let normalized: Activations
        /// Gradients of γẑ + β.
        let deltas: Activations
        /// 1 / deviation of each row and hidden layer, of layer normalization.
        let rowInverses: [Buffer<Float>]
    }

    /// nil for a network without. `shards` nil: for evaluation only.
    init?(_ network: Network, parameters: PackedParameters, rows: Int, shards: Int?, kernels: KernelTable) {
        guard network.normalization != .none else { return nil }
        isBatch = network.normalization == .batch
        self.kernels = kernels
        self.parameters = parameters
        layers = parameters.layout.layers.compactMap { layer in
            guard let offsets = layer.normalization else { return nil }
            let count = layer.panels * parameters.layout.panelWidth
            func buffer() -> Buffer<Float> { Buffer(count: count) }
            return Layer(
                offsets: offsets, panels: layer.panels, outputs: layer.outputs, runningMean: buffer(),
                runningVariance: buffer(), runningInverse: buffer(), batches: Buffer(count: 1), mean: buffer(),
                inverse: buffer(), shiftGradient: buffer(), scaleGradient: buffer())
        }
        let hidden = Array(network.widths[1..<network.layerCount])
        let isBatch = isBatch
        training = shards.map { shards in
            Training(
                shards: shards, normalized: Activations(widths: hidden, rows: rows, panelWidth: kernels.panelWidth),
                deltas: Activations(widths: hidden, rows: rows, panelWidth: kernels.panelWidth),
                rowInverses: isBatch ? [] : hidden.map { _ in Buffer(count: rows) })
        }
    }

    // MARK: - Running statistics

    /// The same with other parameters and with running statistics of its own, all 0.
    func withOwnStatistics(parameters: PackedParameters) -> Normalizer {
        var copy = self
        copy.parameters = parameters
        for index in layers.indices {
            copy.layers[index].runningMean = Buffer(count: layers[index].runningMean.count)
            copy.layers[index].runningVariance = Buffer(count: layers[index].runningMean.count)
            copy.layers[index].runningInverse = Buffer(count: layers[index].runningMean.count)
        }
        return copy
    }

    /// Running statistics of some panels become a step of their moving average towards `newest`'s.
    func average(_ newest: Normalizer, layer index: Int, panels: Range<Int>, rate: Float) {
        guard isBatch, index < layers.count else { return }
        let (first, count) = (panels.lowerBound * kernels.panelWidth, panels.count * kernels.panelWidth)
        let (mine, theirs) = (layers[index], newest.layers[index])
        kernels.average(mine.runningMean.base + first, theirs.runningMean.base + first, count, rate)
        kernels.average(mine.runningVariance.base + first, theirs.runningVariance.base + first, count, rate)
    }

    /// Takes over running statistics in the public layout.
    func load(_ parameters: Parameters) {
        for (layer, values) in zip(layers, parameters.layers) {
            guard let running = values.normalization?.running else { continue }
            layer.runningMean.base.update(from: running.mean, count: layer.outputs)
            layer.runningVariance.base.update(from: running.variance, count: layer.outputs)
            layer.batches.base[0] = running.batches
        }
        prepareEvaluation()
    }

    /// Adds the running statistics to parameters in the public layout.
    func addRunning(to parameters: inout Parameters) {
        guard isBatch else { return }
        for (index, layer) in layers.enumerated() {
            parameters.layers[index].normalization?.running = .init(
                mean: Array(layer.runningMean.array.prefix(layer.outputs)),
                variance: Array(layer.runningVariance.array.prefix(layer.outputs)), batches: layer.batches.base[0])
        }
    }

    /// Whether no running mean or variance is NaN or infinite. A variance may overflow where all sums are finite yet: all
    /// that comes out then is 0, and the loss shows nothing.
    var areFinite: Bool {
        !isBatch
            || layers.allSatisfy { layer in
                (0..<layer.outputs).allSatisfy { column in
                    layer.runningMean.base[column].isFinite && layer.runningVariance.base[column].isFinite
                }
            }
    }

    /// Of the running statistics; one thread calls it, before others evaluate rows.
    func prepareEvaluation() {
        guard isBatch else { return }
        for layer in layers {
            for column in 0..<layer.outputs {
                layer.runningInverse.base[column] = Self.inverse(layer.runningVariance.base[column])
            }
        }
    }

    private static func inverse(_ variance: Float) -> Float { 1 / (variance + epsilon).squareRoot() }

    // MARK: - Evaluation

    /// The sums of a hidden layer become its outputs, by the running statistics.
    func evaluate(_ index: Int, _ values: PanelMatrix, rows: Range<Int>, _ epilogue: Epilogue) {
        let arguments = arguments(index, values, rows: rows, normalized: nil, epilogue)
        guard isBatch else { return kernels.normalizeRows(arguments, Self.epsilon, nil) }
        let layer = layers[index]
        for panel in 0..<layer.panels {
            kernels.normalizeColumns(
                arguments, panel, UnsafePointer(layer.runningMean.base), UnsafePointer(layer.runningInverse.base))
        }
    }

    private func arguments(
        _ index: Int, _ values: PanelMatrix, rows: Range<Int>, normalized: UnsafeMutablePointer<Float>?,
        _ epilogue: Epilogue
    ) -> NormalizationArguments {
        NormalizationArguments(
            values: values, normalized: normalized, scale: UnsafePointer(parameters.base + layers[index].offsets.scale),
            shift: UnsafePointer(parameters.base + layers[index].offsets.shift), firstRow: rows.lowerBound,
            endRow: rows.upperBound, epilogue: epilogue)
    }

    // MARK: - Training

    /// The sums of a hidden layer for this member's `rows` become its outputs, and for the whole minibatch those of other
    /// members theirs. The whole team calls it.
    func forward(
        _ index: Int, _ values: PanelMatrix, rows: Range<Int>, of minibatch: Minibatch, _ epilogue: Epilogue,
        member: TeamMember, scratch: GradientScratch
    ) throws(FastTrainError) {
        guard let training else { return }
        let normalized = training.normalized[index].base
        guard isBatch else {
            return kernels.normalizeRows(
                arguments(index, values, rows: rows, normalized: normalized, epilogue), Self.epsilon,
                training.rowInverses[index].base)
        }
        try member.barrier()
        let layer = layers[index]
        let arguments = arguments(
            index, values, rows: 0..<minibatch.count, normalized: normalized, epilogue)
        for panel in member.share(of: layer.panels) {
            takeStatistics(layer, values, panel: panel, minibatch, scratch)
            kernels.normalizeColumns(
                arguments, panel, UnsafePointer(layer.mean.base), UnsafePointer(layer.inverse.base))
        }
        if member.rank == 0 { layer.batches.base[0] += 1 }
        try member.barrier()
    }

    /// Mean and deviation of a panel's columns over the minibatch: sums of each shard, added up in the tree.
    private func takeStatistics(
        _ layer: Layer, _ values: PanelMatrix, panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch
    ) {
        let width = kernels.panelWidth
        let first = panel * width
        let inverseCount = 1 / Float(minibatch.count)
        let mean = layer.mean.base + first
        reduce(minibatch, scratch, into: mean) { rows, sums in
            kernels.sumRows(values, panel, rows.lowerBound, rows.upperBound, sums)
        }
        for lane in 0..<width { mean[lane] *= inverseCount }
        let variance = layer.inverse.base + first
        reduce(minibatch, scratch, into: variance) { rows, sums in
            kernels.sumSquaredDeviations(
                values, panel, rows.lowerBound, rows.upperBound, UnsafePointer(mean), sums)
        }
        // The running variance is the unbiased one; of a single row there is none.
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

    /// Sums of a panel's columns: those of each shard, added up in the tree.
    private func reduce(
        _ minibatch: Minibatch, _ scratch: GradientScratch, into sums: UnsafeMutablePointer<Float>,
        _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
        for shard in 0..<minibatch.shards { body(minibatch.rows(shard), scratch.biases(shard)) }
        ft_all_reduce_slice(scratch.biasPointers, Int32(minibatch.shards), kernels.panelWidth)
        sums.update(from: scratch.biases(0), count: kernels.panelWidth)
    }

    /// Where backpropagation puts the gradient of a hidden layer's γẑ + β.
    func delta(_ index: Int) -> PanelMatrix? { training?.deltas[index] }

    /// From the gradient of γẑ + β to that of the sums, in `result`; by rows or by panels as `forward`.
    func backward(
        _ index: Int, into result: PanelMatrix, rows: Range<Int>, of minibatch: Minibatch, member: TeamMember,
        scratch: GradientScratch
    ) throws(FastTrainError) {
        guard let training else { return }
        let layer = layers[index]
        let rows = isBatch ? 0..<minibatch.count : rows
        let arguments = NormalizationGradientArguments(
            delta: training.deltas[index], normalized: training.normalized[index].base, result: result.base,
            firstRow: rows.lowerBound, endRow: rows.upperBound)
        let scale = parameters.base + layer.offsets.scale
        guard isBatch else {
            return kernels.backpropagateRows(
                arguments, UnsafePointer(scale), UnsafePointer(training.rowInverses[index].base))
        }
        try member.barrier()
        let width = kernels.panelWidth
        let inverseCount = 1 / Float(minibatch.count)
        for panel in member.share(of: layer.panels) {
            makeGradient(index, panel: panel, minibatch, scratch)
            // The statistics of the forward pass are not needed any more: factor and means take their places.
            let (factor, meanDelta, meanProduct) = (layer.inverse.base, layer.mean.base, scratch.gradient(0))
            for column in panel * width..<(panel + 1) * width {
                factor[column] *= scale[column]
                meanDelta[column] = layer.shiftGradient.base[column] * inverseCount
                meanProduct[column - panel * width] = layer.scaleGradient.base[column] * inverseCount
            }
            kernels.backpropagateColumns(
                arguments, panel, UnsafePointer(factor), UnsafePointer(meanDelta),
                UnsafePointer(meanProduct) - panel * width)
        }
        try member.barrier()
    }

    /// The gradients of shift and scale of a hidden layer's panels over the minibatch; needs all rows' deltas.
    func gradients(
        _ index: Int, panels: Range<Int>, _ minibatch: Minibatch, _ scratch: GradientScratch
    ) -> (shift: UnsafeMutablePointer<Float>, scale: UnsafeMutablePointer<Float>) {
        // Batch normalization has made them on the way.
        if !isBatch { for panel in panels { makeGradient(index, panel: panel, minibatch, scratch) } }
        let first = panels.lowerBound * kernels.panelWidth
        let layer = layers[index]
        return (layer.shiftGradient.base + first, layer.scaleGradient.base + first)
    }

    private func makeGradient(_ index: Int, panel: Int, _ minibatch: Minibatch, _ scratch: GradientScratch) {
        guard let training else { return }
        let layer = layers[index]
        let first = panel * kernels.panelWidth
        let delta = training.deltas[index]
        reduce(minibatch, scratch, into: layer.shiftGradient.base + first) { rows, sums in
            kernels.sumRows(delta, panel, rows.lowerBound, rows.upperBound, sums)
        }
        let normalized = UnsafePointer(training.normalized[index].base)
        reduce(minibatch, scratch, into: layer.scaleGradient.base + first) { rows, sums in
            kernels.sumProducts(delta, normalized, panel, rows.lowerBound, rows.upperBound, sums)
        }
    }
}
