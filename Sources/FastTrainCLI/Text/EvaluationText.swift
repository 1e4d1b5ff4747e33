import FastTrain

/// An evaluation as text.
enum EvaluationText {
    /// Loss and score, then the confusion matrix of a classification.
    static func text(_ evaluation: Evaluation, width: Int, style: Style) -> String {
        var table = Table([.left, .left])
        table.add("rows", Format.integer(evaluation.samples))
        table.add("loss", Format.loss(evaluation.loss))
        switch evaluation.score {
        case .classification(let matrix):
            table.add(["accuracy", Table.Cell(Format.percent(matrix.accuracy), style.bold)])
        case .multilabel(let accuracy):
            table.add(["accuracy", Table.Cell("\(Format.percent(accuracy)) of rows have all labels right", style.bold)])
        case .regression(let r2):
            table.add(["R2", Table.Cell(Format.loss(r2), style.bold)])
        }
        let lines = table.lines.joined(separator: "\n")
        guard let matrix = evaluation.confusionMatrix else { return lines }
        return lines + "\n\n" + confusion(matrix, of: "", width: width, style: style)
    }

    /// The matrix under a title that says what rows and columns are.
    static func confusion(_ matrix: ConfusionMatrix, of rows: String, width: Int, style: Style) -> String {
        "confusion matrix\(rows): true class down, predicted class across\n\n"
            + ConfusionTable.text(matrix, width: width, style: style)
    }
}
