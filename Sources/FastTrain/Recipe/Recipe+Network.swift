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
        return resolvedLoss(for: task) == .binaryCrossEntropy
    }

    /// The outputs of its network: one for each class or number, but a single one for two classes told apart by binary
    /// cross-entropy.
    func outputs(for task: Dataset.Task) -> Int {
        switch task {
        case .classification(let classes):
            resolvedLoss(for: task) == .binaryCrossEntropy && classes.count == 2 ? 1 : classes.count
        case .regression(let targets): targets.count
        }
    }

    /// Minibatches of an epoch of so many rows, a smaller last one included.
    func stepsPerEpoch(rows: Int) -> Int { optimizer == .lbfgs ? 1 : (rows + batchSize - 1) / batchSize }

    /// The most rows that go through the network as one minibatch.
    var mostRowsAtOnce: Int { optimizer == .lbfgs ? FullBatch.rowsAtOnce : batchSize }
}
