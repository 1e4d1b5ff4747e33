import ArgumentParser
import FastTrain
import ProgramSupport
import Synchronization

/// The part that `search` and `resume` of a search share: it shows the settings, searches, and reports the result.
struct SearchSession {
    private let search: Search
    private let report: ReportOptions

    init(_ search: Search, report: ReportOptions) {
        self.search = search
        self.report = report
    }

    /// Searches and reports the result. Throws `ExitCode` 128 + the signal's number if the search was interrupted.
    func run() throws {
        report.open(SearchCard(search).text)
        try SignalFlag.watch()
        let outcome = try go(Terminal.standardError)
        let signal = outcome.isInterrupted ? SignalFlag.received() : nil
        try report.close(SearchResult(search, outcome, interrupted: signal), interrupted: signal)
    }

    private func go(_ screen: Terminal) throws(FastTrainError) -> SearchOutcome {
        if report.quiet {
            return try search.run(stop: SignalFlag.hasArrived) {
                if case .warning(let what) = $0 { Console.warning(what) }
            }
        }
        let block = StatusBlock(screen)
        let status = StatusLine(screen)
        defer {
            block.clear()
            status.replace()
        }
        let (search, style) = (search, screen.style)
        let epochs = Mutex(0)
        return try search.run(stop: SignalFlag.hasArrived) { progress in
            switch progress {
            case .warning(let what): Console.warning(what)
            case .status(let now):
                block.show { SearchTable.live(now, of: search, width: $0, style: style) }
            case .trial(let result, let now):
                if screen.redraws {
                    block.show { SearchTable.live(now, of: search, width: $0, style: style) }
                } else {
                    Console.note(SearchTable.line(result, now, of: search) + "\n")
                }
            case .winner(let result, let recipe):
                block.clear()
                epochs.withLock { $0 = recipe.epochs }
                Console.note(
                    "trial \(result.trial + 1) is the best; training it on all training rows for "
                        + "\(Format.count(recipe.epochs, "epoch"))\n\n")
            case .training(let progress):
                ProgressReporter(status: status, style: style, epochs: epochs.withLock { $0 }).report(progress)
            }
        }
    }
}
