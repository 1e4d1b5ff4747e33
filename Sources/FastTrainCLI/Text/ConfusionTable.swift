import FastTrain

/// A confusion matrix as text. Rows are true classes and columns are predicted classes.
enum ConfusionTable {
    /// The maximum number of classes for which a matrix is shown, and of classes in a list.
    static let largest = 20

    /// Returns the matrix if its lines fit into `width` columns, with numbers in place of long class names as column
    /// heads. Otherwise returns a list of classes by increasing recall, each with its most frequent wrong predictions.
    static func text(_ matrix: ConfusionMatrix, width: Int, style: Style) -> String {
        if matrix.classes.count <= largest {
            for numbered in [false, true] {
                let table = self.matrix(matrix, numbered: numbered, style: style)
                if table.width <= width { return table.lines.joined(separator: "\n") }
            }
        }
        return list(matrix, style: style).joined(separator: "\n")
    }

    private static func matrix(_ matrix: ConfusionMatrix, numbered: Bool, style: Style) -> TextTable {
        let names = matrix.classes.map(\.printable)
        let heads = numbered ? names.indices.map { "\($0)" } : names
        let scores = matrix.classScores
        // All class columns have the same width: that of the widest cell, and enough for a percentage.
        let width = max(4, heads.map(\.columns).max() ?? 0, String(matrix.largest).count)
        var table = TextTable([.left] + heads.map { _ in .right } + [.right])
        table.add(
            [""] + heads.map { TextTable.Cell($0.padded(to: width, .right), style.bold) }
                + [TextTable.Cell("recall", style.dim)])
        for label in names.indices {
            var cells = [TextTable.Cell(numbered ? "\(label) \(names[label])" : names[label], style.bold)]
            for prediction in names.indices {
                cells.append(cell(matrix[label, prediction], hit: label == prediction, of: scores[label], style))
            }
            cells.append(TextTable.Cell(percent(scores[label].recall, of: scores[label].support), style.dim))
            table.add(cells)
        }
        let precisions = names.indices.map { prediction in
            TextTable.Cell(percent(scores[prediction].precision, of: matrix.predicted(prediction)), style.dim)
        }
        table.add([TextTable.Cell("precision", style.dim)] + precisions)
        return table
    }

    private static func cell(
        _ count: Int, hit: Bool, of score: ConfusionMatrix.ClassScore, _ style: Style
    ) -> TextTable.Cell {
        if count == 0 { return TextTable.Cell(style.unicode ? "·" : ".", style.dim) }
        let text = String(count)
        if hit { return TextTable.Cell(text, style.green) }
        let isFrequent = Double(count) >= 0.05 * Double(score.support)
        return isFrequent ? TextTable.Cell(text, style.red) : TextTable.Cell(text)
    }

    private static func list(_ matrix: ConfusionMatrix, style: Style) -> [String] {
        let scores = matrix.classScores
        let order = scores.indices.sorted { (scores[$0].recall, $0) < (scores[$1].recall, $1) }
        var table = TextTable([.left, .right, .right, .right, .left])
        let heads = ["class", "rows", "recall", "precision", "most often predicted as"]
        table.add(heads.map { TextTable.Cell($0, style.bold) })
        for label in order.prefix(largest) {
            table.add(
                matrix.classes[label].printable.clipped(to: 30), Format.integer(scores[label].support),
                percent(scores[label].recall, of: scores[label].support),
                percent(scores[label].precision, of: matrix.predicted(label)), mistakes(matrix, label))
        }
        let rest = matrix.classes.count - largest
        return table.lines
            + (rest > 0 ? ["and \(Format.count(rest, "class", "classes")) with equal or higher recall"] : [])
    }

    /// Returns the three most frequent wrong predictions of a class, such as "Shirt (112), Pullover (14), Dress (10)".
    private static func mistakes(_ matrix: ConfusionMatrix, _ label: Int) -> String {
        let wrong = matrix.classes.indices.filter { $0 != label && matrix[label, $0] > 0 }
        return wrong.sorted { (-matrix[label, $0], $0) < (-matrix[label, $1], $1) }.prefix(3)
            .map { "\(matrix.classes[$0].printable.clipped(to: 30)) (\(Format.integer(matrix[label, $0])))" }
            .joined(separator: ", ")
    }

    /// Returns a percentage with one decimal, or "100" without it, or a dash if there are no rows.
    private static func percent(_ share: Double, of count: Int) -> String {
        if count == 0 { return "-" }
        return share >= 0.9995 ? "100" : Format.fixed(share * 100, 1)
    }
}

extension ConfusionMatrix {
    /// Returns the number of rows that were predicted as a class.
    fileprivate func predicted(_ prediction: Int) -> Int {
        classes.indices.reduce(0) { $0 + self[$1, prediction] }
    }
}
