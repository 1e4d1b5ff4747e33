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
    /// The scale of each output in the data set that the model was trained on; empty if no output is scaled.
    let scales: [Preprocessing.Scale]

    init(count: Int, outputs: Int, values: [Float], scales: [Preprocessing.Scale] = []) {
        self.count = count
        self.outputs = outputs
        self.values = values
        self.scales = scales
    }

    /// Returns the class with the largest value in a row; among equal values, the first.
    ///
    /// - Precondition: `row` is below `count`.
    public func bestClass(_ row: Int) -> Int {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        let first = row * outputs
        var best = first
        for index in first..<first + outputs where values[index] > values[best] { best = index }
        return best - first
    }

    /// The predictions in the units of the table that the model's data set was made from.
    ///
    /// `Model.predict` returns numbers as the data set holds them, and a data set may hold scaled targets (see
    /// `Preprocessing.Target`). Predictions of other tasks are the same in both.
    public var restored: Predictions {
        guard !scales.isEmpty else { return self }
        let numbers = values.indices.map { Float(scales[$0 % outputs].invert(Double(values[$0]))) }
        return Predictions(count: count, outputs: outputs, values: numbers)
    }
}
