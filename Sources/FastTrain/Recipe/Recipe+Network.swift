extension Recipe {
    /// Returns the network that this recipe trains.
    ///
    /// - Parameters:
    ///   - inputs: The number of features of a row.
    ///   - outputs: The number of outputs.
    package func network(inputs: Int, outputs: Int) -> Network {
        Network(inputs: inputs, hidden: hidden, outputs: outputs, normalization: normalization)
    }

    /// Returns the network that this recipe trains on a data set.
    package func network(for data: Dataset) -> Network {
        network(inputs: data.featureCount, outputs: outputs(for: data.task))
    }

    /// Whether a model is scored by accuracy, because its answers are right or wrong, and not by R².
    func isScoredByAccuracy(_ task: Dataset.Task) -> Bool {
        if case .classification = task { return true }
        return resolvedLoss(for: task).output.takesNumbersAsLabels
    }

    /// The number of outputs of its network (`OutputFunction.count`).
    func outputs(for task: Dataset.Task) -> Int { resolvedLoss(for: task).output.count(for: task) }

    /// The activation of each hidden layer.
    var activations: [Activation] {
        activation.count == hidden.count ? activation : hidden.map { _ in activation.first ?? .identity }
    }
}
