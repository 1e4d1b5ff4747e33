import FastTrain

/// Writes the progress of a run to standard error: a bar on a terminal, and one line for each finished epoch.
struct ProgressReporter: Sendable {
    let status: StatusLine
    let style: Style
    /// The number of epochs in the run.
    let epochs: Int

    /// Reports an event. This may be called from any thread.
    func report(_ progress: TrainingProgress) {
        switch progress {
        case .step(let step): status.show { ProgressBar.line(step, width: $0, style: style) }
        case .epoch(let record): status.replace(with: ProgressBar.line(record, epochs: epochs))
        case .saved: break  // the result names the saved files when the run ends
        }
    }
}
