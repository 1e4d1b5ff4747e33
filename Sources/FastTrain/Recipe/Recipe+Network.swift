extension Recipe {
    /// What a run of this recipe trains, on rows of so many features and answers.
    public func network(inputs: Int, outputs: Int) -> Network {
        Network(inputs: inputs, hidden: hidden, outputs: outputs, normalization: normalization)
    }

    /// What a run of this recipe trains on such data.
    public func network(for data: Dataset) -> Network {
        network(inputs: data.featureCount, outputs: outputs(for: data.task))
    }

    /// Whether answers are right or wrong, rather than near or far.
    func isScoredByAccuracy(_ task: Dataset.Task) -> Bool {
        if case .classification = task { return true }
        return resolvedLoss(for: task).output.takesNumbersAsLabels
    }

    /// The number of outputs of its network (`OutputFunction.count`).
    func outputs(for task: Dataset.Task) -> Int { resolvedLoss(for: task).output.count(for: task) }
}
