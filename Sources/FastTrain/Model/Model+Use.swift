extension Model {
    /// The network that the parameters belong to.
    public var network: Network {
        let layers = parameters.layers
        return recipe.network(inputs: layers[0].inputs, outputs: layers[layers.count - 1].outputs)
    }

    /// Whether `predict` returns a probability for each class or label.
    public var hasProbabilities: Bool { recipe.loss == .crossEntropy || recipe.loss == .binaryCrossEntropy }

    /// Whether predictions are either right or wrong, as in classification, rather than near or far, as in regression.
    public var isScoredByAccuracy: Bool { recipe.isScoredByAccuracy(task) }

    /// Computes the loss and the score on rows of a data set.
    ///
    /// - Parameters:
    ///   - data: The data set, which must have the model's features and its classes or targets.
    ///   - split: The split of `data` to evaluate.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: `.badData` if the features, classes or targets differ from the model's, or if the data set's file was
    ///   modified after it was opened.
    public func evaluate(
        _ data: Dataset, _ split: DataSplit, threads: Int? = nil
    ) throws(FastTrainError) -> Evaluation {
        try check(data)
        let evaluation = try evaluate(split, threads: threads)
        try data.checkUnchanged()
        return evaluation
    }

    /// Predicts the outputs for rows of a data set.
    ///
    /// - Parameters:
    ///   - data: The data set, which must have the model's features. Its classes or targets are ignored.
    ///   - split: The split of `data` to predict.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: `.badData` if the features differ from the model's, or if the data set's file was modified after it
    ///   was opened.
    public func predict(
        _ data: Dataset, _ split: DataSplit, threads: Int? = nil
    ) throws(FastTrainError) -> Predictions {
        try checkFeatures(data)
        let predictions = try predict(split, rows: split.allRows, threads: threads)
        try data.checkUnchanged()
        return predictions
    }

    /// Predicts the outputs for rows of F32 features.
    ///
    /// - Parameters:
    ///   - features: The features, [rows, features], row-major, prepared like those the model was trained on.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: `.usage` if `features` is not a whole number of rows or the model takes U8 features; `.badData` if a
    ///   number is not finite.
    public func predict(features: [Float], threads: Int? = nil) throws(FastTrainError) -> Predictions {
        let width = parameters.layers[0].inputs
        guard !features.isEmpty, features.count % width == 0 else {
            throw .usage("expected rows of \(width) features, found \(features.count) numbers")
        }
        guard scale == nil else {
            throw .usage("the model takes U8 features, found F32 features")
        }
        let data = try Dataset(
            name: "features", features: features, featureShape: [width],
            labels: [Int](repeating: 0, count: features.count / width), classes: ["none"])
        defer { extendLifetime(data) }
        return try predict(data.train, rows: data.train.allRows, threads: threads)
    }

    /// Predicts the outputs for the rows at the given indices, in that order. The split's features must have the
    /// model's shape and scale.
    func predict(_ split: DataSplit, rows: [Int32], threads: Int?) throws(FastTrainError) -> Predictions {
        let forward = try forwardPass(split, threads: threads)
        let count = rows.count
        let indices = Buffer<Int32>(count: count)
        indices.base.update(from: rows, count: count)
        // A binary classifier has one output, the probability of the second class.
        let isBinary = forward.pass.isBinary
        let outputs = isBinary ? 2 : forward.pass.network.outputs
        let values = Buffer<Float>(count: count * outputs)
        try Team.run(threads: forward.threads) { member throws(FastTrainError) in
            let pass = forward.pass
            pass.forEachChunk(of: member.share(of: count), member: member) { chunk, place in
                pass.gather(split.features, indices: indices.base + chunk.lowerBound - place.lowerBound, rows: place)
                pass.run(rows: place)
                pass.turnToPredictions(rows: place)
                for (row, at) in zip(chunk, place) {
                    for column in 0..<outputs {
                        let value = pass.output(row: at, column: isBinary ? 0 : column)
                        values.base[row * outputs + column] = isBinary && column == 0 ? 1 - value : value
                    }
                }
            }
        }
        return Predictions(count: count, outputs: outputs, values: values.array)
    }

    func evaluate(_ split: DataSplit, rows: [Int32]? = nil, threads: Int?) throws(FastTrainError) -> Evaluation {
        let forward = try forwardPass(split, threads: threads)
        let pass = EvaluationPass(
            split: split, rows: rows ?? split.allRows, task: task, outputs: forward.pass.network.outputs,
            loss: recipe.resolvedLoss(for: task))
        try Team.run(threads: forward.threads) { member throws(FastTrainError) in
            pass.run(forward.pass, member: member)
        }
        return pass.result()
    }

    private func forwardPass(
        _ split: DataSplit, threads: Int?
    ) throws(FastTrainError) -> (pass: ForwardPass, threads: Int) {
        let threads = try checkedThreads(threads)
        let pass = ForwardPass(
            network: network, recipe: recipe, task: task, rows: threads * ForwardPass.rowsPerThread,
            density: FeatureDensity(split, width: network.inputs),
            kernels: .table(for: try InstructionSet.chosen()))
        pass.load(parameters)
        return (pass, threads)
    }

    private func checkFeatures(_ data: Dataset) throws(FastTrainError) {
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
