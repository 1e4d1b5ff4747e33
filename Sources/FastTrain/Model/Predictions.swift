/// A model's predictions for a set of rows.
public struct Predictions: Sendable, Equatable {
    /// The number of rows.
    public let count: Int
    /// The number of values per row.
    public let outputs: Int
    /// The predicted values, [count, outputs], row-major.
    ///
    /// They are probabilities of the classes or labels if the model was trained with cross-entropy, expected values if
    /// it was trained with the Poisson loss, and the network's outputs otherwise.
    public let values: [Float]

    /// Returns the class with the largest value in a row; among equal values, the first.
    public func bestClass(_ row: Int) -> Int {
        let first = row * outputs
        var best = first
        for index in first..<first + outputs where values[index] > values[best] { best = index }
        return best - first
    }

    /// Returns the predictions in the units of the table that the model's data set was made from.
    ///
    /// `Model.predict` returns numbers as the data set holds them, and a data set may hold scaled targets (see
    /// `Preprocessing.Target`). Predictions of other tasks are returned unchanged.
    ///
    /// - Parameter model: The model that made the predictions.
    public func restored(by model: Model) -> Predictions {
        guard case .regression = model.task, let preprocessing = model.preprocessing else { return self }
        return Predictions(count: count, outputs: outputs, values: preprocessing.invertTargets(values))
    }
}
