import FastTrain
import ProgramSupport

/// The result of a search: the leaderboard, the winner, and the commands to use next.
struct SearchResult: SessionResult {
    private let search: Search
    private let outcome: SearchOutcome
    private let interrupted: Int32?
    private static let shown = 10

    /// Gathers the result.
    ///
    /// - Parameters:
    ///   - search: The search.
    ///   - outcome: Its outcome.
    ///   - interrupted: The signal that interrupted it, if one did.
    init(_ search: Search, _ outcome: SearchOutcome, interrupted: Int32?) {
        self.interrupted = interrupted
        self.search = search
        self.outcome = outcome
    }

    func text(width: Int, style: Style) -> String {
        var blocks = [leaderboard(style)]
        if let run { blocks.append(run.text(width: width, style: style)) }
        return blocks.joined(separator: "\n\n")
    }

    private func leaderboard(_ style: Style) -> String {
        let ranking = outcome.ranking
        let lines = SearchTable.leaderboard(ranking, of: search, rows: Self.shown, style: style)
        let rest = ranking.count - Self.shown
        let diverged = ranking.count { $0.divergence != nil }
        var notes: [String] = []
        if rest > 0 { notes.append("and \(Format.count(rest, "more trial"))") }
        if diverged > 0 { notes.append("\(diverged) diverged") }
        if outcome.isCutShort {
            notes.append("cut short by --time, so another search may try more or fewer trials")
        }
        let title =
            "\(Format.count(ranking.count, "trial")) in \(Format.duration(outcome.seconds)), "
            + "compared by \(search.recipe.monitor.rawValue); the test rows were not used"
        return ([title, ""] + lines + (notes.isEmpty ? [] : [notes.joined(separator: "; ")])).joined(separator: "\n")
    }

    private var run: RunResult? {
        guard let training = outcome.training, let final = outcome.final else { return nil }
        return RunResult(final, training: training, interrupted: interrupted)
    }

    /// Returns one line that says what was saved and how to resume.
    func interruption(by signal: Int32) -> String {
        let start = "interrupted by \(SignalFlag.name(signal))"
        guard let folder = search.output else {
            return "\(start); nothing was saved because there is no output folder (--output)"
        }
        let what =
            outcome.final == nil
            ? "finished trials are saved" : "all trials are finished, and the winner's training is saved"
        return "\(start); \(what); resume with: fasttrain resume \(folder.shellWord)"
    }

    var json: JSON {
        .object([
            .init("data", .string(search.data.name)), .init("method", .string(search.method.rawValue)),
            .init("trials", .integer(search.trials)), .init("cut_short", .bool(outcome.isCutShort)),
            .init("monitor", .string(search.recipe.monitor.rawValue)),
            .init("leaderboard", .array(outcome.ranking.map(\.json))), .init("seconds", .number(outcome.seconds)),
            .init("output", search.output.map(JSON.string) ?? .null),
            .init("interrupted", interrupted.map { .string(SignalFlag.name($0)) } ?? .null),
            .init("best", run?.json ?? .null),
        ])
    }
}
