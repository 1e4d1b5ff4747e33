import CThreadTeam
import KernelTypes

/// Batch or layer normalization between the sums of the hidden layers and their activations.
///
/// Batch normalization takes statistics over the whole minibatch, so each thread has some panels of a layer for all rows,
/// between barriers. Layer normalization needs one row at a time, which belongs to one thread anyway.
struct Normalizer: Sendable {
    /// The constant added to variances (PyTorch's default).
    static let epsilon: Float = 1e-5
    /// The weight of a minibatch's statistics in the running statistics (PyTorch's default).
    static let momentum: Float = 0.1

    private let isBatch: Bool
    private let kernels: KernelTable
    private var parameters: PackedParameters
    /// The statistics of each hidden layer.
    private var layers: [Layer]
    /// The memory that only training needs; `nil` in a pass for evaluation.
    private let training: Training?

    /// The statistics of a layer, [panels · panelWidth] each.
    private struct Layer: Sendable {
        let offsets: PackedLayout.Normalization
        let panels: Int
        let outputs: Int
        var runningMean: Buffer<Float>
        var runningVariance: Buffer<Float>
        /// 1 / √(running variance + epsilon), computed before rows are evaluated.
        var runningInverse: Buffer<Float>
        /// The number of minibatches that the running statistics have seen.
        let batches: Buffer<Int>
        /// The mean and 1 / deviation of the current minibatch.
        let mean: Buffer<Float>
        let inverse: Buffer<Float>
        /// The gradients of shift and scale over the minibatch.
        let shiftGradient: Buffer<Float>
        let scaleGradient: Buffer<Float>
    }

    private struct Training: Sendable {
        let shards: Int
        /// ẑ of each hidden layer, [rows, units].
        let normalized: Activations
        /// The gradient of γẑ + β of each hidden layer, [rows, units].
        let deltas: Activations
        /// 1 / deviation of each row in each hidden layer, for layer normalization.
        let rowInverses: [Buffer<Float>]
    }

    /// Creates the normalization of a network, or returns `nil` if the network has none.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - parameters: The parameters, which hold scale and shift.
    ///   - rows: The largest number of rows that are in use at once.
    ///   - shards: The number of shards of a minibatch; `nil` for evaluation only.
    ///   - kernels: The kernels to compute with.
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

    /// Returns the same normalization with other parameters, and with running statistics of its own, which are 0.
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

    /// Moves the running statistics of some panels towards those of another normalization.
    ///
    /// - Parameters:
    ///   - newest: The normalization with the newest statistics.
    ///   - index: The position of the layer.
    ///   - panels: The panels of the layer.
    ///   - rate: The weight of the newest statistics.
    func average(_ newest: Normalizer, layer index: Int, panels: Range<Int>, rate: Float) {
        guard isBatch, index < layers.count else { return }
        let (first, count) = (panels.lowerBound * kernels.panelWidth, panels.count * kernels.panelWidth)
        let (mine, theirs) = (layers[index], newest.layers[index])
        kernels.average(
            mine.runningMean.base + first, towards: theirs.runningMean.base + first, count: count, rate: rate)
        kernels.average(
            mine.runningVariance.base + first, towards: theirs.runningVariance.base + first, count: count, rate: rate)
    }

    /// Loads running statistics in the public layout.
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

    /// Whether all running means and variances are finite. A variance may overflow while all sums are still finite: all
    /// outputs are then 0, and the loss shows nothing.
    var areFinite: Bool {
        !isBatch
            || layers.allSatisfy { layer in
                (0..<layer.outputs).allSatisfy { column in
                    layer.runningMean.base[column].isFinite && layer.runningVariance.base[column].isFinite
                }
            }
    }

    /// Computes 1 / deviation from the running variances. One thread calls it before others evaluate rows.
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

    /// Turns the sums of a hidden layer into its outputs, by the running statistics.
    func evaluate(_ index: Int, _ values: PanelMatrix, rows: Range<Int>, _ epilogue: Epilogue) {
        let arguments = arguments(index, values, rows: rows, normalized: nil, epilogue)
        guard isBatch else { return kernels.normalizeRows(arguments, epsilon: Self.epsilon, inverseDeviation: nil) }
        let layer = layers[index]
        for panel in 0..<layer.panels {
            kernels.normalizeColumns(
                arguments, panel: panel, mean: UnsafePointer(layer.runningMean.base),
                inverseDeviation: UnsafePointer(layer.runningInverse.base))
        }
    }

    /// Returns the arguments of the kernels that normalize a layer.
    private func arguments(
        _ index: Int, _ values: PanelMatrix, rows: Range<Int>, normalized: UnsafeMutablePointer<Float>?,
        _ epilogue: Epilogue
    ) -> NormalizationArguments {
        NormalizationArguments(
            values: values, normalized: normalized, scale: UnsafePointer(parameters.base + layers[index].offsets.scale),
            shift: UnsafePointer(parameters.base + layers[index].offsets.shift), rows: rows, epilogue: epilogue)
    }

    // MARK: - Training

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
