import FastTrain

/// The progress of a search and its leaderboard.
enum SearchTable {
    /// Returns a finished trial in one line: "trial 12  3 epochs  validation 0.0812  accuracy 97.55%  hidden 512,256,
    /// …".
    static func line(_ result: TrialResult, _ status: SearchStatus, of search: Search) -> String {
        let place = "\(String(status.finished).padded(to: String(status.planned).count, .right))/\(status.planned)"
        let start = "\(place)  trial \(result.trial + 1)  \(Format.count(result.epochs, "epoch"))"
        return "\(start)  \(figures(result, of: search))  \(settings(result))"
    }

    private static func figures(_ result: TrialResult, of search: Search) -> String {
        guard let loss = result.validationLoss, let score = result.score else {
            return "diverged: \(result.divergence ?? "")"
        }
        return "validation \(Format.loss(loss))  \(scoreName(search)) \(self.score(score, of: search))"
    }

    static func scoreName(_ search: Search) -> String { search.isScoredByAccuracy ? "accuracy" : "R2" }

    static func score(_ score: Double, of search: Search) -> String {
        search.isScoredByAccuracy ? Format.percent(score) : Format.loss(score)
    }

    /// Returns the settings in which a trial differs, as they would be typed: "hidden 512,256, activation tanh".
    static func settings(_ result: TrialResult) -> String {
        let texts = result.settings.settings.map { "\(words($0.name)) \(value($0.value))" }
        return texts.isEmpty ? "the recipe as given" : texts.joined(separator: ", ")
    }

    private static func words(_ name: String) -> String { name.split(separator: "_").joined(separator: " ") }

    private static func value(_ json: JSON) -> String {
        switch json {
        case .array(let values): values.isEmpty ? "none" : values.map(value).joined(separator: ",")
        case .string(let text): text.printable
        case .number(let number): Format.setting(number)
        case .bool(let isOn): isOn ? "on" : "off"
        default: json.text
        }
    }

    /// Returns the first rows of the leaderboard.
    static func leaderboard(
        _ ranking: [TrialResult], of search: Search, rows: Int, style: Style
    ) -> [String] {
        var table = TextTable([.right, .right, .right, .right, .right, .left])
        table.add(
            ["", "trial", "epochs", "validation", scoreName(search), "settings"].map { TextTable.Cell($0, style.dim) })
        for (index, result) in ranking.prefix(rows).enumerated() {
            let loss = result.validationLoss.map { Format.loss($0) } ?? "diverged"
            let share = result.score.map { score($0, of: search) } ?? ""
            let scoreCell = index == 0 ? TextTable.Cell(share, style.bold) : TextTable.Cell(share)
            let counts = [index + 1, result.trial + 1, result.epochs].map { TextTable.Cell("\($0)") }
            table.add(counts + [TextTable.Cell(loss), scoreCell, TextTable.Cell(settings(result))])
        }
        return table.lines
    }

    /// Returns the best trials so far, the running trials and the remaining time in lines of at most `width` columns.
    static func live(_ status: SearchStatus, of search: Search, width: Int, style: Style) -> [String] {
        let plain = Style(color: false, unicode: style.unicode)
        var lines = leaderboard(status.ranking, of: search, rows: 5, style: plain).map { $0.clipped(to: width) }
        let running = status.running.prefix(4).map { "\($0.trial + 1) (\($0.epochsDone)/\($0.epochs))" }
        let more = status.running.count > 4 ? ", …" : ""
        lines.append(
            "training trial \(running.joined(separator: ", "))\(more)".clipped(to: width))
        let left = status.secondsLeft.map { "  about \(Format.duration($0)) left" } ?? ""
        let count = "\(Format.integer(status.finished)) of \(Format.integer(status.planned))"
        let space = width - count.columns - left.columns - 2
        let share = Double(status.finished) / Double(max(1, status.planned))
        let bar = space >= 8 ? ProgressBar.bar(share, width: min(24, space), style: style) + "  " : ""
        lines.append(bar + (count + left).clipped(to: width))
        return lines
    }
}
