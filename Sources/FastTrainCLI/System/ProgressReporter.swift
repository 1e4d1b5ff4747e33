import FastTrain

/// Writes a run's progress to standard error: a bar on a terminal, and a line for each finished epoch.
struct ProgressReporter: Sendable {
    let status: StatusLine
    let style: Style
    /// Of the whole run.
    let epochs: Int

    /// May be called from any thread.
    func report(_ progress: Progress) {
        switch progress {
        case .step(let step): status.show { ProgressBar.line(step, width: $0, style: style) }
        case .epoch(let record): status.replace(with: ProgressBar.line(record, epochs: epochs))
        case .saved: break  // what was saved is told when the run ends
        }
    }
}
