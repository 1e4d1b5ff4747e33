import CPlatform
import KernelDispatch
import KernelTypes
import Synchronization

/// Measures how fast this machine trains, using the same code as `Training.train`.
package enum Benchmark {
    /// The names that `--workload` takes.
    package static let workloads = Workload.all.map(\.name)

    /// The result of a measurement.
    package struct Result: Sendable, Equatable {
        /// The name of the workload.
        package let workload: String
        /// The number of processes that trained together.
        package let processes: Int
        /// The number of threads of each process.
        package let threads: Int
        /// The instruction set of the kernels.
        package let instructionSet: String
        /// The precision of the factors in matrix products.
        package let precision: Precision
        /// The order in which the products of bf16 numbers are added; `nil` in single precision.
        package let accumulation: Accumulation?
        /// The number of rows trained per second, including shuffling and gathering.
        package let samplesPerSecond: Double
        /// Billions of nominal operations per second (`Network.operationsPerSample`), regardless of how many were
        /// skipped.
        package let gflops: Double
        /// Billions of operations per second in multiply-adds of this precision without memory access, over all
        /// threads.
        ///
        /// It is measured in the same process before and after training, and the higher value counts.
        package let peakGflops: Double
        /// The load of the exchange from the second step on; `nil` unless this is the lead of several processes.
        package let exchange: ExchangeLoad?
        /// The time of each phase of a step; empty unless profiling was requested.
        package let phases: [PhaseTime]
        /// The plan of the steps; `nil` if it was fixed.
        package let plan: PlanSummary?
        /// The value of `gflops` as a fraction of `peakGflops`.
        package var fractionOfPeak: Double { gflops / peakGflops }
    }

    /// The time of one phase of a step, for one layer or for the whole network.
    package struct PhaseTime: Sendable, Equatable {
        /// The phase, with the names of `Phase`.
        package let phase: String
        /// The layer, from 0; `nil` if the phase covers the whole network.
        package let layer: Int?
        /// The seconds per step, averaged over the threads.
        package let seconds: Double
        /// The number of operations per step in a dense network, over all threads; 0 if the phase has no product.
        package let operations: Double
        /// The number of operations per step that were executed.
        package let executedOperations: Double
    }

    /// Trains one workload for about the given time and measures its speed.
    ///
    /// - Parameters:
    ///   - name: The name of the workload.
    ///   - data: A data set of 784 features and 10 classes; `nil` means the built-in sample.
    ///   - seconds: The seconds to measure, after a warm-up of a fifth of that time.
    ///   - threads: The number of threads; `nil` means one for each usable CPU, but no more than a step has work for.
    ///   - precision: The precision of the factors in matrix products.
    ///   - accumulation: The order in which the products of bf16 numbers are added; `nil` means that of this CPU's
    ///     fastest instructions.
    ///   - batchSize: The rows of a minibatch; `nil` means those of the workload.
    ///   - shards: The shards of a minibatch; `nil` means those of a recipe, or one for each process.
    ///   - profile: Whether to measure each phase of a step, which itself takes some time.
    ///   - planning: How the plan of the steps is chosen.
    ///   - group: The processes that train together; `nil` means this one alone.
    /// - Throws: `.invalidSetting` if there is no such workload or if an order is named in single precision, and any error
    ///   of `Training`.
    package static func run(
        workload name: String, data: Dataset? = nil, seconds: Double = 3, threads: Int? = nil,
        precision: Precision = .f32, accumulation: Accumulation? = nil, batchSize: Int? = nil, shards: Int? = nil,
        profile: Bool = false, planning: Planning = .fixed, group: ProcessGroup? = nil
    ) throws(FastTrainError) -> Result {
        guard let workload = Workload.all.first(where: { $0.name == name }) else {
            throw .invalidSetting(
                name: "workload", expected: "one of \(workloads.joined(separator: ", "))",
                found: "'\(name)'")
        }
        guard seconds > 0 && seconds.isFinite else {
            throw .invalidSetting(name: "seconds", expected: "a number above 0", found: "\(seconds)")
        }
        if let accumulation, precision == .f32 {
            throw .invalidSetting(
                name: "precision", expected: "bf16, whose products are added by \(accumulation.rawValue)", found: "f32")
        }
        let data = if let data { data } else { try Dataset.mnistSample() }
        guard data.featureCount == Workload.features, case .classification(let classes) = data.task,
            classes.count == Workload.classes
        else {
            throw .badData(
                file: data.name, place: .file, expected: "784 features and 10 classes, which the workloads require",
                found: data.summary)
        }
        var recipe = workload.recipe
        recipe.precision = precision
        recipe.accumulation = accumulation
        recipe.batchSize = batchSize ?? recipe.batchSize
        recipe.shards = shards ?? max(recipe.shards, group?.size ?? 1)
        var options = RunOptions(threads: threads)
        options.group = group
        let training = try Training(recipe, on: data, options: options)
        let kernels = training.instructionSet.kernels
        let products = training.recipe.kernelPrecision
        let before = try peak(threads: training.threads, precision: products, kernels: kernels)
        let profile =
            profile ? Profile(threads: training.threads, layers: training.network.layerCount) : nil
        let meter = Meter(warmUp: seconds / 5, seconds: seconds) { profile?.startCounting() }
        let plan = RunPlanner(planning, training)
        let session = RunLoop(training, profile: profile, planner: plan?.planner, stop: { meter.tick() })
        let clock = (ticks: ft_ticks(), seconds: RunClock.now())
        try session.run()
        plan?.remember()
        let secondsPerTick = (RunClock.now() - clock.seconds) / Double(ft_ticks() - clock.ticks)
        let after = try peak(threads: training.threads, precision: products, kernels: kernels)
        let rate = meter.stepsPerSecond * Double(training.trainRows) / Double(training.stepsPerEpoch)
        return Result(
            workload: name, processes: group?.size ?? 1, threads: training.threads,
            instructionSet: training.instructionSet.rawValue, precision: precision,
            accumulation: training.recipe.accumulation, samplesPerSecond: rate,
            gflops: rate * Double(training.network.operationsPerSample) / 1e9,
            peakGflops: try group?.sum(max(before, after)) ?? max(before, after),
            exchange: session.exchangeLoad,
            phases: profile.map { phases($0, of: training, secondsPerTick: secondsPerTick) } ?? [],
            plan: plan?.summary)
    }

    /// Returns the times in the order of a step, layer by layer.
    private static func phases(_ profile: Profile, of training: Training, secondsPerTick: Double) -> [PhaseTime] {
        let steps = max(1, Double(profile.steps))
        let rows = Double(training.trainRows) / Double(training.stepsPerEpoch)
        let widths = training.network.widths
        return Phase.allCases.flatMap { phase in
            (0..<(phase.hasLayers ? training.network.layerCount : 1)).compactMap { layer in
                let ticks = profile.ticks(phase, layer: layer)
                guard ticks > 0 else { return nil }
                return PhaseTime(
                    phase: "\(phase)", layer: phase.hasLayers ? layer : nil, seconds: ticks * secondsPerTick / steps,
                    operations: phase.isProduct ? 2 * rows * Double(widths[layer] * widths[layer + 1]) : 0,
                    // The gradient has the same entries as the forward product. Other processes execute as many.
                    executedOperations: phase.isProduct
                        ? 2 * Double(training.group?.size ?? 1)
                            * profile.multiplyAdds(phase == .gradient ? .forward : phase, layer: layer) / steps : 0)
            }
        }
    }

    /// Returns the billions of operations per second that `threads` cores reach together without memory access.
    static func peak(
        threads: Int, precision: KernelPrecision, kernels: KernelTable
    ) throws(FastTrainError) -> Double {
        // The operations of one link of a chain. In bf16 a link is two multiply-adds.
        let operations = precision.isPaired ? 4.0 : 2.0
        let isByTiles = precision == .bf16Tiles && kernels.instructionSet.hasTiles
        let rounds = kernels.instructionSet == .scalar ? 2_000 : isByTiles ? 2_000_000 : 200_000
        let best = Mutex(0.0)
        for _ in 0..<5 {
            let begin = Mutex(0.0)
            try Team.run(threads: threads) { member throws(FastTrainError) in
                try member.barrier()
                if member.rank == 0 { begin.withLock { $0 = RunClock.now() } }
                let sum = kernels.multiplyAddRounds(rounds, precision)
                guard sum.isFinite else { throw .internalError("the peak's sum is not finite") }
                try member.barrier()
            }
            let seconds = RunClock.now() - begin.withLock { $0 }
            let rate = Double(threads) * Double(rounds) * 32 * 16 * operations / seconds / 1e9
            best.withLock { $0 = max($0, rate) }
        }
        return best.withLock { $0 }
    }

    /// Counts steps after a warm-up and decides when to stop.
    ///
    /// `@unchecked Sendable`: only one thread, the team's rank 0, calls `tick`, and `stepsPerSecond` is read after the
    /// run.
    private final class Meter: @unchecked Sendable {
        private let warmUp: Double
        private let seconds: Double
        private let begin = RunClock.now()
        private var from: Double?
        private var to = 0.0
        private var steps = 0
        private let onWarm: () -> Void

        init(warmUp: Double, seconds: Double, onWarm: @escaping () -> Void) {
            self.warmUp = warmUp
            self.seconds = seconds
            self.onWarm = onWarm
        }

        /// Counts a step. Call this after each step; true ends the run.
        func tick() -> Bool {
            let now = RunClock.now()
            guard let from else {
                if now - begin >= warmUp {
                    from = now
                    onWarm()
                }
                return false
            }
            steps += 1
            to = now
            return now - from >= seconds
        }

        var stepsPerSecond: Double { Double(steps) / (to - (from ?? 0)) }
    }
}
