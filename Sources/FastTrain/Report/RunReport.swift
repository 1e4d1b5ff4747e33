import FastTrainPictures

/// What a run came to, as a page that needs nothing else: `report.html`.
///
/// The same run gives the same page, but for times and the machine. It is written for people; each number that is in
/// `metrics.json` stands beside its exact value (`<data value=…>`).
struct RunReport: Sendable {
    /// What the data set is called.
    var dataName: String
    var model: Model
    /// Rows trained on.
    var trainRows: Int
    /// Minibatches of an epoch.
    var stepsPerEpoch: Int
    var history: [EpochRecord]
    /// That the model is of; nil: the last.
    var bestEpoch: Int?
    /// nil: it has not ended yet.
    var ending: Outcome.Ending?
    /// Wall clock.
    var seconds: Double
    var test: Evaluation?
    var validation: Evaluation?
    /// The rows to look at one by one.
    var closeUp: CloseUp?
    /// nil when the page is made elsewhere.
    var machine: Machine?

    var recipe: Recipe { model.recipe }
    var network: Network { model.network }

    /// The page. Throws `.internalError` when zlib fails.
    func html() throws(FastTrainError) -> String {
        var page = Markup()
        page.verbatim("<!DOCTYPE html>\n")
        try page.element("html", ["lang": "en"]) { (page) throws(FastTrainError) in
            page.element("head") { head in
                head.empty("meta", ["charset": "utf-8"])
                head.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                head.empty("meta", ["name": "color-scheme", "content": "light dark"])
                head.element("title", "\(network) on \(dataName) – fasttrain")
                head.element("style") { $0.verbatim(Self.style) }
            }
            try page.element("body") { (page) throws(FastTrainError) in
                try page.element("main") { (page) throws(FastTrainError) in
                    addHeader(&page)
                    addCurves(&page)
                    addScores(&page)
                    if let closeUp {
                        try addMistakes(closeUp, &page)
                        addResiduals(closeUp, &page)
                    }
                    try addWeights(&page)
                    addSettings(&page)
                }
            }
        }
        return page.text
    }

    // MARK: - Parts that several sections use

    /// A section under its heading, with a line that says what is to be seen.
    func section(
        _ title: String, _ explanation: String = "", _ page: inout Markup, _ content: (inout Markup) -> Void
    ) {
        page.element("section") { page in
            page.element("h2", title)
            if !explanation.isEmpty { page.element("p", ["class": "note"], explanation) }
            content(&page)
        }
    }

    /// A chart under its title.
    func figure(_ title: String, _ page: inout Markup, _ content: (inout Markup) -> Void) {
        page.element("figure") { page in
            page.element("figcaption", title)
            content(&page)
        }
    }

    /// The rows that tell most about the model.
    var bestKnown: (rows: String, evaluation: Evaluation)? {
        if let test { return ("test", test) }
        return validation.map { ("validation", $0) }
    }

    var scoreName: String { model.isScoredByAccuracy ? "accuracy" : "R²" }

    func write(_ score: Evaluation.Score, _ page: inout Markup) {
        switch score {
        case .classification(let matrix): page.number(matrix.accuracy, Format.percent(matrix.accuracy))
        case .multilabel(let accuracy, _): page.number(accuracy, Format.percent(accuracy))
        case .regression(let r2): page.number(r2, Format.loss(r2))
        }
    }
}

extension RunReport {
    /// Where a run was trained.
    struct Machine: Sendable {
        var processor: String?
        var threads: Int
        var cpus: CPUs
        var instructionSet: InstructionSet
    }

    /// Some rows with what the model answers for each.
    struct CloseUp: Sendable {
        /// "test" or "validation".
        var name: String
        var split: DataSplit
        /// Of the split; as many as there are predictions.
        var rows: [Int32]
        var predictions: Predictions
    }
}
