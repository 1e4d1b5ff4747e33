import FastTrainPictures

/// The results of a run as a self-contained web page: `report.html`.
///
/// Equal runs give equal pages, except for times and the machine. The page is made for people, but each number that is
/// also in `metrics.json` has its exact value beside it (`<data value=…>`).
struct RunReport: Sendable {
    /// The name of the data set.
    var dataName: String
    var model: Model
    /// The number of rows used for training.
    var trainRows: Int
    /// The number of minibatches in an epoch.
    var stepsPerEpoch: Int
    var history: [EpochRecord]
    /// The epoch that the model was taken from; `nil` means the last one.
    var bestEpoch: Int?
    /// The reason why the run ended; `nil` if it has not ended yet.
    var ending: Outcome.Ending
    /// The wall-clock time of the run in seconds.
    var seconds: Double
    var test: Evaluation?
    var validation: Evaluation?
    /// The rows to examine one by one.
    var closeUp: CloseUp?
    /// The machine of the run; `nil` if the page is made later, perhaps on another one.
    var machine: Machine?

    var recipe: Recipe { model.recipe }
    var network: Network { model.network }

    /// Returns the page. Throws `.internalError` if zlib fails.
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

    // MARK: - Parts shared by sections

    /// Adds a section with a heading and a note that explains its content.
    func section(
        _ title: String, _ explanation: String = "", _ page: inout Markup, _ content: (inout Markup) -> Void
    ) {
        page.element("section") { page in
            page.element("h2", title)
            if !explanation.isEmpty { page.element("p", ["class": "note"], explanation) }
            content(&page)
        }
    }

    /// Adds a chart with a title.
    func figure(_ title: String, _ page: inout Markup, _ content: (inout Markup) -> Void) {
        page.element("figure") { page in
            page.element("figcaption", title)
            content(&page)
        }
    }

    /// The evaluation that says most about the model: on the test rows or, without test rows, on the validation rows.
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

    /// Returns a file's name without folders and extension.
    static func shortName(_ data: Dataset) -> String {
        let file = data.name.split(separator: "/").last.map(String.init) ?? data.name
        return file.hasSuffix(".safetensors") ? String(file.dropLast(".safetensors".count)) : file
    }
}
