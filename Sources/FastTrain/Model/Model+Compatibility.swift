extension Model {
    /// Throws `.badData` unless the rows have the model's features.
    func checkFeatures(_ data: DataSplit) throws(FastTrainError) {
        guard data.preprocessing?.columns == preprocessing?.columns, data.preprocessing?.window == preprocessing?.window
        else { throw preparationFault(data) }
        guard data.featureCount == parameters.layers[0].inputs else {
            throw .badData(
                file: data.name, place: .named("train.x"),
                expected: "rows of \(featureShape), as in the model's training data",
                found: "rows of \(data.featureShape)")
        }
        guard data.scale == scale else {
            func name(_ scale: Float?) -> String { scale.map { "U8 features of scale \($0)" } ?? "F32 features" }
            throw .badData(
                file: data.name, place: .named("train.x"), expected: "\(name(scale)), as in the model's training data",
                found: name(data.scale))
        }
    }

    /// Returns the error for rows whose features were made from other columns or with other scales. Using such features
    /// would give meaningless predictions.
    private func preparationFault(_ data: DataSplit) -> FastTrainError {
        let place = FastTrainError.Place.named(Preprocessing.key)
        let found = data.preprocessing == nil ? "features that were not made from a table" : "other columns or scales"
        guard preprocessing != nil else {
            return .badData(
                file: data.name, place: place,
                expected: "features that were not made from a table, as in the model's training data",
                found: "features made from a table")
        }
        let hint = " (fasttrain evaluate and predict accept the CSV table itself and prepare it as for training)"
        return .badData(
            file: data.name, place: place,
            expected: "features made from a table's columns as in the model's training data",
            found: found + (preprocessing?.window == nil ? hint : ""))
    }

    /// Throws `.badData` unless the rows have the model's features and its classes or targets.
    func check(_ data: DataSplit) throws(FastTrainError) {
        try checkFeatures(data)
        guard data.preprocessing?.targets == preprocessing?.targets else { throw preparationFault(data) }
        guard data.task == task else {
            throw .badData(
                file: data.name, place: .named("train.y"), expected: "\(task.summary), as in the model's training data",
                found: data.task.summary)
        }
    }
}

extension Dataset.Task {
    /// A few words for a message, such as "10 classes (0, 1, 2, …)".
    var summary: String {
        switch self {
        case .classification(let classes):
            "\(classes.count) classes (\(classes.prefix(3).joined(separator: ", "))\(classes.count > 3 ? ", …" : ""))"
        case .regression(let targets): "the targets \(targets.joined(separator: ", "))"
        }
    }
}
