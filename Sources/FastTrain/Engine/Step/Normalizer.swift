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

    let isBatch: Bool
    let kernels: KernelTable
    private(set) var parameters: PackedParameters
    /// The statistics of each hidden layer.
    private(set) var layers: [Layer]
    /// The memory that only training needs; `nil` in a pass for evaluation.
    let training: Training?

    /// The statistics of a layer, [panels · panelWidth] each.
    struct Layer: Sendable {
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

    struct Training: Sendable {
        /// The exchange with the other processes of the run; `nil` if there are none.
        let exchange: GradientExchange?
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
    ///   - isTraining: Whether to allocate the memory that only training needs.
    ///   - exchange: The exchange with the other processes of the run, if there are any.
    ///   - kernels: The kernels to compute with.
    init?(
        _ network: Network, parameters: PackedParameters, rows: Int, isTraining: Bool,
        exchange: GradientExchange? = nil, kernels: KernelTable
    ) {
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
        func matrices() -> Activations { Activations(widths: hidden, rows: rows, panelWidth: kernels.panelWidth) }
        training =
            !isTraining
            ? nil
            : Training(
                exchange: exchange, normalized: matrices(), deltas: matrices(),
                rowInverses: isBatch ? [] : hidden.map { _ in Buffer(count: rows) })
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

    static func inverse(_ variance: Float) -> Float { 1 / (variance + epsilon).squareRoot() }

    // MARK: - Evaluation

    /// Turns the sums of a hidden layer into its outputs, by the running statistics.
    func evaluate(_ index: Int, _ values: PanelMatrix, rows: Range<Int>, _ epilogue: Epilogue) {
        evaluation(index, values, rows: rows, epilogue).run(kernels)
    }

    /// Returns the evaluation of a hidden layer's normalization, which can be repeated without the normalizer.
    func evaluation(
        _ index: Int, _ values: PanelMatrix, rows: Range<Int>, _ epilogue: Epilogue
    ) -> NormalizerEvaluation {
        let arguments = arguments(index, values, rows: rows, normalized: nil, epilogue)
        guard isBatch else { return .byRows(arguments) }
        let layer = layers[index]
        return .byColumns(
            arguments, panels: layer.panels, mean: UnsafePointer(layer.runningMean.base),
            inverse: UnsafePointer(layer.runningInverse.base))
    }

    /// Returns the arguments of the kernels that normalize a layer.
    func arguments(
        _ index: Int, _ values: PanelMatrix, rows: Range<Int>, normalized: UnsafeMutablePointer<Float>?,
        _ epilogue: Epilogue
    ) -> NormalizationArguments {
        NormalizationArguments(
            values: values, normalized: normalized, scale: UnsafePointer(parameters.base + layers[index].offsets.scale),
            shift: UnsafePointer(parameters.base + layers[index].offsets.shift), rows: rows, epilogue: epilogue)
    }
}

/// A normalization of some rows of a hidden layer after training. Its pointers are valid as long as the normalizer.
enum NormalizerEvaluation {
    /// Layer normalization.
    case byRows(NormalizationArguments)
    /// Batch normalization by running statistics.
    case byColumns(
        NormalizationArguments, panels: Int, mean: UnsafePointer<Float>, inverse: UnsafePointer<Float>)

    /// Turns the layer's sums into its outputs.
    func run(_ kernels: KernelTable) {
        switch self {
        case .byRows(let arguments):
            kernels.normalizeRows(arguments, epsilon: Normalizer.epsilon, inverseDeviation: nil)
        case .byColumns(let arguments, let panels, let mean, let inverse):
            for panel in 0..<panels {
                kernels.normalizeColumns(arguments, panel: panel, mean: mean, inverseDeviation: inverse)
            }
        }
    }
}
