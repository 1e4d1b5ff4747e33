import FastTrainPictures

extension RunReport {
    /// A row that the model takes for another class.
    struct Mistake {
        /// Of the split, from 0.
        var row: Int
        var label: Int
        var prediction: Int
        /// What the model gives the class that it predicts.
        var value: Float
    }

    private static let mostMistakes = 24

    /// The mistakes that the model is surest of, with their pictures if the rows are pictures.
    func addMistakes(_ closeUp: CloseUp, _ page: inout Markup) throws(FastTrainError) {
        guard case .classification(let classes) = model.task else { return }
        let (mistakes, count) = Self.mistakes(closeUp)
        guard !mistakes.isEmpty else { return }
        let shape = PictureShape(model.featureShape)
        let pictures = try shape.map { shape throws(FastTrainError) in
            try shape.pictures(of: mistakes.map(\.row), closeUp.split)
        }
        let looked = Format.count(closeUp.rows.count, "\(closeUp.name) row")
        let surest = mistakes.count < count ? "; these are the ones that the model is surest of" : ""
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

    /// Near 100% with as many digits as tell one from the other.
    private static func percent(_ probability: Double) -> String {
        probability > 0.9999 ? "> 99.99%" : Format.percent(probability, probability > 0.99 ? 2 : 1)
    }

    /// The surest first, of equal ones the first row; and how many there are in all.
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
        return (Array(mistakes.prefix(mostMistakes)), mistakes.count)
    }
}

/// Rows that are pictures: [height, width] numbers.
struct PictureShape: Sendable, Equatable {
    let height: Int
    let width: Int

    /// nil unless rows of this shape can be shown.
    init?(_ shape: [Int]) {
        guard shape.count == 2 || (shape.count == 3 && shape[2] == 1), shape[0] >= 4, shape[1] >= 4,
            max(shape[0], shape[1]) <= 128
        else { return nil }
        (height, width) = (shape[0], shape[1])
    }

    /// A PNG file for each row, the lowest number of all of them black, the highest white.
    func pictures(of rows: [Int], _ split: DataSplit) throws(FastTrainError) -> [[UInt8]] {
        let values = rows.map { split.feature($0, of: height * width) }
        let low = values.joined().min() ?? 0
        let extent = (values.joined().max() ?? 0) - low
        var pictures: [[UInt8]] = []
        for row in values {
            let pixels = row.map { UInt8(extent > 0 ? (($0 - low) / extent * 255).rounded() : 0) }
            pictures.append(try PNG.encode(width: width, height: height, .gray, pixels))
        }
        return pictures
    }
}
