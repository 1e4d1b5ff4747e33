extension Model {
    /// Throws `.badData` unless the data set has the model's features.
    func checkFeatures(_ data: Dataset) throws(FastTrainError) {
        guard data.preprocessing?.columns == preprocessing?.columns, data.preprocessing?.window == preprocessing?.window
        else { throw preparationFault(data) }
        guard data.featureCount == parameters.layers[0].inputs else {
            throw .badData(
                file: data.name, place: .named("train.x"),
                expected: "rows of \(featureShape), as the model was trained on",
                found: "rows of \(data.featureShape)")
        }
        guard data.scale == scale else {
            func name(_ scale: Float?) -> String { scale.map { "U8 features of scale \($0)" } ?? "F32 features" }
            throw .badData(
                file: data.name, place: .named("train.x"), expected: "\(name(scale)), as the model was trained on",
                found: name(data.scale))
        }
    }

    /// Returns the error for a data set whose features were made from other columns or with other scales. Using such
    /// features would give meaningless predictions.
    private func preparationFault(_ data: Dataset) -> FastTrainError {
        let place = FastTrainError.Place.named(Preprocessing.key)
        let found = data.preprocessing == nil ? "features of another origin" : "other columns or scales"
        guard preprocessing != nil else {
            return .badData(
                file: data.name, place: place, expected: "features as the model was trained on, not made of a table",
                found: "those of a table")
        }
        let hint = " (fasttrain evaluate and predict take a table itself, CSV, and prepare it as the model was)"
        return .badData(
            file: data.name, place: place,
            expected: "features made of a table's columns as those that the model was trained on",
            found: found + (preprocessing?.window == nil ? hint : ""))
    }

    /// Throws `.badData` unless the data set has the model's features and its classes or targets.
    func check(_ data: Dataset) throws(FastTrainError) {
        try checkFeatures(data)
        guard data.preprocessing?.targets == preprocessing?.targets else { throw preparationFault(data) }
        guard data.task == task else {
            throw .badData(
                file: data.name, place: .named("train.y"), expected: "\(task.summary), as the model was trained on",
                found: data.task.summary)
        }
    }
}

extension Dataset.Task {
    fileprivate var summary: String {
        switch self {
        case .classification(let classes):
            "\(classes.count) classes (\(classes.prefix(3).joined(separator: ", "))\(classes.count > 3 ? ", …" : ""))"
        case .regression(let targets): "the targets \(targets.joined(separator: ", "))"
        }
    }
}
