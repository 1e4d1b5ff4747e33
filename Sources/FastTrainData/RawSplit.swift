/// The unchecked tensors of a split.
struct RawSplit {
    let x: RawTensor
    let y: RawTensor
    /// The weight of each row, or `nil` if all rows have the same weight.
    var weights: RawTensor? = nil

    /// Returns the error for a number of targets that differs from the number of rows of features.
    static func otherRows(
        _ rows: Int, file: String, place: FastTrainError.Place, found: Int
    ) -> FastTrainError {
        .badData(
            file: file, place: place, expected: "targets for \(rows) rows, as many as there are features",
            found: "\(found)")
    }

    /// All tensors of the split.
    var tensors: [RawTensor] { [x, y] + (weights.map { [$0] } ?? []) }
}
