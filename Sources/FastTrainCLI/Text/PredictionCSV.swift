import FastTrain

/// Predictions as CSV (RFC 4180, but lines end with LF): `row,class`, with more columns if wanted, or `row` and a column a
/// target for a regression.
struct PredictionCSV {
    /// What there is of a class besides its name.
    enum Detail: Equatable {
        case none
        /// A column a class with its probability.
        case probabilities
        /// `row,class,probability,class_2,probability_2,…`: so many classes, the most probable first.
        case top(Int)
    }

    private let classes: [String]
    private let detail: Detail
    /// The first line.
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

    /// The lines of some of the rows. `numbers`: the rows' numbers; nil: 0, 1, 2, …
    func lines(_ predictions: Predictions, _ rows: Range<Int>, numbers: [Int]? = nil) -> String {
        rows.reduce(into: "") { $0 += line(predictions, $1, number: numbers?[$1] ?? $1) }
    }

    private func line(_ predictions: Predictions, _ row: Int, number: Int) -> String {
        let values = predictions.values[row * predictions.outputs..<(row + 1) * predictions.outputs]
        var line = String(number)
        switch (classes.isEmpty, detail) {
        case (false, .top(let count)):
            // Of equal ones the first, as the class that is predicted is.
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

    /// `text` as a field: quoted if it holds a comma, a quote or a line's end.
    static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
