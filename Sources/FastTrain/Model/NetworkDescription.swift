/// The description of a network in the metadata of a model or checkpoint file: everything but the parameters.
struct NetworkDescription: Sendable, Equatable {
    var recipe: Recipe
    var featureShape: [Int]
    var scale: Float?
    var task: Dataset.Task
    var preprocessing: Preprocessing?

    /// The number of features of a row.
    var inputs: Int { featureShape.reduce(1, *) }

    var network: Network { recipe.network(inputs: inputs, outputs: recipe.outputs(for: task)) }

    /// The tensors that hold the network's parameters, or values of the same shapes, such as an optimizer's state,
    /// under names with a prefix or suffix.
    func tensors(prefix: String = "", suffix: String = "") -> ParameterTensors {
        ParameterTensors(
            network, modules: (0..<network.layerCount).map(recipe.moduleIndex), prefix: prefix, suffix: suffix,
            hasRunning: suffix.isEmpty)
    }

    /// The metadata entries `recipe`, `task`, `classes` or `targets`, and `feature_shape`, with `x_scale` for U8
    /// features and `preprocessing` for a data set made from a table.
    var metadata: [String: String] {
        var entries = ["recipe": recipe.json.text, "feature_shape": featureShape.json.text]
        switch task {
        case .classification(let classes):
            entries["task"] = "classification"
            entries["classes"] = classes.json.text
        case .regression(let targets):
            entries["task"] = "regression"
            entries["targets"] = targets.json.text
        }
        if let scale { entries["x_scale"] = scale.description }
        entries[Preprocessing.key] = preprocessing?.json.text
        return entries
    }
}

extension NetworkDescription {
    /// Throws `.invalidUse` or `.badData` unless the parts fit together, and the parameters fit the network that they
    /// describe.
    func check(_ parameters: Parameters) throws(FastTrainError) {
        try recipe.validate()
        guard !featureShape.isEmpty, Self.product(featureShape) != nil else {
            throw .invalidUse("the model's feature shape: expected \(Self.shapeExpectation), found \(featureShape)")
        }
        guard let loss = recipe.loss, task.outputCount > 0, loss.output.fits(task) else {
            throw .invalidUse(
                "the model's loss: expected one for \(task.summary), found \(recipe.loss?.rawValue ?? "none")")
        }
        try preprocessing?.check(file: "the model", featureShape: featureShape, task: task)
        guard network.fits(parameters) else {
            throw .invalidUse("the model's parameters do not fit the network \(network)")
        }
    }

    /// Reads the entries that `metadata` writes. Throws `.badData` that names the entry.
    init(_ metadata: MetadataReader) throws(FastTrainError) {
        task = try Self.readTask(metadata)
        featureShape = try Self.readFeatureShape(metadata)
        scale = try Self.readScale(metadata)
        let file = metadata.file
        preprocessing = try Preprocessing(metadata: file.metadata, file: file.name)
        try preprocessing?.check(file: file.name, featureShape: featureShape, task: task)
        var reader = try ObjectReader(
            try metadata.json("recipe"), file: metadata.file.name, place: .named("recipe"))
        recipe = try Recipe(&reader)
        try reader.finish()
        guard let loss = recipe.loss else {
            throw reader.fault("loss", expected: Loss.expectation, found: "null")
        }
        guard loss.output.fits(task) else {
            let expected = Loss.allCases.filter { $0.output.fits(task) }.map { "\"\($0.rawValue)\"" }.joined(
                separator: ", ")
            throw reader.fault("loss", expected: "one of \(expected)", found: "\"\(loss.rawValue)\"")
        }
    }

    private static func readTask(_ metadata: MetadataReader) throws(FastTrainError) -> Dataset.Task {
        switch try metadata.text("task") {
        case "classification": .classification(classes: try readNames("classes", metadata))
        case "regression": .regression(targets: try readNames("targets", metadata))
        case let task: throw metadata.fault("task", expected: "classification or regression", found: task)
        }
    }

    private static func readNames(_ key: String, _ metadata: MetadataReader) throws(FastTrainError) -> [String] {
        let names = try metadata.list(key, of: String.self)
        try Dataset.checkDistinct(names, key, file: metadata.file.name)
        return names
    }

    private static func readFeatureShape(_ metadata: MetadataReader) throws(FastTrainError) -> [Int] {
        let shape = try metadata.list("feature_shape", of: Int.self)
        guard product(shape) != nil else {
            throw metadata.fault("feature_shape", expected: shapeExpectation, found: "\(shape)")
        }
        return shape
    }

    private static let shapeExpectation = "dimensions of at least 1 with a product below 2^63"

    /// Returns the number of features in a row of a shape, or `nil` if an extent is not positive or they are too many.
    private static func product(_ shape: [Int]) -> Int? {
        var product = 1
        for extent in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflow else { return nil }
            product = next
        }
        return product
    }

    private static func readScale(_ metadata: MetadataReader) throws(FastTrainError) -> Float? {
        guard let text = metadata.file.metadata["x_scale"] else { return nil }
        guard let scale = Float(text), scale.isFinite else {
            throw metadata.fault("x_scale", expected: "a finite number", found: text)
        }
        return scale
    }
}
