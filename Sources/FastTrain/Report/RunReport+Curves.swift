import FastTrainPictures

extension RunReport {
    /// Adds the charts of loss, score, learning rate and speed over the epochs.
    func addCurves(_ page: inout Markup) {
        guard !history.isEmpty else { return }
        let ring = bestEpoch == nil ? "" : " The ring marks the epoch that the model is from."
        section("Training", "Each point is an epoch.\(ring)", &page) { page in
            page.element("div", ["class": "charts"]) { page in
                addLoss(&page)
                addScore(&page)
                addRate(&page)
                addSpeed(&page)
            }
        }
    }

    private func points(_ value: (EpochRecord) -> Double?) -> [(x: Double, y: Double)] {
        history.compactMap { record in value(record).map { (x: Double(record.epoch), y: $0) } }
    }

    private func best(_ value: (EpochRecord) -> Double?, _ name: String, unit: String = "")
        -> (x: Double, y: Double, text: String, style: String)?
    {
        guard let bestEpoch, let record = history.first(where: { $0.epoch == bestEpoch }), let value = value(record)
        else { return nil }
        return (
            Double(bestEpoch), value, "best epoch, \(bestEpoch): \(name) \(Format.loss(value))\(unit)", "validation"
        )
    }

    private func addLoss(_ page: inout Markup) {
        var series = [LineChart.Series("training", style: "training", points(\.trainLoss))]
        let validation = points(\.validationLoss)
        if !validation.isEmpty { series.append(.init("validation", style: "validation", validation)) }
        var chart = LineChart(series, xName: "epoch", label: "Loss over the epochs")
        chart.mayBeLogarithmic = true
        chart.mark = best(\.validationLoss, "validation loss")
        chart.reference = test.map { ("test", $0.loss) }
        figure(chart.isLogarithmic ? "Loss, on a logarithmic scale" : "Loss", &page) { chart.draw(&$0) }
    }

    private func addScore(_ page: inout Markup) {
        let isAccuracy = scoreName == "accuracy"
        let score: (EpochRecord) -> Double? = isAccuracy ? { $0.validationAccuracy.map { 100 * $0 } } : \.validationR2
        let validation = points(score)
        guard !validation.isEmpty else { return }
        let name = isAccuracy ? "Accuracy" : "R²"
        var chart = LineChart(
            [.init("validation", style: "validation", validation)], xName: "epoch", label: "\(name) over the epochs")
        chart.unit = isAccuracy ? "%" : ""
        chart.limits = isAccuracy ? 0...100 : nil
        chart.mark = best(score, "validation \(scoreName)", unit: chart.unit)
        chart.reference = test.map { ("test", isAccuracy ? 100 * ($0.accuracy ?? 0) : $0.r2 ?? 0) }
        figure(name, &page) { chart.draw(&$0) }
    }

    private func addRate(_ page: inout Markup) {
        var chart = LineChart(
            [.init("learning rate", style: "plain", points(\.learningRate))], xName: "epoch",
            label: "Learning rate over the epochs")
        chart.startsAtZero = true
        figure("Learning rate, at the end of each epoch", &page) { chart.draw(&$0) }
    }

    private func addSpeed(_ page: inout Markup) {
        var chart = LineChart(
            [.init("speed", style: "plain", points { $0.samplesPerSecond / 1000 })], xName: "epoch",
            label: "Thousands of samples per second over the epochs")
        chart.startsAtZero = true
        figure("Speed, thousands of samples per second", &page) { chart.draw(&$0) }
    }
}
