import KernelDispatch

/// What a model answers for some rows.
public struct Predictions: Sendable, Equatable {
    /// Rows.
    public let count: Int
    /// Values a row.
    public let outputs: Int
    /// [count, outputs], row-major: probabilities of the classes or labels if the model was trained by cross-entropy, what
    /// is expected if by Poisson's loss, else the network's outputs.
    public let values: [Float]

    /// The class with the largest value, the first of equals.
    public func bestClass(_ row: Int) -> Int {
        let first = row * outputs
        var best = first
        for index in first..<first + outputs where values[index] > values[best] { best = index }
        return best - first
    }

    /// The predictions of numbers in the units of the table that the model's data set was made of. `predict` gives them as
    /// the data set has them, which may be scaled (see `Preprocessing.Target`).
    public func restored(by model: Model) -> Predictions {
        guard case .regression = model.task, let preprocessing = model.preprocessing else { return self }
        return Predictions(count: count, outputs: outputs, values: preprocessing.invertTargets(values))
    }
}
