/// A trained network, with all that it takes to predict from raw features: `model.safetensors`.
///
/// The tensors bear the names and shapes of a PyTorch `nn.Sequential` of Linear and activation in turn, so that
/// `net.load_state_dict(load_file("model.safetensors"))` works as it stands.
public struct Model: Sendable, Equatable {
    /// Of the run that made it; `loss` is set.
    public let recipe: Recipe
    /// The extents of a row's features, as in the data set.
    public let featureShape: [Int]
    /// What U8 features are multiplied by; nil for F32 features.
    public let scale: Float?
    /// The classes, or the targets.
    public let task: Dataset.Task
    /// Weights and biases of each layer.
    public let parameters: Parameters

    static let format = "fasttrain.model.v1"

    /// `recipe.loss` must be set, and the parameters of the shapes that the recipe, features and task ask for.
    public init(
        recipe: Recipe, featureShape: [Int], scale: Float?, task: Dataset.Task, parameters: Parameters
    ) {
        let description = NetworkDescription(recipe: recipe, featureShape: featureShape, scale: scale, task: task)
        precondition(recipe.loss != nil && description.network.fits(parameters), "a model of another recipe")
        self.init(description, parameters)
    }

    private init(_ description: NetworkDescription, _ parameters: Parameters) {
        recipe = description.recipe
        featureShape = description.featureShape
        scale = description.scale
        task = description.task
        self.parameters = parameters
    }

    /// Reads a model file, the `model.safetensors` of a run folder, or a checkpoint: then the model is the best by
    /// validation so far, or without validation the newest.
    ///
    /// Throws `.noInput` when there is none, `.badData` when the file is damaged, not of these formats, or its tensors
    /// are not those of its recipe.
    public init(path: String) throws(FastTrainError) {
        let file = try SafeTensors(path: FileSystem.isFolder(path) ? RunFolder.modelPath(in: path) : path)
        let metadata = try MetadataReader(file, formats: [Self.format, Checkpoint.format])
        let description = try NetworkDescription(metadata)
        if file.metadata["format"] == Checkpoint.format {
            let hasBest = file.metadata["best_epoch"] != nil
            let tensors = hasBest ? Checkpoint.bestTensors(description) : description.tensors()
            self.init(description, try tensors.read(file))
        } else {
            try file.expectOnly([description.tensors()])
            self.init(description, try description.tensors().read(file))
        }
    }

    /// Writes the model file: all of it or, when this throws, nothing. The same model gives the same bytes.
    ///
    /// Throws `.cannotCreate`, or `.inputOutput` when writing fails.
    public func save(to path: String) throws(FastTrainError) {
        let description = NetworkDescription(recipe: recipe, featureShape: featureShape, scale: scale, task: task)
        var metadata = description.metadata
        metadata["format"] = Self.format
        try SafeTensorsWriter.write(description.tensors().write(parameters), metadata: metadata, to: path)
    }

    /// The parameters in a safetensors file of any origin, to start a run from: tensors "0.weight" [out, in],
    /// "0.bias" [out], "2.weight", … Tensors of other kinds of names are passed over.
    ///
    /// Throws `.noInput`, or `.badData` when a tensor is missing, of another type or shape, or holds a number that is not
    /// finite, when the file has a layer that the network has not, or when its digest is wrong.
    public static func loadParameters(
        path: String, inputs: Int, hidden: [Int], outputs: Int
    ) throws(FastTrainError) -> Parameters {
        let file = try SafeTensors(path: path)
        let tensors = ParameterTensors(
            Network(inputs: inputs, hidden: hidden, outputs: outputs), prefix: "", suffix: "")
        let names = Set(tensors.names)
        for tensor in file.tensors where isLayer(tensor.name) && !names.contains(tensor.name) {
            let last = Parameters.name(ofLayer: hidden.count)
            throw .badData(
                file: path, place: .named(tensor.name),
                expected: "no layer after '\(last)' in a network of this recipe",
                found: "\(tensor.type.rawValue) \(tensor.shape)")
        }
        let parameters = try tensors.read(file)
        _ = try file.verifyDigest()
        for (index, layer) in parameters.layers.enumerated() {
            let name = Parameters.name(ofLayer: index)
            try expectFinite(layer.weight, name: name + ".weight", file: path)
            try expectFinite(layer.bias, name: name + ".bias", file: path)
        }
        return parameters
    }

    /// Whether a tensor's name is "<number>.weight" or "<number>.bias".
    private static func isLayer(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && Int(parts[0]) != nil && (parts[1] == "weight" || parts[1] == "bias")
    }

    private static func expectFinite(_ values: [Float], name: String, file: String) throws(FastTrainError) {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw .badData(
            file: file, place: .named(name), expected: "finite numbers", found: "\(values[index]) at element \(index)")
    }
}
