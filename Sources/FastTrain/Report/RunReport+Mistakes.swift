import FastTrainPictures

extension RunReport {
    /// A row that the model misclassifies.
    struct Mistake {
        /// The index of the row in the split, from 0.
        var row: Int
        var label: Int
        var prediction: Int
        /// The model's value for the class that it predicts.
        var value: Float
    }

    private static let maxMistakes = 24

    /// Adds the most confident mistakes, with their images if the rows are images.
    func addMistakes(_ closeUp: CloseUp, _ page: inout Markup) throws(FastTrainError) {
        guard case .classification(let classes) = model.task else { return }
        let (mistakes, count) = Self.mistakes(closeUp)
        guard !mistakes.isEmpty else { return }
        let shape = PictureShape(model.featureShape)
        let pictures = try shape.map { shape throws(FastTrainError) in
            try shape.pictures(of: mistakes.map(\.row), closeUp.split)
        }
        let looked = Format.count(closeUp.rows.count, "\(closeUp.name) row")
        let surest = mistakes.count < count ? "; those with the highest confidence are shown" : ""
        section(
            "Most confident mistakes",
            "\(Format.count(count, "mistake")) in \(looked)\(surest). True class → predicted class, with "
                + (model.hasProbabilities ? "its probability." : "the output for it."), &page
        ) { page in
            page.element("div", ["class": pictures == nil ? "mistakes plain" : "mistakes"]) { page in
                for (index, mistake) in mistakes.enumerated() {
                    page.element("figure", ["title": "\(closeUp.name) row \(mistake.row)"]) { page in
                        if let pictures {
                            page.image(
                                pictures[index], alt: "row \(mistake.row)", ["class": "pixels", "loading": "lazy"])
                        }
                        page.element("figcaption") { addCaption(mistake, classes, pictures == nil, &$0) }
                    }
                }
            }
        }
    }

    private func addCaption(_ mistake: Mistake, _ classes: [String], _ withRow: Bool, _ page: inout Markup) {
        page.element("b", classes[mistake.label])
        page.write(" → ")
        page.element("b", ["class": "wrong"], classes[mistake.prediction])
        page.element("span", ["class": "quiet"]) { page in
            let value = Double(mistake.value)
            page.write(" ")
            page.number(value, model.hasProbabilities ? Self.percent(value) : Format.loss(value))
            if withRow { page.write(", row \(Format.integer(mistake.row))") }
        }
    }

    /// Returns a probability as a percentage, with more digits near 100%.
    private static func percent(_ probability: Double) -> String {
        probability > 0.9999 ? "> 99.99%" : Format.percent(probability, probability > 0.99 ? 2 : 1)
    }

    /// Returns the most confident mistakes (among equals, in row order) and the number of all mistakes.
    private static func mistakes(_ closeUp: CloseUp) -> (surest: [Mistake], count: Int) {
        var mistakes: [Mistake] = []
        for (index, row) in closeUp.rows.enumerated() {
            let prediction = closeUp.predictions.bestClass(index)
            let label = closeUp.split.label(Int(row))
            guard prediction != label else { continue }
            let value = closeUp.predictions.values[index * closeUp.predictions.outputs + prediction]
            mistakes.append(Mistake(row: Int(row), label: label, prediction: prediction, value: value))
        }
        mistakes.sort { ($1.value, $0.row) < ($0.value, $1.row) }
        return (Array(mistakes.prefix(maxMistakes)), mistakes.count)
    }
}
