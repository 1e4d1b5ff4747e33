/// The complete state of a run between two minibatches. A checkpoint file and the data set suffice to resume the run.
package struct Checkpoint: Sendable, Equatable {
    /// The recipe of the run; its `loss` is set.
    package let recipe: Recipe
    /// The `Dataset.fingerprint` of the data.
    package let fingerprint: String
    /// The shape of one row of features, as in the data set.
    package let featureShape: [Int]
    /// The factor that U8 features are multiplied by; `nil` for F32 features.
    package let scale: Float?
    /// The task, with the names of its classes or targets.
    package let task: Dataset.Task
    /// How features and targets are made from a table's columns; `nil` if the data set was not made from a table.
    package let preprocessing: Preprocessing?
    /// The state that changes during the run.
    package let state: TrainingState

    static let format = "fasttrain.checkpoint.v1"

    /// Creates a checkpoint from its parts.
    ///
    /// `recipe.loss` must be set, and `state` must be one that a run of the recipe can reach. `save(to:)` checks both.
    package init(
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

    /// Reads a checkpoint file and restores exactly what was saved.
    ///
    /// - Throws: `.noInput` if there is no such file; `.badData` if the file is damaged, has another format, or holds a
    ///   state that no run of its recipe can reach.
    package init(path: String) throws(FastTrainError) {
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
        // This check comes last. A recipe can describe millions of tensors, but by now the file is known to have all of
        // them.
        try file.expectOnly(Self.tensors(network, hasBest: progress.bestEpoch != nil))
        // The digest was verified against the bytes that were read, so they must not have changed since.
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

    /// Writes the checkpoint file completely or, if this throws, not at all.
    ///
    /// When this returns, the file is on the storage device. Equal checkpoints give equal bytes.
    ///
    /// - Throws: `.cannotCreate` if the file cannot be created; `.inputOutput` if writing fails; `.internalError` if no
    ///   run of the recipe can reach the state, because the file could not be read back.
    package func save(to path: String) throws(FastTrainError) {
        try save(to: path, HistoryText(state.history))
    }

    /// Writes the checkpoint file as `save(to:)` does.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - history: The text of the state's history.
    func save(to path: String, _ history: HistoryText) throws(FastTrainError) {
        let network = NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
        let progress = CheckpointProgress(state)
        guard recipe.loss != nil, state.optimizer.keys.sorted() == recipe.optimizerState.sorted(),
            (state.average == nil) == (recipe.ema == nil), fits(network)
        else {
            throw .internalError("the checkpoint's state does not match its recipe")
        }
        if let fault = progress.fault {
            throw .internalError("the checkpoint's \(fault.entry) should be \(fault.expected) but is \(fault.found)")
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

    /// Throws `.unsuitableSetting` if a checkpoint of such a run would have more tensors than a file can hold.
    static func expectSavable(_ network: Network, _ recipe: Recipe) throws(FastTrainError) {
        let (layers, hidden) = (network.layerCount, network.layerCount - 1)
        let learned = 2 * layers + (network.normalization == .none ? 0 : 2 * hidden)
        let copies = 2 + (recipe.ema == nil ? 0 : 1)  // with the best
        let running = network.normalization == .batch ? 3 * hidden * copies : 0
        let count = learned * (copies + recipe.optimizerState.count) + running
        guard count > SafeTensorsWriter.maxTensors else { return }
        throw .unsuitableSetting(
            name: "hidden",
            reason: "`hidden`, `historySize`: a checkpoint would have \(count) tensors, expected at most "
                + "\(SafeTensorsWriter.maxTensors)")
    }

    /// Returns whether all parameters in the state have the shapes of this network.
    private func fits(_ network: NetworkDescription) -> Bool {
        let all =
            [state.parameters] + state.optimizer.values + [state.average, state.best?.parameters].compactMap { $0 }
        return all.allSatisfy(network.network.fits)
    }

    /// The tensors of the best parameters: `best.0.weight` and so on.
    static func bestTensors(_ network: NetworkDescription) -> ParameterTensors { network.tensors(prefix: "best.") }

    /// The tensors of the averaged parameters: `ema.0.weight` and so on.
    static func averageTensors(_ network: NetworkDescription) -> ParameterTensors { network.tensors(prefix: "ema.") }

    /// The tensors of one part of the optimizer's state: `optimizer.0.weight.exp_avg` and so on.
    private static func optimizerTensors(_ network: NetworkDescription, _ name: String) -> ParameterTensors {
        network.tensors(prefix: "optimizer.", suffix: "." + name)
    }

    private static func tensors(_ network: NetworkDescription, hasBest: Bool) -> [ParameterTensors] {
        [network.tensors()] + network.recipe.optimizerState.map { optimizerTensors(network, $0) }
            + (network.recipe.ema == nil ? [] : [averageTensors(network)]) + (hasBest ? [bestTensors(network)] : [])
    }
}
