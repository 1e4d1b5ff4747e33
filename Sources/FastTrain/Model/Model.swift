/// A trained network, with all that it takes to predict from raw features: `model.safetensors`.
///
/// The tensors bear the names and shapes of a PyTorch `nn.Sequential` of Linear, normalization, activation and dropout in turn,
/// each as far as there is one, so that
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
    /// How features and targets are made of a table's columns, for a model of such a data set.
    public let preprocessing: Preprocessing?
    /// Weights and biases of each layer.
    public let parameters: Parameters

    static let format = "fasttrain.model.v1"

    /// `recipe.loss` must be set, and the parameters of the shapes that the recipe, features and task ask for.
    public init(
        recipe: Recipe, featureShape: [Int], scale: Float?, task: Dataset.Task, preprocessing: Preprocessing? = nil,
        parameters: Parameters
    ) {
        let description = NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
        precondition(recipe.loss != nil && description.network.fits(parameters), "a model of another recipe")
        self.init(description, parameters)
    }

    private init(_ description: NetworkDescription, _ parameters: Parameters) {
        recipe = description.recipe
        featureShape = description.featureShape
        scale = description.scale
        task = description.task
        preprocessing = description.preprocessing
        self.parameters = parameters
    }

    /// Reads a model file, the `model.safetensors` of a run folder, or a checkpoint: then the model is the best by
    /// validation so far, or without validation the newest.
    ///
    /// Throws `.noInput` when there is none, `.badData` when the file is damaged, not of these formats, or its tensors
    /// are not those of its recipe.
    public init(path: String) throws(FastTrainError) {
        let file = try SafeTensors(path: try FileSystem.isFolder(path) ? RunFolder.modelPath(in: path) : path)
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
        // The digest was that of what was read.
        try file.checkUnchanged()
    }

    /// Writes the model file: all of it or, when this throws, nothing. The same model gives the same bytes.
    ///
    /// Throws `.cannotCreate`, or `.inputOutput` when writing fails.
    public func save(to path: String) throws(FastTrainError) {
        let description = NetworkDescription(
            recipe: recipe, featureShape: featureShape, scale: scale, task: task, preprocessing: preprocessing)
        var metadata = description.metadata
        metadata["format"] = Self.format
        try SafeTensorsWriter.write(description.tensors().write(parameters), metadata: metadata, to: path)
    }

    /// The parameters in a safetensors file of any origin, to start a run from: of each layer a weight [out, in] and a
    /// bias [out] under the number of its place in an `nn.Sequential`, such as "0.weight", "0.bias", "2.weight", … The
    /// layers come in the order of these numbers; a normalization comes right after its layer. Tensors of other kinds of
    /// names are passed over.
    ///
    /// Throws `.noInput`, or `.badData` when a tensor is missing, of another type or shape, or holds a number that is not
    /// finite, when the file has a layer or a normalization that the network has not, or when its digest is wrong.
    public static func loadParameters(path: String, of network: Network) throws(FastTrainError) -> Parameters {
        let file = try SafeTensors(path: path)
        // A normalization's weight is a vector.
        let weights = file.tensors.filter { module(of: $0.name) != nil && $0.name.hasSuffix(".weight") }
        let found = Set(weights.filter { $0.shape.count != 1 }.compactMap { module(of: $0.name) }).sorted()
        if found.count > network.layerCount {
            let name = "\(found[network.layerCount]).weight"
            throw .badData(
                file: path, place: .named(name),
                expected: "\(network.layerCount) layers, as the network \(network) has",
                found: "\(found.count)")
        }
        let isNormalized = network.normalization != .none
        let places = isNormalized ? Set(found.dropLast().map { $0 + 1 }) : []
        if let other = weights.first(where: { $0.shape.count == 1 && !places.contains(module(of: $0.name)!) }) {
            throw .badData(
                file: path, place: .named(other.name),
                expected: isNormalized
                    ? "a normalization right after each hidden layer" : "no normalization, as the network has none",
                found: "\(other.type.rawValue) \(other.shape)")
        }
        // Of layers that are missing the error names the first, as if Linear and activation took turns.
        let missing = (found.count..<network.layerCount).map { max(2 * $0, (found.last ?? -2) + 2) }
        let tensors = ParameterTensors(network, modules: found + missing, prefix: "", suffix: "", hasRunning: true)
        let parameters = try tensors.read(file)
        _ = try file.verifyDigest()
        for (module, layer) in zip(found, parameters.layers) {
            try expectFinite(layer.weight, name: "\(module).weight", file: path)
            try expectFinite(layer.bias, name: "\(module).bias", file: path)
            guard let numbers = layer.normalization else { continue }
            try expectFinite(numbers.scale, name: "\(module + 1).weight", file: path)
            try expectFinite(numbers.shift, name: "\(module + 1).bias", file: path)
            guard let running = numbers.running else { continue }
            try expectFinite(running.mean, name: "\(module + 1).running_mean", file: path)
            try expectFinite(running.variance, name: "\(module + 1).running_var", file: path)
            if let unit = running.variance.firstIndex(where: { $0 < 0 }) {
                throw .badData(
                    file: path, place: .named("\(module + 1).running_var"), expected: "numbers of at least 0",
                    found: "\(running.variance[unit]) at element \(unit)")
            }
        }
        // The numbers were copied before the digest was verified; not every file has one.
        try file.checkUnchanged()
        return parameters
    }

    /// Far beyond the modules of any network that a recipe may ask for.
    private static let mostModules = 1_000_000

    /// The number in a name such as "0.weight" or "0.bias".
    private static func module(of name: String) -> Int? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "weight" || parts[1] == "bias", let number = Int(parts[0]),
            (0...mostModules).contains(number), String(number) == parts[0]
        else { return nil }
        return number
    }

    private static func expectFinite(_ values: [Float], name: String, file: String) throws(FastTrainError) {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw .badData(
            file: file, place: .named(name), expected: "finite numbers", found: "\(values[index]) at element \(index)")
    }
}
