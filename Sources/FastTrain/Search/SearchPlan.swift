/// The order in which trials are trained, for how many epochs each, and their ranking. It knows nothing about networks.
///
/// Each rung trains from the start, with the schedule of its own number of epochs. The results of a rung therefore come
/// from schedules that have finished, which predict more than the first epochs of a long one, and the recipe of a rung
/// is one that `fasttrain train` accepts. This takes a third more epochs than continuing would.
struct SearchPlan: Sendable {
    /// A number of trials that are trained for the same number of epochs.
    struct Rung: Sendable, Equatable {
        let trials: Int
        let epochs: Int
    }

    /// A sequence of rungs. The first one has new trials, and each further one has the best trials of the previous
    /// rung.
    struct Bracket: Sendable, Equatable {
        let firstTrial: Int
        let rungs: [Rung]
    }

    /// The training of one trial in one rung.
    struct Job: Sendable, Hashable {
        let trial: Int
        let bracket: Int
        let rung: Int
        let epochs: Int
    }

    let brackets: [Bracket]
    private let monitor: Monitor
    private(set) var results: [Job: TrialResult] = [:]
    private(set) var started = Set<Job>()

    /// The fraction 1/η of a rung's trials continues; η is the paper's name.
    static let eta = 3

    init(_ method: SearchMethod, trials: Int, epochs: Int, monitor: Monitor) {
        self.monitor = monitor
        switch method {
        case .hyperband: brackets = Self.hyperband(trials: trials, epochs: epochs)
        case .random, .grid: brackets = [Bracket(firstTrial: 0, rungs: [Rung(trials: trials, epochs: epochs)])]
        }
    }

    /// Returns the paper's brackets, repeated until there are enough trials.
    ///
    /// The last bracket has the remaining trials and no rungs from which all trials would continue.
    static func hyperband(trials: Int, epochs: Int) -> [Bracket] {
        var most = 0  // log η of the epochs, rounded down
        var size = eta
        while size <= epochs {
            most += 1
            size *= eta
        }
        var brackets: [Bracket] = []
        var first = 0
        while first < trials {
            for s in stride(from: most, through: 0, by: -1) where first < trials {
                let factor = integerPower(eta, s)
                let count = min(((most + 1) * factor + s) / (s + 1), trials - first)
                let rungs = (0...s).map { i in
                    Rung(
                        trials: max(1, count / integerPower(eta, i)),
                        epochs: max(1, (2 * epochs + integerPower(eta, s - i)) / (2 * integerPower(eta, s - i))))
                }
                brackets.append(
                    Bracket(
                        firstTrial: first,
                        rungs: rungs.indices.filter { $0 == s || rungs[$0].trials > rungs[$0 + 1].trials }
                            .map { rungs[$0] }))
                first += count
            }
        }
        return brackets
    }

    private static func integerPower(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    /// The number of trainings in total if no trial diverges.
    var jobCount: Int { brackets.reduce(0) { $0 + $1.rungs.reduce(0) { $0 + $1.trials } } }

    /// The number of epochs of all trainings.
    var epochCount: Int { brackets.reduce(0) { $0 + $1.rungs.reduce(0) { $0 + $1.trials * $1.epochs } } }

    var trialCount: Int { brackets.reduce(0) { $0 + $1.rungs[0].trials } }

    /// The jobs that can start now, in the order in which they should.
    var ready: [Job] {
        brackets.indices.flatMap { bracket in
            rung(of: bracket).filter { !started.contains($0) && results[$0] == nil }
        }
    }

    /// Returns the jobs of a bracket's current rung, which is the first unfinished one, or the last one if all are
    /// finished.
    private func rung(of bracket: Int) -> [Job] {
        let rungs = brackets[bracket].rungs
        var trials = Array(brackets[bracket].firstTrial..<brackets[bracket].firstTrial + rungs[0].trials)
        for (index, rung) in rungs.enumerated() {
            let jobs = trials.map { Job(trial: $0, bracket: bracket, rung: index, epochs: rung.epochs) }
            let finished = jobs.compactMap { results[$0] }
            guard finished.count == jobs.count, index + 1 < rungs.count else { return jobs }
            trials = ranked(finished).filter { $0.divergence == nil }.prefix(rungs[index + 1].trials).map(\.trial)
        }
        return []
    }

    mutating func start(_ job: Job) { started.insert(job) }

    mutating func record(_ result: TrialResult, of job: Job) {
        started.remove(job)
        results[job] = result
    }

    /// Takes back a job that was started but did not finish.
    mutating func abandon(_ job: Job) { started.remove(job) }

    /// The best result of each trial, best trial first.
    ///
    /// Results of all rungs are compared, because each one comes from a complete training; its number of epochs is part
    /// of its recipe.
    var ranking: [TrialResult] {
        var seen = Set<Int>()
        return ranked(Array(results.values)).filter { seen.insert($0.trial).inserted }
    }

    /// Returns the results sorted by the monitored value, then by loss, then by number of epochs (more first), then by
    /// trial. Diverged trials come last.
    private func ranked(_ results: [TrialResult]) -> [TrialResult] {
        results.sorted { a, b in
            let (left, right) = (figure(a), figure(b))
            switch (left, right) {
            case (nil, _?): return false
            case (_?, nil): return true
            case (let left?, let right?) where left != right: return left > right
            default:
                let (left, right) = (a.validationLoss ?? 0, b.validationLoss ?? 0)
                return (left, -a.epochs, a.trial) < (right, -b.epochs, b.trial)
            }
        }
    }

    /// Returns the monitored value with the sign chosen so that higher is better, or `nil` if the trial diverged.
    private func figure(_ result: TrialResult) -> Double? {
        guard result.divergence == nil else { return nil }
        return monitor == .validationScore ? result.score : result.validationLoss.map { -$0 }
    }
}
