extension MLPClassifier {
    /// Predicts the most probable class of each row.
    ///
    /// - Throws: The errors of `predictProbabilities(_:)`; `.invalidUse` if the classifier was trained on sets of
    ///   labels.
    public func predict(_ x: some MatrixConvertible) throws(FastTrainError) -> [Label] {
        guard !isMultilabel else {
            throw .invalidUse("predict: expected a fit to one class per row; use predictLabels for labels")
        }
        let answers = try answers(x.matrix())
        return (0..<answers.count).map { classes[answers.bestClass($0)] }
    }

    /// Predicts the labels of each row whose probability is above 0.5.
    ///
    /// - Throws: The errors of `predictProbabilities(_:)`; `.invalidUse` if the classifier was trained on one class per
    ///   row.
    public func predictLabels(_ x: some MatrixConvertible) throws(FastTrainError) -> [Set<Label>] {
        let probabilities = try predictProbabilities(x)
        guard isMultilabel else {
            throw .invalidUse("predictLabels: expected a fit to labels; use predict for classes")
        }
        return (0..<probabilities.rows).map { row in
            Set(classes.indices.filter { probabilities[row, $0] > 0.5 }.map { classes[$0] })
        }
    }

    /// Predicts the probability of each class or label, [rows, classes].
    ///
    /// - Throws: `.invalidUse` before training; `.invalidSetting` if the number of features differs from training;
    ///   `.badData` if a feature is not finite.
    public func predictProbabilities(_ x: some MatrixConvertible) throws(FastTrainError) -> Matrix {
        let answers = try answers(x.matrix())
        return Matrix(answers.values, rows: answers.count, columns: answers.outputs)
    }

    /// Predicts the natural logarithm of the probability of each class or label, [rows, classes].
    ///
    /// - Throws: The errors of `predictProbabilities(_:)`.
    public func predictLogProbabilities(_ x: some MatrixConvertible) throws(FastTrainError) -> Matrix {
        let probabilities = try predictProbabilities(x)
        return Matrix(
            probabilities.values.map { Float(logarithm(Double($0))) }, rows: probabilities.rows,
            columns: probabilities.columns)
    }

    /// Returns the weighted fraction of rows that are classified correctly. Throws the errors of `predict(_:)`.
    public func score(
        _ x: some MatrixConvertible, _ y: [Label], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double {
        let x = try x.matrix()
        let predicted = try predict(x)
        try expect(y.count, "labels", for: x)
        return try share(zip(predicted, y).map(==), x, sampleWeight)
    }

    /// Returns the weighted fraction of rows with exactly the right set of labels. Throws the errors of
    /// `predictLabels(_:)`.
    public func score(
        _ x: some MatrixConvertible, labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double {
        let x = try x.matrix()
        let predicted = try predictLabels(x)
        try expect(y.count, "sets of labels", for: x)
        return try share(zip(predicted, y).map(==), x, sampleWeight)
    }

    private func share(_ isRight: [Bool], _ x: Matrix, _ given: [Double]?) throws(FastTrainError) -> Double {
        let weights = try checkedWeights(given, for: x)
        return Evaluation.mean(isRight.count, { weights?[$0] ?? 1 }, { isRight[$0] ? 1 : 0 })
    }
}
