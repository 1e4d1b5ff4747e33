import FastTrain

/// The lines that show the progress of a run.
enum ProgressBar {
    /// Returns the state of an unfinished epoch in one line of at most `width` columns.
    ///
    /// "epoch 3/10 ━━━━━━╸──────── 412,345 samples/s, loss 0.1234, 12 s left". If the line is too long, first the bar
    /// is left out and then the numbers from the right.
    static func line(_ progress: StepProgress, width: Int, style: Style) -> String {
        let facts =
            [
                "\(Format.rate(progress.samplesPerSecond)) samples/s", "loss \(Format.loss(progress.loss))",
                "\(Format.duration(progress.secondsLeft)) left",
            ] + exchangeFacts(progress.exchange)
        let epoch = epochLabel(progress.epoch, of: progress.epochs)
        var tail = ""
        var space = width - epoch.columns
        for fact in facts {
            let separator = tail.isEmpty ? "  " : ", "
            guard separator.columns + fact.columns <= space else { break }
            tail += separator + fact
            space -= separator.columns + fact.columns
        }
        let share = Double(progress.step) / Double(max(1, progress.steps))
        let bar = space >= 8 ? "  " + self.bar(share, width: min(space - 2, 24), style: style) : ""
        return epoch.clipped(to: width) + bar + tail
    }

    /// Returns a bar of `width` columns that is filled up to `share`, which is clamped to 0...1.
    static func bar(_ share: Double, width: Int, style: Style) -> String {
        let share = share.isNaN ? 0 : min(max(share, 0), 1)
        if !style.unicode {
            let full = Int((share * Double(width)).rounded(.down))
            return String(repeating: "#", count: full) + String(repeating: ".", count: width - full)
        }
        let halves = Int((share * Double(2 * width)).rounded(.down))
        let full = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
        return style.cyan(full) + style.dim(String(repeating: "─", count: width - (halves + 1) / 2))
    }

    /// Returns a finished epoch in one line, aligned with those of the other epochs.
    static func line(_ record: EpochRecord, epochs: Int) -> String {
        var line = "\(epochLabel(record.epoch, of: epochs))  loss \(Format.loss(record.trainLoss))"
        if let loss = record.validationLoss { line += "  validation \(Format.loss(loss))" }
        if let accuracy = record.validationAccuracy { line += "  accuracy \(Format.percent(accuracy))" }
        if let r2 = record.validationR2 { line += "  R2 \(Format.loss(r2))" }
        line += "  \(Format.rate(record.samplesPerSecond)) samples/s"
        return ([line] + exchangeFacts(record.exchange)).joined(separator: "  ")
    }

    /// Returns the load of the exchange in words; none if the process is alone.
    private static func exchangeFacts(_ load: ExchangeLoad?) -> [String] {
        guard let load else { return [] }
        return ["exchange \(Format.percent(load.share, 0))", "imbalance \(Format.percent(load.imbalance, 0))"]
    }

    private static func epochLabel(_ epoch: Int, of epochs: Int) -> String {
        let total = String(epochs)
        return "epoch \(String(epoch).padded(to: total.count, .right))/\(total)"
    }
}
