extension Model {
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
            throw .usage("expected U8 features, which the model was trained on, found F32 features")
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
        let forward = try forwardPass(split, rows: rows.count, threads: threads)
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
        let rows = rows ?? split.allRows
        let forward = try forwardPass(split, rows: rows.count, threads: threads)
        let pass = EvaluationPass(
            split: split, rows: rows, task: task, outputs: forward.pass.network.outputs,
            loss: recipe.resolvedLoss(for: task))
        try Team.run(threads: forward.threads) { member throws(FastTrainError) in
            pass.run(forward.pass, member: member)
        }
        return pass.result()
    }

    private func forwardPass(
        _ split: DataSplit, rows: Int, threads: Int?
    ) throws(FastTrainError) -> (pass: ForwardPass, threads: Int) {
        let threads = try ThreadCount.checked(threads)
        let pass = ForwardPass(
            network: network, recipe: recipe, task: task, rows: ForwardPass.evaluationRows(rows, threads: threads),
            density: FeatureDensity(split, width: network.inputs),
            kernels: try InstructionSet.chosen().kernels)
        pass.load(parameters)
        return (pass, threads)
    }
}
