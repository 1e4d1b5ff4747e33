import ArgumentParser
import FastTrain
import Platform
import ProgramSupport

/// The part that `train` and `resume` share: it shows the settings, trains, and reports the result.
struct RunSession {
    private let training: Training
    private let report: ReportOptions
    private let planning: Planning

    init(_ training: Training, planning: Planning, report: ReportOptions) {
        self.training = training
        self.planning = planning
        self.report = report
    }

    /// Trains and reports the result. Throws `ExitCode` 128 + the signal's number if the run was interrupted.
    ///
    /// With other processes, rank 0 reports.
    func run() throws {
        if RunGroup.isReporter {
            for warning in training.warnings { Console.warning(warning) }
            report.open(RunCard(training).text)
        }
        try SignalFlag.watch()
        let outcome = try train(Terminal.standardError)
        // Another process may have received the signal.
        let signal = outcome.ending == .interrupted ? SignalFlag.received() ?? SIGTERM : nil
        let end = Result {
            if RunGroup.isReporter {
                try report.close(RunResult(outcome, training: training, interrupted: signal), interrupted: signal)
            } else if let signal {
                throw ExitCode(128 + signal)
            }
        }
        try RunGroup.leave()
        try end.get()
    }

    private func train(_ screen: Terminal) throws(FastTrainError) -> Outcome {
        if report.quiet || !RunGroup.isReporter {
            return try training.train(planning: planning, stop: SignalFlag.hasArrived)
        }
        let status = StatusLine(screen)
        defer { status.replace() }
        let reporter = ProgressReporter(status: status, style: screen.style, epochs: training.recipe.epochs)
        return try training.train(planning: planning, stop: SignalFlag.hasArrived, progress: { reporter.report($0) })
    }
}
