import KernelDispatch
import KernelTypes
import Platform

/// How the plan of a run's steps is chosen. It affects the speed, and never a number.
package enum Planning: Sendable, Equatable {
    /// Constants choose.
    case fixed
    /// The plan is the one that the user's cache remembers, or else is measured after the first second of the run.
    case remembered
    /// The plan is measured from the first step on, whatever the cache remembers and whatever the measurements cost.
    case measured

    /// Returns the planning that the environment variable `FASTTRAIN_PLAN` names, `fixed` or `measure`; `remembered` if the
    /// variable is unset or empty.
    ///
    /// - Throws: `.invalidSetting` for any other value.
    package static func chosen() throws(FastTrainError) -> Planning {
        switch Machine.environment("FASTTRAIN_PLAN") {
        case nil: return .remembered
        case "fixed": return .fixed
        case "measure": return .measured
        case let other?:
            throw .invalidSetting(name: "FASTTRAIN_PLAN", expected: "fixed or measure", found: "'\(other)'")
        }
    }
}

/// The planner of one run, and the file in which it remembers the plan.
struct RunPlanner {
    let planner: MeasuringPlanner
    private let cache: PlanCache?
    private let key: String
    /// Whether the first plan was remembered.
    let isRemembered: Bool

    /// Creates the planner of a run, or returns `nil` if its plan is fixed: as asked, for an optimizer that takes all rows
    /// at once, for several processes, or because there is no memory for the plans to compare.
    ///
    /// - Parameters:
    ///   - planning: How the plan is chosen.
    ///   - training: The run.
    ///   - cache: The file of plans; `nil` means that none are remembered.
    init?(_ planning: Planning, _ training: Training, cache: PlanCache? = .ofUser) {
        let recipe = training.recipe
        guard planning != .fixed, training.group == nil, case .minibatches = recipe.optimizer.batching else {
            return nil
        }
        let kernels = training.instructionSet.kernels
        let density = training.density
        let need = MemoryNeed(
            recipe, on: training.data, density: density, threads: training.threads, kernels: kernels,
            isSaved: training.output != nil, isPlanned: true)
        guard MemoryLimit.allows(need) else { return nil }
        let space = PlanSpace(network: training.network, recipe: recipe, threads: training.threads, kernels: kernels)
        key = PlanKey.text(space, density, instructionSet: training.instructionSet)
        self.cache = cache
        let known = planning == .remembered ? cache?.plan(key, in: space) : nil
        isRemembered = known != nil
        planner = MeasuringPlanner(
            space, density: density, rows: min(recipe.batchSize, training.trainRows),
            pace: planning == .measured ? .eager : .patient, known: known.map { ($0.choices, $0.rate) })
    }

    /// Remembers the plan if it was measured to the end. Call this once the run has ended.
    func remember() {
        guard planner.isComplete, let rate = planner.rate, rate.isFinite else { return }
        cache?.remember(PlanCache.Entry(key: key, choices: planner.choices, rate: rate))
    }
}

/// The description of a machine and a kind of run, by which plans are remembered.
enum PlanKey {
    /// Returns everything that the speed of a plan depends on. The density is rounded to a twentieth.
    static func text(_ space: PlanSpace, _ density: FeatureDensity, instructionSet: InstructionSet) -> String {
        let recipe = space.recipe
        let share = (density.alongColumns(recipe.kernelPrecision) * 20).rounded() / 20
        let parts: [(String, String)] = [
            ("cpu", Machine.processor ?? "unknown"), ("instruction set", instructionSet.rawValue),
            ("threads", "\(space.threads)"), ("network", "\(space.network)"),
            ("activation", recipe.activations.map(\.rawValue).joined(separator: " ")),
            ("normalization", recipe.normalization.rawValue), ("precision", "\(recipe.kernelPrecision)"),
            ("batch", "\(recipe.batchSize)"), ("shards", "\(recipe.shards)"),
            ("optimizer", recipe.optimizer.rawValue + (recipe.ema == nil ? "" : " with average")),
            (
                "dropout",
                ([recipe.inputDropout] + recipe.dropoutRates).map { $0 == 0 ? "0" : "\(($0 * 10).rounded() / 10)" }
                    .joined(separator: " ")
            ),
            ("clipping", recipe.clipValue == nil ? "" : "value"), ("density", "\(share)"),
        ]
        return parts.map { "\($0.0): \($0.1)" }.joined(separator: "; ")
    }
}
