extension Model {
    /// Computes the loss and the score on rows of a data set.
    ///
    /// - Parameters:
    ///   - split: The rows. They must have the model's features and its classes or targets.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: `.badData` if the features, classes or targets differ from the model's, or if the data set's file was
    ///   modified after it was opened.
    public func evaluate(_ split: DataSplit, threads: Int? = nil) throws(FastTrainError) -> Evaluation {
        let evaluation = try evaluate(split, rows: split.allRows, threads: threads)
        try split.checkUnchanged()
        return evaluation
    }

    /// Predicts the outputs for rows of a data set.
    ///
    /// - Parameters:
    ///   - split: The rows. They must have the model's features; their classes or targets are ignored.
    ///   - threads: The number of threads; `nil` means as many as the work is worth, at most one for each usable CPU.
    /// - Throws: `.badData` if the features differ from the model's, or if the data set's file was modified after it
    ///   was opened.
    public func predict(_ split: DataSplit, threads: Int? = nil) throws(FastTrainError) -> Predictions {
        let predictions = try predict(split, rows: split.allRows, threads: threads)
        try split.checkUnchanged()
        return predictions
    }

    /// Predicts the outputs for rows of F32 features. Use a `Predictor` to predict more than once.
    ///
    /// - Parameters:
    ///   - features: The features, [rows, features], row-major, prepared like those the model was trained on.
    ///   - threads: The number of threads; `nil` means as many as the work is worth, at most one for each usable CPU.
    /// - Throws: `.invalidSetting` if `features` is not a whole number of rows or the model takes U8 features; `.badData` if a
    ///   number is not finite.
    public func predict(features: [Float], threads: Int? = nil) throws(FastTrainError) -> Predictions {
        try Predictor(self).predictions(features, threads: threads)
    }

    /// Predicts the outputs for the rows at the given indices of a split, in that order. Throws `.badData` if the
    /// features differ from the model's.
    func predict(_ split: DataSplit, rows: [Int32], threads: Int?) throws(FastTrainError) -> Predictions {
        try checkFeatures(split)
        let core = try PredictorCore(self)
        var values = [Float](repeating: 0, count: rows.count * core.outputs)
        try values.withUnsafeMutableBufferPointer { (values) throws(FastTrainError) in
            guard let base = values.baseAddress else { return }
            try core.predict(split.features, rows: rows.count, indices: rows, into: base, threads: threads)
        }
        extendLifetime(split)
        return Predictions(count: rows.count, outputs: core.outputs, values: values, scales: targetScales)
    }

    /// Evaluates the rows at the given indices of a split. Throws `.badData` if the features, classes or targets differ
    /// from the model's.
    func evaluate(_ split: DataSplit, rows: [Int32], threads: Int?) throws(FastTrainError) -> Evaluation {
        try check(split)
        let threads = try ThreadCount.checked(threads)
        let forward = ForwardPass(
            network: network, recipe: recipe, task: task,
            rows: ForwardPass.evaluationRows(rows.count, threads: threads),
            density: FeatureDensity(split, width: network.inputs), kernels: try InstructionSet.chosen().kernels)
        forward.load(parameters)
        let pass = EvaluationPass(
            split: split, rows: rows, task: task, outputs: forward.network.outputs,
            loss: recipe.resolvedLoss(for: task))
        try Team.run(threads: threads) { member throws(FastTrainError) in pass.run(forward, member: member) }
        return pass.result()
    }
}
