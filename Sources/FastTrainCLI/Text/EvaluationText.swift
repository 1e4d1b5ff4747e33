import FastTrain

/// An evaluation as text.
enum EvaluationText {
    /// Returns loss and score, followed by the details.
    static func text(_ evaluation: Evaluation, width: Int, style: Style) -> String {
        var table = TextTable([.left, .left])
        table.add("rows", Format.integer(evaluation.samples))
        table.add("loss", Format.loss(evaluation.loss))
        switch evaluation.score {
        case .classification(let matrix):
            table.add(["accuracy", TextTable.Cell(Format.percent(matrix.accuracy), style.bold)])
        case .multilabel(let accuracy, _):
            table.add([
                "accuracy", TextTable.Cell("\(Format.percent(accuracy)) of rows have all labels right", style.bold),
            ])
        case .regression(let r2):
            table.add(["R2", TextTable.Cell(Format.loss(r2), style.bold)])
        }
        let lines = table.lines.joined(separator: "\n")
        return details(evaluation, of: "", width: width, style: style).map { lines + "\n\n" + $0 } ?? lines
    }

    /// Returns the details of the score under a title: the confusion matrix of classes or the scores of each label;
    /// `nil` for regression.
    static func details(_ evaluation: Evaluation, of rows: String, width: Int, style: Style) -> String? {
        switch evaluation.score {
        case .classification(let matrix):
            return "confusion matrix\(rows): rows are true classes, columns predicted classes\n\n"
                + ConfusionTable.text(matrix, width: width, style: style)
        case .multilabel(_, let labels):
            var table = TextTable([.left, .right, .right, .right, .right])
            table.add(["", "precision", "recall", "F1", "rows"].map { TextTable.Cell($0, style.dim) })
            for label in labels {
                let shares = [label.precision, label.recall, label.f1].map { Format.percent($0, 1) }
                let cells = [label.name.printable] + shares + [Format.integer(label.support)]
                table.add(cells.map { TextTable.Cell($0) })
            }
            return "labels\(rows); the last column is the number of rows with the label\n\n"
                + table.lines.joined(separator: "\n")
        case .regression: return nil
        }
    }
}
