import FastTrain

/// Predictions as CSV (RFC 4180, but lines end with LF): `row,class` with a column a class for its probability if
/// wanted, or `row` and a column a target for a regression.
struct PredictionCSV {
    private let predictions: Predictions
    private let classes: [String]
    private let header: String
    private let showsValues: Bool

    init(_ predictions: Predictions, task: Dataset.Task, probabilities: Bool) {
        self.predictions = predictions
        switch task {
        case .classification(let names):
            classes = names.map(Self.field)
            header = (["row", "class"] + (probabilities ? classes : [])).joined(separator: ",")
            showsValues = probabilities
        case .regression(let names):
            classes = []
            header = (["row"] + names.map(Self.field)).joined(separator: ",")
            showsValues = true
        }
    }

    /// The whole text in pieces of some thousand lines, so that it is never in memory as a whole.
    var pieces: some Sequence<String> {
        let size = 4096
        return stride(from: 0, to: max(1, predictions.count), by: size).lazy.map { first in
            let rows = first..<min(first + size, predictions.count)
            return (first == 0 ? header + "\n" : "") + rows.map(line).joined()
        }
    }

    private func line(_ row: Int) -> String {
        var line = String(row)
        if !classes.isEmpty { line += "," + classes[predictions.bestClass(row)] }
        if showsValues {
            for value in predictions.values[row * predictions.outputs..<(row + 1) * predictions.outputs] {
                line += "," + String(value)
            }
        }
        return line + "\n"
    }

    /// `text` as a field: quoted if it holds a comma, a quote or a line's end.
    static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
