import ArgumentParser
import FastTrain

/// What `train` and `resume` share: a run from its settings on the screen to its result.
struct RunSession {
    private let training: Training
    private let report: ReportOptions

    init(_ training: Training, report: ReportOptions) {
        self.training = training
        self.report = report
    }

    /// Trains and reports. Throws `ExitCode` 128 + the signal's number when the run was interrupted.
    func run() throws {
        for warning in training.warnings { Console.warning(warning) }
        let screen = Terminal.standardError
        if !report.quiet {
            Console.note(RunCard(training).text(style: screen.style) + "\n\n")
        }
        try SignalFlag.watch()
        let outcome = try train(screen)
        let result = RunResult(outcome, training: training)
        if report.json {
            try Console.print(result.json.text)
        } else if outcome.interrupted == nil {
            if !report.quiet { Console.note("\n") }
            let terminal = Terminal.standardOutput
            try Console.print(result.text(width: terminal.width, style: terminal.style))
        }
        if let signal = outcome.interrupted {
            Console.note("fasttrain: \(result.interruption(by: signal).printable)\n")
            throw ExitCode(128 + signal)
        }
    }

    private func train(_ screen: Terminal) throws(FastTrainError) -> Outcome {
        if report.quiet { return try training.train(stop: SignalFlag.received) }
        let status = StatusLine(screen)
        defer { status.replace() }
        let reporter = ProgressReporter(status: status, style: screen.style, epochs: training.recipe.epochs)
        return try training.train(stop: SignalFlag.received, progress: { reporter.report($0) })
    }
}
