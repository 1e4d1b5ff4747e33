/// How a search goes about its trials.
public enum SearchMethod: String, Sendable, CaseIterable {
    /// Many trials for a few epochs, the best third for three times as many, and so on; that over again with fewer
    /// trials and more epochs to start from (Li et al., "Hyperband", 2018).
    case hyperband
    /// Each trial, drawn at random, for all epochs.
    case random
    /// Each combination of the space's lists, for all epochs.
    case grid
}

extension SearchMethod: JSONConvertible {}

/// Which trial is trained when for how many epochs; and which is the best. Knows nothing of networks.
///
/// Each rung is trained afresh, by the schedule of its own number of epochs: the figures of a rung are then those of
/// learning rates that have come to their end, which tell more than a long schedule's first epochs do, and the recipe of
/// a rung is one that `fasttrain train` would take. It costs a third more epochs than going on would.
struct SearchPlan: Sendable {
    /// So many trials for so many epochs.
    struct Rung: Sendable, Equatable {
        let trials: Int
        let epochs: Int
    }

    /// Rungs in turn, the first with trials of its own, each other one with the best of the one before.
    struct Bracket: Sendable, Equatable {
        let firstTrial: Int
        let rungs: [Rung]
    }

    /// A trial that is to be trained.
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

    /// A third of a rung goes on: the paper's η.
    static let eta = 3

    init(_ method: SearchMethod, trials: Int, epochs: Int, monitor: Monitor) {
        self.monitor = monitor
        switch method {
        case .hyperband: brackets = Self.hyperband(trials: trials, epochs: epochs)
        case .random, .grid: brackets = [Bracket(firstTrial: 0, rungs: [Rung(trials: trials, epochs: epochs)])]
        }
    }

    /// The paper's brackets, over and over until there are so many trials; the last one with what is left, and without
    /// the rungs from which all would go on.
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

    /// How often a trial is trained in all, if none diverges.
    var jobCount: Int { brackets.reduce(0) { $0 + $1.rungs.reduce(0) { $0 + $1.trials } } }

    /// Epochs of all of them.
    var epochCount: Int { brackets.reduce(0) { $0 + $1.rungs.reduce(0) { $0 + $1.trials * $1.epochs } } }

    var trialCount: Int { brackets.reduce(0) { $0 + $1.rungs[0].trials } }

    /// What can be trained now and is not yet, in the order in which it should be.
    var ready: [Job] {
        brackets.indices.flatMap { bracket in
            rung(of: bracket).filter { !started.contains($0) && results[$0] == nil }
        }
    }

    /// The jobs of a bracket's present rung: the first that is not finished, or the last.
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

    /// Takes back what was started and did not come to its end.
    mutating func abandon(_ job: Job) { started.remove(job) }

    /// One result a trial, its best; the best trial first.
    ///
    /// Of whatever rung: as each is trained afresh, a result is that of a whole training, its epochs a part of the recipe.
    var ranking: [TrialResult] {
        var seen = Set<Int>()
        return ranked(Array(results.values)).filter { seen.insert($0.trial).inserted }
    }

    /// By the monitor; of equal scores by the loss; of equal ones that of more epochs, then the first trial. What diverged
    /// comes last.
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

    /// More is better; nil of what diverged.
    private func figure(_ result: TrialResult) -> Double? {
        guard result.divergence == nil else { return nil }
        return monitor == .validationScore ? result.score : result.validationLoss.map { -$0 }
    }
}
