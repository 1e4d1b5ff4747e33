import Platform

/// The timing of a run: total time, and time spent in training alone.
///
/// Results never depend on these times, except that `RunOptions.maxTime` can end a run.
struct RunClock {
    /// The number of rows trained since the start of the epoch, or since this session resumed it.
    var rows = 0
    private let earlier: Double
    private var begin = RunClock.now()
    private var trainingSince: Double?
    private var trainingSeconds = 0.0
    private var lastReport = 0.0
    private var epochs = 0

    /// Starts the clock of a session.
    ///
    /// - Parameter earlier: The seconds that the run took in earlier sessions.
    init(earlier: Double) {
        self.earlier = earlier
    }

    /// The seconds since the start of the run.
    var total: Double { earlier + RunClock.now() - begin }

    mutating func startTraining() {
        if trainingSince == nil { trainingSince = RunClock.now() }
    }

    mutating func stopTraining() {
        guard let since = trainingSince else { return }
        trainingSeconds += RunClock.now() - since
        trainingSince = nil
    }

    /// Leaves seconds out of the run's time, such as those of a pause.
    mutating func exclude(_ seconds: Double) { begin += seconds }

    var samplesPerSecond: Double {
        let running = trainingSince.map { RunClock.now() - $0 } ?? 0
        return Double(rows) / max(trainingSeconds + running, 1e-9)
    }

    /// Returns whether one more epoch, as long as the session's average so far, would make this session longer than
    /// `seconds`.
    func wouldExceed(_ seconds: Double) -> Bool {
        let session = RunClock.now() - begin
        return session + session / Double(max(1, epochs)) > seconds
    }

    /// Returns the epoch's rows per second and starts counting for the next epoch.
    mutating func takeEpochRate() -> Double {
        let rate = samplesPerSecond
        epochs += 1
        rows = 0
        trainingSeconds = 0
        return rate
    }

    /// Whether at least 50 ms have passed since this was last true.
    var isReportDue: Bool {
        mutating get {
            let now = RunClock.now()
            guard now - lastReport >= 0.05 else { return false }
            lastReport = now
            return true
        }
    }

    /// Returns the seconds on a monotonic clock.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
