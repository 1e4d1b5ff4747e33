import FastTrainPictures

extension RunReport {
    /// Adds the confusion matrix and the scores of each class.
    func addScores(_ page: inout Markup) {
        guard let (rows, evaluation) = bestKnown else {
            section(
                "Quality", "The run has neither test rows nor validation rows to evaluate the model on.",
                &page
            ) { _ in }
            return
        }
        if case .multilabel(_, let labels) = evaluation.score {
            addClasses(labels, "label", "Each label on its own", rows, &page)
        }
        guard case .classification(let matrix) = evaluation.score else { return }
        let names = matrix.classes
        let isSmall = names.count <= HeatMap.maxNames
        let mistakes = names.count > 5 ? Array(matrix.mistakes.prefix(Self.maxPairs)) : []
        if isSmall || !mistakes.isEmpty {
            let legend =
                isSmall
                ? " Rows are true classes, columns predicted classes. Blue is correct, orange a mistake; the color is stronger for "
                    + "a larger share of the row." : ""
            section(
                "Confusion matrix", "Of the \(Format.count(evaluation.samples, "\(rows) row")).\(legend)", &page
            ) { page in
                page.element("div", ["class": "beside"]) { page in
                    if isSmall {
                        page.element("div", ["class": "wide"]) { page in
                            HeatMap(names: names, label: "Confusion matrix") { matrix[$0, $1] }.draw(&page)
                        }
                    }
                    if !mistakes.isEmpty { addPairs(mistakes, names, &page) }
                }
            }
        }
        addClasses(matrix.classScores, "class", "One class against the rest", rows, &page)
    }

    private static let maxPairs = 12

    /// Adds the list of the most frequent confusions.
    private func addPairs(
        _ pairs: [(label: Int, prediction: Int, count: Int)], _ names: [String], _ page: inout Markup
    ) {
        page.element("div", ["class": "pairs"]) { page in
            page.element("h3", "Most frequent mistakes")
            page.element("ol") { page in
                for pair in pairs {
                    page.element("li") { page in
                        page.element("b", names[pair.label])
                        page.element("span", ["class": "quiet"], " predicted as ")
                        page.element("b", names[pair.prediction])
                        page.element("span", ["class": "times"], Format.integer(pair.count))
                    }
                }
            }
        }
    }

    private static let maxClasses = 60

    /// Adds the table of scores.
    ///
    /// - Parameters:
    ///   - all: The scores.
    ///   - what: What a row of the table is: "class" or "label".
    ///   - meaning: What a row of the table shows, for the note.
    ///   - rows: The name of the rows that were evaluated.
    ///   - page: The page.
    private func addClasses(
        _ all: [ConfusionMatrix.ClassScore], _ what: String, _ meaning: String, _ rows: String, _ page: inout Markup
    ) {
        var scores = all
        let several = what == "class" ? "classes" : "labels"
        let largest = scores.map { 1 - $0.f1 }.max() ?? 0
        var note =
            "\(meaning), on the \(rows) rows. The bar shows how far F1 is below 100%, relative to the worst \(what)."
        if scores.count > Self.maxClasses {
            note +=
                " These are the \(Self.maxClasses) of \(Format.integer(scores.count)) \(several) with the lowest F1."
            let order = scores.indices.sorted { (scores[$0].f1, $0) < (scores[$1].f1, $1) }
            scores = order.prefix(Self.maxClasses).map { scores[$0] }
        }
        section(what == "class" ? "Scores by class" : "Scores by label", note, &page) { page in
            page.element("div", ["class": "wide"]) { page in
                page.element("table", ["class": "classes"]) { page in
                    page.element("thead") { page in
                        page.element("tr") { page in
                            for name in [what, "precision", "recall", "F1", "", "rows"] { page.element("th", name) }
                        }
                    }
                    page.element("tbody") { page in
                        for score in scores { addRow(score, lack: largest > 0 ? (1 - score.f1) / largest : 0, &page) }
                    }
                }
            }
        }
    }

    /// Adds a row to the table of scores.
    ///
    /// - Parameters:
    ///   - score: The score.
    ///   - lack: The difference of F1 from 1, as a fraction of that of the worst class.
    ///   - page: The page.
    private func addRow(_ score: ConfusionMatrix.ClassScore, lack: Double, _ page: inout Markup) {
        page.element("tr") { page in
            page.element("th", ["scope": "row"], score.name)
            for share in [score.precision, score.recall, score.f1] {
                page.element("td") { $0.number(share, Format.percent(share, 1)) }
            }
            page.element("td", ["class": "meter"]) { page in
                page.element("span", ["style": "width:\(Format.fixed(100 * lack, 1))%"], "")
            }
            page.element("td") { $0.element("data", ["value": "\(score.support)"], Format.integer(score.support)) }
        }
    }
}

extension ConfusionMatrix {
    /// The entries off the diagonal, most frequent first and equal ones in class order.
    var mistakes: [(label: Int, prediction: Int, count: Int)] {
        entries.filter { $0.label != $0.prediction }
            .sorted { ($1.count, $0.label, $0.prediction) < ($0.count, $1.label, $1.prediction) }
    }
}
