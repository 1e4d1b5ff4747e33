import Glibc

/// The times of a run: how long in all, and how long at training alone. They decide nothing.
struct RunClock {
    /// Rows trained since the epoch's training began, or since this session took it up.
    var rows = 0
    private let earlier: Double
    private let begin = RunClock.now()
    private var trainingSince: Double?
    private var trainingSeconds = 0.0
    private var lastReport = 0.0
    private var epochs = 0

    /// `earlier`: seconds that the run took before this session.
    init(earlier: Double) {
        self.earlier = earlier
    }

    /// Seconds since the start of the run.
    var total: Double { earlier + RunClock.now() - begin }

    mutating func startTraining() {
        if trainingSince == nil { trainingSince = RunClock.now() }
    }

    mutating func stopTraining() {
        guard let since = trainingSince else { return }
        trainingSeconds += RunClock.now() - since
        trainingSince = nil
    }

    var samplesPerSecond: Double {
        let running = trainingSince.map { RunClock.now() - $0 } ?? 0
        return Double(rows) / max(trainingSeconds + running, 1e-9)
    }

    /// Whether this session would be longer than `seconds` with one more epoch, as long as those it has finished.
    func wouldExceed(_ seconds: Double) -> Bool {
        let session = RunClock.now() - begin
        return session + session / Double(max(1, epochs)) > seconds
    }

    /// The epoch's rate; the next epoch starts from zero.
    mutating func takeEpochRate() -> Double {
        let rate = samplesPerSecond
        epochs += 1
        rows = 0
        trainingSeconds = 0
        return rate
    }

    /// Whether 50 ms have passed since it last said so.
    var isReportDue: Bool {
        mutating get {
            let now = RunClock.now()
            guard now - lastReport >= 0.05 else { return false }
            lastReport = now
            return true
        }
    }

    /// Seconds on a clock that nobody sets.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
