extension RunReport {
    /// A set of rows with the model's predictions for each.
    struct CloseUp: Sendable {
        /// The name of the rows: "test" or "validation".
        var name: String
        var split: DataSplit
        /// The indices of the rows in the split, one for each prediction.
        var rows: [Int32]
        var predictions: Predictions
    }

    /// Returns the test rows or, without test rows, the validation rows with their predictions; `nil` if there are
    /// neither.
    static func closeUp(
        of model: Model, _ data: Dataset, _ sampling: Sampling, threads: Int?
    ) throws(FastTrainError) -> CloseUp? {
        if let test = data.test {
            return try CloseUp(
                "test", test, rows: nil, model: model, outputs: data.outputCount, threads: threads)
        }
        guard !sampling.validationRows.isEmpty else { return nil }
        return try CloseUp(
            "validation", data.train, rows: sampling.validationRows, model: model, outputs: data.outputCount,
            threads: threads)
    }
}

extension RunReport.CloseUp {
    /// The maximum number of outputs to hold, which take 80 MB. If there are more, the rows are thinned out evenly.
    private static let maxOutputs = 20_000_000

    /// Predicts rows of a split.
    ///
    /// - Parameters:
    ///   - name: The name of the rows: "test" or "validation".
    ///   - split: The split.
    ///   - rows: The rows to predict; `nil` means all rows.
    ///   - model: The model.
    ///   - outputs: The number of outputs per row.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    /// - Throws: The errors of `Model.predict`.
    init(
        _ name: String, _ split: DataSplit, rows: [Int32]?, model: Model, outputs: Int, threads: Int?
    ) throws(FastTrainError) {
        let rows = rows ?? split.allRows
        let every = rows.count * outputs / Self.maxOutputs + 1
        self.name = name
        self.split = split
        self.rows = stride(from: 0, to: rows.count, by: every).map { rows[$0] }
        predictions = try model.predict(split, rows: self.rows, threads: threads)
    }
}
