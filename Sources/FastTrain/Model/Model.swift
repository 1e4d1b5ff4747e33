/// A trained network with everything needed to predict from raw features.
///
/// A model is stored as `model.safetensors`. Its tensors have the names and shapes of a PyTorch `nn.Sequential` of
/// Linear, normalization, activation and dropout modules (as far as the network has them), so
/// `net.load_state_dict(load_file("model.safetensors"))` loads it without conversion.
public struct Model: Sendable, Equatable {
    /// The recipe of the run that made the model; its `loss` is set.
    public let recipe: Recipe
    /// The shape of one row of features, as in the data set.
    public let featureShape: [Int]
    /// The factor that U8 features are multiplied by; `nil` for F32 features.
    public let scale: Float?
    /// The task, with the names of its classes or targets.
    public let task: Dataset.Task
    /// How features and targets are made from a table's columns; `nil` if the data set was not made from a table.
    package let preprocessing: Preprocessing?
    /// The weights and biases of each layer.
    public let parameters: Parameters

    static let format = "fasttrain.model.v1"

    /// Creates a model from its parts.
    ///
    /// - Parameters:
    ///   - recipe: The recipe; its `loss` is set.
    ///   - featureShape: The shape of one row of features.
    ///   - scale: The factor that U8 features are multiplied by; `nil` for F32 features.
    ///   - task: The task, with the names of its classes or targets.
    ///   - preprocessing: How features and targets are made from a table's columns, if they are.
    ///   - parameters: The parameters. Their shapes follow from the recipe, the features and the task.
    /// - Throws: `.invalidUse` or `.badData` if the parts do not fit together.
    package init(
        recipe: Recipe, featureShape: [Int], scale: Float?, task: Dataset.Task, preprocessing: Preprocessing? = nil,
        parameters: Parameters
    ) throws(FastTrainError) {
        let description = NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
        try description.check(parameters)
        self.init(description, parameters)
    }

    /// Creates a model from a description and parameters that fit it.
    init(_ description: NetworkDescription, _ parameters: Parameters) {
        precondition(description.network.fits(parameters), "the parameters do not match the recipe")
        recipe = description.recipe
        featureShape = description.featureShape
        scale = description.scale
        task = description.task
        preprocessing = description.preprocessing
        self.parameters = parameters
    }

    /// Everything but the parameters.
    var description: NetworkDescription {
        NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
    }

    /// The network that the parameters belong to.
    package var network: Network {
        let layers = parameters.layers
        return recipe.network(inputs: layers[0].inputs, outputs: layers[layers.count - 1].outputs)
    }

    /// The single-precision tensors of the model file.
    package var floatTensors: [(name: String, shape: [Int], floats: [Float])] {
        description.tensors().write(parameters).compactMap { tensor in
            tensor.floats.map { (tensor.name, tensor.shape, $0) }
        }
    }

    /// Whether `predict` returns a probability for each class or label.
    public var hasProbabilities: Bool { recipe.loss?.output.givesProbabilities ?? false }

    /// Whether predictions are either right or wrong, as in classification, rather than near or far, as in regression.
    package var isScoredByAccuracy: Bool { recipe.isScoredByAccuracy(task) }

    /// Returns the scale of a target.
    func targetScale(_ output: Int) -> Preprocessing.Scale { targetScales.isEmpty ? .identity : targetScales[output] }

    /// The scale of each target in the data set; empty if none is scaled.
    var targetScales: [Preprocessing.Scale] {
        guard case .regression = task, let preprocessing, preprocessing.scalesTargets else { return [] }
        return preprocessing.targets.map(\.scale)
    }

    /// Reads a model file, the `model.safetensors` of a run folder, or a checkpoint.
    ///
    /// The model of a checkpoint is the best one so far if the run has validation, and the newest one otherwise.
    ///
    /// - Parameter path: The path of a model file, a run folder or a checkpoint.
    /// - Throws: `.noInput` if there is no such file; `.badData` if the file is damaged, has another format, or has
    ///   tensors that do not match its recipe; `.inputOutput` if it cannot be read.
    public init(path: String) throws(FastTrainError) {
        let isRun = try FileSystem.isFolder(path)
        // A server reads a model while another program may replace it, even by truncating it and writing it anew. So
        // the file is not mapped.
        let file = try SafeTensors(path: isRun ? RunFolder.modelPath(in: path) : path, storage: .memory)
        let metadata = try MetadataReader(file, formats: [Self.format, Checkpoint.format])
        let description = try NetworkDescription(metadata)
        if file.metadata["format"] == Checkpoint.format {
            let hasBest = file.metadata["best_epoch"] != nil
            let newest =
                description.recipe.ema == nil ? description.tensors() : Checkpoint.averageTensors(description)
            let tensors = hasBest ? Checkpoint.bestTensors(description) : newest
            self.init(description, try tensors.read(file))
        } else {
            try file.expectOnly([description.tensors()])
            self.init(description, try description.tensors().read(file))
        }
    }

    /// Writes the model file completely or, if this throws, not at all. Equal models give equal bytes.
    ///
    /// - Throws: `.cannotCreate` if the file cannot be created; `.inputOutput` if writing fails.
    public func save(to path: String) throws(FastTrainError) {
        let description = description
        var metadata = description.metadata
        metadata["format"] = Self.format
        try SafeTensorsWriter.write(description.tensors().write(parameters), metadata: metadata, to: path)
    }
}
