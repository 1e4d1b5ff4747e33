import FastTrain

/// Predictions as CSV (RFC 4180, but with LF line endings).
///
/// Classification has the columns `row,class` and optional further ones. Regression has `row` and one column per
/// target.
struct PredictionCSV {
    /// The columns that classification has besides the class.
    enum Detail: Equatable {
        case none
        /// A column for each class with its probability.
        case probabilities
        /// The given number of most probable classes: `row,class,probability,class_2,probability_2,…`.
        case top(Int)
    }

    private let classes: [String]
    private let detail: Detail
    /// The header line.
    let header: String

    init(task: Dataset.Task, detail: Detail = .none) {
        self.detail = detail
        switch task {
        case .classification(let names):
            classes = names.map(Self.field)
            let more =
                switch detail {
                case .none: ["class"]
                case .probabilities: ["class"] + classes
                case .top(let count):
                    ["class", "probability"]
                        + (1..<count).flatMap { ["class_\($0 + 1)", "probability_\($0 + 1)"] }
                }
            header = (["row"] + more).joined(separator: ",") + "\n"
        case .regression(let names):
            classes = []
            header = (["row"] + names.map(Self.field)).joined(separator: ",") + "\n"
        }
    }

    /// Returns the lines of some rows.
    ///
    /// - Parameters:
    ///   - predictions: The predictions.
    ///   - rows: The range of rows in `predictions`.
    ///   - numbers: The numbers of all rows; `nil` means 0, 1, 2 and so on.
    func lines(_ predictions: Predictions, _ rows: Range<Int>, numbers: [Int]? = nil) -> String {
        rows.reduce(into: "") { $0 += line(predictions, $1, number: numbers?[$1] ?? $1) }
    }

    private func line(_ predictions: Predictions, _ row: Int, number: Int) -> String {
        let values = predictions.values[row * predictions.outputs..<(row + 1) * predictions.outputs]
        var line = String(number)
        switch (classes.isEmpty, detail) {
        case (false, .top(let count)):
            // Among equal values the first class comes first, as it does when one class is predicted.
            let order = values.indices.sorted { (values[$0], $1) > (values[$1], $0) }
            for index in order.prefix(count) { line += ",\(classes[index - values.startIndex]),\(values[index])" }
        case (false, .none): line += "," + classes[predictions.bestClass(row)]
        case (false, .probabilities):
            line += "," + classes[predictions.bestClass(row)]
            for value in values { line += ",\(value)" }
        case (true, _):
            for value in values { line += ",\(value)" }
        }
        return line + "\n"
    }

    /// Returns `text` as a field, which is quoted if it contains a comma, a quotation mark or a line break.
    static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
