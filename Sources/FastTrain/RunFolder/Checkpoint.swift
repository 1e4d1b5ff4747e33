/// A run at a moment between two minibatches: a file of it is all that resuming takes, besides the data.
public struct Checkpoint: Sendable, Equatable {
    /// Of the run; `loss` is set.
    public let recipe: Recipe
    /// `Dataset.fingerprint` of the data.
    public let fingerprint: String
    /// The extents of a row's features, as in the data set.
    public let featureShape: [Int]
    /// What U8 features are multiplied by; nil for F32 features.
    public let scale: Float?
    /// The classes, or the targets.
    public let task: Dataset.Task
    /// See `Model.preprocessing`.
    public let preprocessing: Preprocessing?
    /// All that changes as the run goes.
    public let state: TrainingState

    static let format = "fasttrain.checkpoint.v1"

    /// `recipe.loss` must be set, and the state be one that a run of this recipe can be in.
    public init(
        recipe: Recipe, fingerprint: String, featureShape: [Int], scale: Float?, task: Dataset.Task,
        preprocessing: Preprocessing? = nil, state: TrainingState
    ) {
        self.recipe = recipe
        self.fingerprint = fingerprint
        self.featureShape = featureShape
        self.scale = scale
        self.task = task
        self.preprocessing = preprocessing
        self.state = state
    }

    /// Reads a checkpoint file: what was saved, to the bit.
    ///
    /// Throws `.noInput` when there is none, `.badData` when the file is damaged, not of this format, or holds a state
    /// that no run of its recipe can be in.
    public init(path: String) throws(FastTrainError) {
        let file = try SafeTensors(path: path)
        let metadata = try MetadataReader(file, formats: [Self.format])
        let network = try NetworkDescription(metadata)
        let progress = try CheckpointProgress(metadata)
        let parameters = try network.tensors().read(file)
        var optimizer: [String: Parameters] = [:]
        for name in network.recipe.optimizerState {
            optimizer[name] = try Self.optimizerTensors(network, name).read(file)
        }
        let average = network.recipe.ema == nil ? nil : try Self.averageTensors(network).read(file)
        var best: TrainingState.Best?
        if let epoch = progress.bestEpoch {
            best = .init(epoch: epoch, parameters: try Self.bestTensors(network).read(file))
        }
        // Last: a recipe may ask for millions of tensors, of which the file then has all.
        try file.expectOnly(Self.tensors(network, hasBest: progress.bestEpoch != nil))
        // The digest was that of what was read.
        try file.checkUnchanged()
        self.init(
            recipe: network.recipe, fingerprint: try metadata.text("fingerprint"),
            featureShape: network.featureShape, scale: network.scale, task: network.task,
            preprocessing: network.preprocessing,
            state: TrainingState(
                parameters: parameters, average: average, optimizer: optimizer, best: best, step: progress.step,
                lossSum: progress.lossSum, history: progress.history,
                hasConverged: progress.hasConverged, seconds: progress.seconds))
    }

    /// Writes the checkpoint file: all of it or, when this throws, nothing. When it returns, the file is on the storage
    /// device. The same checkpoint gives the same bytes.
    ///
    /// Throws `.cannotCreate`, `.inputOutput` when writing fails, or `.internalError` for a state that no run of the
    /// recipe can be in, as no one could read it back.
    public func save(to path: String) throws(FastTrainError) {
        try save(to: path, HistoryText(state.history))
    }

    /// `history`: the state's.
    func save(to path: String, _ history: HistoryText) throws(FastTrainError) {
        let network = NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
        let progress = CheckpointProgress(state)
        guard recipe.loss != nil, state.optimizer.keys.sorted() == recipe.optimizerState.sorted(),
            (state.average == nil) == (recipe.ema == nil), fits(network)
        else {
            throw .internalError("a checkpoint whose state is not of its recipe")
        }
        if let fault = progress.fault {
            throw .internalError("a checkpoint whose \(fault.entry) is not \(fault.expected): \(fault.found)")
        }
        var tensors = network.tensors().write(state.parameters)
        for name in recipe.optimizerState {
            tensors += Self.optimizerTensors(network, name).write(state.optimizer[name]!)
        }
        if let average = state.average { tensors += Self.averageTensors(network).write(average) }
        if let best = state.best { tensors += Self.bestTensors(network).write(best.parameters) }
        var metadata = network.metadata.merging(progress.metadata(history)) { $1 }
        metadata["format"] = Self.format
        metadata["fingerprint"] = fingerprint
        try SafeTensorsWriter.write(tensors, metadata: metadata, to: path)
    }

    /// Throws `.usage` when a checkpoint of such a run would have more tensors than a file takes.
    static func expectSavable(_ network: Network, _ recipe: Recipe) throws(FastTrainError) {
        let (layers, hidden) = (network.layerCount, network.layerCount - 1)
        let learned = 2 * layers + (network.normalization == .none ? 0 : 2 * hidden)
        let copies = 2 + (recipe.ema == nil ? 0 : 1)  // with the best
        let running = network.normalization == .batch ? 3 * hidden * copies : 0
        let count = learned * (copies + recipe.optimizerState.count) + running
        guard count > SafeTensorsWriter.mostTensors else { return }
        throw .usage(
            "--hidden, --history-size: a checkpoint would have \(count) tensors, expected at most "
                + "\(SafeTensorsWriter.mostTensors)")
    }

    /// Whether all parameters in the state are of this network.
    private func fits(_ network: NetworkDescription) -> Bool {
        let all =
            [state.parameters] + state.optimizer.values + [state.average, state.best?.parameters].compactMap { $0 }
        return all.allSatisfy(network.network.fits)
    }

    /// `best.0.weight` and so on.
    static func bestTensors(_ network: NetworkDescription) -> ParameterTensors { network.tensors(prefix: "best.") }

    /// `ema.0.weight` and so on.
    static func averageTensors(_ network: NetworkDescription) -> ParameterTensors { network.tensors(prefix: "ema.") }

    /// `optimizer.0.weight.exp_avg` and so on.
    private static func optimizerTensors(_ network: NetworkDescription, _ name: String) -> ParameterTensors {
        network.tensors(prefix: "optimizer.", suffix: "." + name)
    }

    private static func tensors(_ network: NetworkDescription, hasBest: Bool) -> [ParameterTensors] {
        [network.tensors()] + network.recipe.optimizerState.map { optimizerTensors(network, $0) }
            + (network.recipe.ema == nil ? [] : [averageTensors(network)]) + (hasBest ? [bestTensors(network)] : [])
    }
}

extension Recipe {
    /// What the optimizer remembers of each parameter: the keys of `TrainingState.optimizer`, PyTorch's names.
    var optimizerState: [String] {
        switch optimizer {
        case .sgd: momentum > 0 ? ["momentum"] : []
        case .adam, .adamw: ["exp_avg", "exp_avg_sq"]
        case .rmsprop: ["square_avg"]
        case .adagrad: ["sum"]
        case .lion: ["exp_avg"]
        case .lbfgs: LBFGS.names(historySize: historySize)
        }
    }
}
