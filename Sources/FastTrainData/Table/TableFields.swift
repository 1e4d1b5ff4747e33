/// The fields of one row of a table, by their positions.
protocol TableFields {
    /// Returns whether a field is a missing value.
    func isMissing(_ column: Int) -> Bool
    /// Returns the number in a field, or `nil` if it is not a finite number.
    func number(_ column: Int) -> Double?
    /// Returns the text of a field. Throws `.badData` if it is not UTF-8 or too long for a category.
    func text(_ column: Int) throws(FastTrainError) -> String
    /// Returns an error about a field. `hint` says what the user of a program can do.
    func fault(_ column: Int, _ expected: String, hint: String) -> FastTrainError
}
