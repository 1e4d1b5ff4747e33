import ArgumentParser
import FastTrain
import ProgramSupport

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
        report.open(RunCard(training).text)
        try SignalFlag.watch()
        let outcome = try train(Terminal.standardError)
        try report.close(RunResult(outcome, training: training), interrupted: outcome.interrupted)
    }

    private func train(_ screen: Terminal) throws(FastTrainError) -> Outcome {
        if report.quiet { return try training.train(stop: SignalFlag.received) }
        let status = StatusLine(screen)
        defer { status.replace() }
        let reporter = ProgressReporter(status: status, style: screen.style, epochs: training.recipe.epochs)
        return try training.train(stop: SignalFlag.received, progress: { reporter.report($0) })
    }
}
