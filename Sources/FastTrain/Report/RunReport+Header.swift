import FastTrainPictures

extension RunReport {
    /// Adds the title, how the run ended, and the key figures.
    func addHeader(_ page: inout Markup) {
        page.element("header") { page in
            page.element("p", ["class": "overline"], "fasttrain report")
            page.element("h1") { page in
                page.write("\(network)")
                page.element("span", ["class": "on"], " on ")
                page.element("bdi", dataName)
            }
            page.element("p", ["class": "lead"], summary)
            page.element("div", ["class": "tiles"]) { page in
                addScoreTiles(&page)
                addSpeedTiles(&page)
            }
        }
    }

    private var summary: String {
        let epochs =
            ending == .epochs
            ? Format.count(history.count, "epoch")
            : "\(Format.integer(history.count)) of \(Format.count(recipe.epochs, "epoch"))"
        var sentence = "Trained for \(epochs) on \(Format.count(trainRows, "row")) in \(Format.duration(seconds))"
        switch ending {
        case .patience:
            sentence += ", until there was no improvement for \(Format.count(recipe.patience ?? 0, "epoch"))"
        case .tolerance: sentence += ", until more than \(recipe.toleranceText)"
        case .convergence: sentence += ", until it converged"
        case .time: sentence += ", as many as the time limit allowed"
        case .interrupted: sentence += "; not finished yet"
        case .epochs: break
        }
        if let bestEpoch { sentence += ". The model is from epoch \(bestEpoch), the best by \(monitored)" }
        return sentence + "."
    }

    private var monitored: String {
        switch recipe.monitor {
        case .validationLoss: "validation loss"
        case .validationScore: "validation \(scoreName)"
        case .trainLoss: "training loss"
        }
    }

    private func addScoreTiles(_ page: inout Markup) {
        var isFirst = true
        for (name, evaluation) in [("test", test), ("validation", validation)] {
            guard let evaluation else { continue }
            tile(
                &page, "\(name) \(scoreName)",
                detail: Format.count(evaluation.samples, "row"), isMain: isFirst
            ) { write(evaluation.score, &$0) }
            isFirst = false
        }
        if let (rows, evaluation) = bestKnown {
            tile(&page, "\(rows) loss", detail: lossName) {
                $0.number(evaluation.loss, Format.loss(evaluation.loss))
            }
        } else if let last = history.last {
            tile(&page, "training loss", detail: "no test or validation rows") {
                $0.number(last.trainLoss, Format.loss(last.trainLoss))
            }
        }
    }

    private var lossName: String {
        let isScaled = if case .regression = model.task { model.preprocessing?.scalesTargets ?? false } else { false }
        return (recipe.loss?.rawValue ?? "") + (isScaled ? ", on scaled targets" : "")
    }

    private func addSpeedTiles(_ page: inout Markup) {
        if let rate = medianRate {
            let operations = Double(network.operationsPerSample) * rate / 1e6
            let speed = operations < 1000 ? "\(Format.rate(operations)) M" : "\(Format.rate(operations / 1000)) G"
            tile(&page, "samples per second", detail: "\(speed)FLOP/s nominal") {
                $0.write(Format.rate(rate))
            }
        }
        tile(
            &page, "parameters",
            detail: recipe.hidden.isEmpty ? "linear" : recipe.activation.map(\.rawValue).joined(separator: ", ")
        ) {
            $0.write(Format.integer(network.parameterCount))
        }
    }

    /// The median of the epochs' speeds.
    private var medianRate: Double? {
        let rates = history.map(\.samplesPerSecond).sorted()
        return rates.isEmpty ? nil : rates[rates.count / 2]
    }

    private func tile(
        _ page: inout Markup, _ name: String, detail: String, isMain: Bool = false, _ figure: (inout Markup) -> Void
    ) {
        page.element("div", ["class": isMain ? "tile main" : "tile"]) { page in
            page.element("p", ["class": "name"], name)
            page.element("p", ["class": "figure"]) { figure(&$0) }
            page.element("p", ["class": "detail"], detail)
        }
    }
}
