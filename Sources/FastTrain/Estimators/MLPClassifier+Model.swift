extension MLPClassifier {
    /// The trained network with the names of the classes; `nil` before training.
    public var model: Model? {
        fitted.network.map {
            Model(
                NetworkDescription(
                    recipe: $0.recipe, featureShape: [fitted.nFeaturesIn], scale: nil, task: task, preprocessing: nil),
                $0.parameters)
        }
    }

    private var task: Dataset.Task {
        let names = classes.map { "\($0)" }
        return isMultilabel ? .regression(targets: names) : .classification(classes: names)
    }
}

extension MLPClassifier where Label: LosslessStringConvertible {
    /// Creates a trained classifier from a model, such as one written by `save(to:)` or by a run of the program on F32
    /// features.
    ///
    /// It can predict and, with `warmStart` or `partialFit`, continue training.
    ///
    /// - Throws: `.invalidSetting` if the model is not a classifier that this type can represent.
    public init(model: Model) throws(FastTrainError) {
        self.init(settings: MLPSettings(model))
        let names: [String]
        switch (model.task, model.recipe.loss) {
        case (.classification(let classes), .crossEntropy) where classes.count > 2: names = classes
        case (.classification(let classes), .binaryCrossEntropy) where classes.count == 2: names = classes
        case (.regression(let labels), .binaryCrossEntropy):
            names = labels
            isMultilabel = true
        case (.classification, let loss):
            throw .invalidSetting(
                name: "model", expected: "a classifier with cross-entropy, or binary-cross-entropy for two classes",
                found: loss?.rawValue ?? "no loss")
        case (.regression, _):
            throw .invalidSetting(
                name: "model", expected: "a classifier", found: "a model that predicts numbers")
        }
        for name in names {
            guard let label = Label(name) else {
                throw .invalidSetting(
                    name: "model", expected: "classes of type \(Label.self)", found: "\"\(name)\"")
            }
            classes.append(label)
        }
        guard classes == classes.sorted() else {
            throw .invalidSetting(name: "model", expected: "classes in sorted order", found: "")
        }
        fitted = try MLPFitted(model)
    }
}
