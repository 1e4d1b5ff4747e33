import CPlatform
import KernelTypes

/// Chooses the plan of a run's steps by measuring the run's own steps.
///
/// It tries one change after another (`PlanChange`), each in all layers at once: steps with the change alternate with
/// steps without it, and counters of both tell which layers it makes faster (`PlanTrial`). A pair of measurements is
/// taken only while the time lost to all of them is below a share of the run (`Pace`).
///
/// Rank 0 alone calls its functions while the team runs.
final class MeasuringPlanner: StepPlanner {
    /// When and how much is measured.
    struct Pace {
        /// The seconds of training before the first measurement.
        let delay: Double
        /// The share of the training time that may be lost to slower ways that are tried, and to planning itself.
        let share: Double

        /// Nothing is lost in the first second, and then less than 1%: 0.5 s of a run of a minute.
        static let patient = Pace(delay: 1, share: 0.008)
        /// Measurements from the first step on, one after another.
        static let eager = Pace(delay: 0, share: .infinity)
    }

    /// The choices of the plan that steps follow when they are not measured.
    private(set) var choices: PlanChoices
    /// The findings of all comparisons.
    private(set) var findings: [PlanFinding] = []
    /// The rows per second of the steps with the choices that were last compared with others; `nil` if there were none.
    var rate: Double? { stepTicks.map { Double(rows) / ($0 * secondsPerTick) } }
    /// Whether all changes have been tried since measuring began.
    private(set) var isComplete: Bool
    /// The seconds that measuring has cost.
    private(set) var spent = 0.0

    let space: PlanSpace
    private let density: FeatureDensity?
    let constants: PlanChoices
    private let pace: Pace
    private let rows: Int

    private var trial: PlanTrial?
    private var untried: [PlanChange] = []
    private var meters: [StepMeter]
    /// The pair of measurements that is being taken, if any.
    private var pair: Pair?
    /// Whether the plan with the change has not taken a step yet: the first pair touches its memory and does not count.
    private var isFresh = false
    /// The time from which on `plan` is due, unless a pair is being taken.
    private var due = Double.infinity
    private var begin: (seconds: Double, ticks: UInt64)?
    private var steps = 0
    /// The ticks of a step without a change in the last pair.
    private var stepTicks: Double?
    private var watch = RateWatch()

    /// Creates a planner.
    ///
    /// - Parameters:
    ///   - space: The plans to choose from.
    ///   - density: The density of the features.
    ///   - rows: The number of rows of a minibatch.
    ///   - pace: When and how much is measured.
    ///   - known: Choices that were measured before, and their rows per second; `nil` starts from the constants.
    init(
        _ space: PlanSpace, density: FeatureDensity?, rows: Int, pace: Pace,
        known: (choices: PlanChoices, rate: Double)? = nil
    ) {
        self.space = space
        self.density = density
        self.rows = rows
        self.pace = pace
        constants = space.constants(density)
        choices = known?.choices ?? constants
        isComplete = known != nil
        meters = (0..<2).map { _ in StepMeter(threads: space.threads, layers: space.network.layerCount) }
        if let known { watch.expect(known.rate) } else { untried = changes }
    }

    /// The changes to try, in this order.
    private var changes: [PlanChange] {
        [.input, .delta, .gradient, .outer, .blocks, .featureBlocks] + space.panelLayers.map { .panels($0) }
            + [.constants(constants)]
    }

    // MARK: - StepPlanner

    var first: PlanChoices? { choices }

    var isDue: Bool {
        if let pair { return pair.isOver }
        return due < .infinity && RunClock.now() >= due
    }

    func next(isFull: Bool) -> StepWay {
        if begin == nil {
            begin = (RunClock.now(), ft_ticks())
            due = isComplete ? .infinity : RunClock.now() + pace.delay
        }
        steps += 1
        // The last minibatch of an epoch may be smaller than the others.
        guard isFull, pair != nil, let turn = pair?.next() else { return StepWay() }
        let engine = turn.isChanged ? 1 : 0
        return StepWay(engine: engine, meter: turn.isMeasured ? meters[engine].profile : nil)
    }

    func plan(_ loop: StepLoop) {
        let start = RunClock.now()
        let hasMeasured = pair != nil
        finishPair()
        if let trial, trial.isOver { finish(trial, loop) }
        if trial == nil { startTrial() }
        guard let trial else { return complete(loop) }
        let changed = trial.changed(space)
        if loop.engines.count < 2 || loop.engines[1].plan.choices != changed {
            loop.engines = [loop.engines[0], StepEngine(loop.engines[0], choices: changed)]
            isFresh = true
        }
        spent += RunClock.now() - start + MeasuringPlanner.wakingUp
        let allowed = (begin?.seconds ?? start) + spent / pace.share
        if hasMeasured && RunClock.now() < allowed { due = allowed } else { pair = Pair(stepSeconds: stepSeconds) }
    }

    /// The seconds that the other members take to fall asleep and to wake up again.
    private static let wakingUp = 50e-6

    func endEpoch(samplesPerSecond: Double) {
        guard due == .infinity, pair == nil, isComplete,
            watch.hasDropped(samplesPerSecond, at: RunClock.now())
        else { return }
        isComplete = false
        untried = changes
        due = RunClock.now()
    }

    // MARK: - Measuring

    /// Takes in the times of a pair that is over.
    private func finishPair() {
        guard let over = pair else { return }
        pair = nil
        guard let base = meters[0].take(), let changed = meters[1].take() else { return }
        stepTicks = base.whole
        spent += max(0, changed.whole - base.whole) * Double(over.stepsChanged) * secondsPerTick
        if isFresh { isFresh = false } else { trial?.add(base: base, changed: changed) }
    }

    /// Follows the result of a comparison.
    private func finish(_ trial: PlanTrial, _ loop: StepLoop) {
        findings += trial.findings(space).map { $0.inSeconds(secondsPerTick) }
        self.trial = nil
        choices = trial.result(space)
        if choices != loop.engines[0].plan.choices {
            // The engine with the change is this one as a rule.
            let ready = loop.engines.first { $0.plan.choices == choices }
            loop.engines = [ready ?? StepEngine(loop.engines[0], choices: choices)]
        }
    }

    /// Starts the next comparison that there is anything to compare for.
    private func startTrial() {
        while trial == nil, !untried.isEmpty {
            let change = untried.removeFirst()
            if case .panels(choices.panelLayers) = change { continue }
            trial = PlanTrial(change, of: choices, space, density)
        }
    }

    private func complete(_ loop: StepLoop) {
        loop.engines = [loop.engines[0]]
        isComplete = true
        due = .infinity
        watch.start(at: RunClock.now())
    }

    private var secondsPerTick: Double {
        guard let begin else { return 0 }
        return (RunClock.now() - begin.seconds) / max(1, Double(ft_ticks() &- begin.ticks))
    }

    /// The mean seconds of a step so far, with the time between steps.
    private var stepSeconds: Double {
        guard let begin, steps > 1 else { return 0 }
        return (RunClock.now() - begin.seconds) / Double(steps)
    }

    /// Steps without a change, then steps with it. The first steps of either are not measured while the caches still hold
    /// what the other needs, unless steps are so long that this makes no difference.
    struct Pair {
        let settling: Int
        let measured: Int
        /// The number of steps with the change before those that are measured.
        let settlingChanged: Int
        private var position = 0

        init(stepSeconds: Double) {
            measured = max(1, min(64, Int(Pair.seconds / max(stepSeconds, 1e-9))))
            settling = max(1, measured / 4)
            settlingChanged = stepSeconds < 2 * Pair.seconds ? settling : 0
        }

        /// The seconds to be measured of either plan, if a step is shorter.
        private static let seconds = 2e-3

        var stepsChanged: Int { settlingChanged + measured }
        var isOver: Bool { position == settling + measured + stepsChanged }

        /// Returns what the next step is, or `nil` if the pair is over.
        mutating func next() -> (isChanged: Bool, isMeasured: Bool)? {
            guard !isOver else { return nil }
            defer { position += 1 }
            let isChanged = position >= settling + measured
            let place = isChanged ? position - settling - measured : position
            return (isChanged, place >= (isChanged ? settlingChanged : settling))
        }
    }
}

/// Notices when the rate of a run drops, so that its plan is measured again.
struct RateWatch {
    private var best = 0.0
    private var rates: [Double] = []
    private var since = 0.0

    /// The seconds whose epochs are looked at together, and the least time between two measurements of the plan.
    private static let window = 30.0
    /// The share of the best rate below which the plan is measured again.
    private static let drop = 0.75

    /// Sets a rate that the plan is known to reach.
    mutating func expect(_ rate: Double) { best = rate }

    /// Starts to watch a plan that was just measured.
    mutating func start(at seconds: Double) { self = RateWatch(since: seconds) }

    init(since seconds: Double = 0) { since = seconds }

    /// Takes in the rate of an epoch, and returns whether the rate has dropped: the median of a window's epochs is below a
    /// share of the best one.
    mutating func hasDropped(_ rate: Double, at seconds: Double) -> Bool {
        if since == 0 { since = seconds }
        rates.append(rate)
        guard seconds - since >= RateWatch.window else { return false }
        let middle = median(rates)
        rates = []
        since = seconds
        defer { best = max(best, middle) }
        return middle < RateWatch.drop * best
    }
}
