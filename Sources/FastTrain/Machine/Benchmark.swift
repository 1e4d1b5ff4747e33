import CIntrinsics
import KernelDispatch
import Synchronization

/// How fast this machine trains, through the very code of `Training.train`.
public enum Benchmark {
    /// One network and recipe to measure on images of 28 × 28.
    public struct Workload: Sendable {
        /// As `--workload` takes it.
        public let name: String
        /// Without validation and, in effect, without end.
        public let recipe: Recipe

        init(_ name: String, hidden: [Int], batchSize: Int, optimizer: Optimizer, learningRate: Double) {
            self.name = name
            var recipe = Recipe()
            recipe.hidden = hidden
            recipe.batchSize = batchSize
            recipe.optimizer = optimizer
            recipe.learningRate = learningRate
            recipe.schedule = .constant
            recipe.validation = 0
            recipe.epochs = 100_000
            self.recipe = recipe
        }
    }

    /// The reference workloads: small, medium, wide and deep; SGD has a momentum of 0.9.
    public static let workloads = [
        Workload("mnist-small", hidden: [128], batchSize: 64, optimizer: .sgd, learningRate: 0.05),
        Workload("mnist-medium", hidden: [512, 512], batchSize: 128, optimizer: .adam, learningRate: 0.001),
        Workload("mnist-wide", hidden: [2048, 2048], batchSize: 512, optimizer: .sgd, learningRate: 0.05),
        Workload(
            "mnist-deep", hidden: [2500, 2000, 1500, 1000, 500], batchSize: 1000, optimizer: .sgd, learningRate: 0.05),
    ]

    /// What was measured.
    public struct Result: Sendable, Equatable {
        /// Its name.
        public let workload: String
        /// Threads that worked at once.
        public let threads: Int
        /// That the kernels were compiled for.
        public let instructionSet: String
        /// Of the factors in matrix products.
        public let precision: Precision
        /// Rows trained a second, shuffling and gathering included.
        public let samplesPerSecond: Double
        /// Nominal operations a second, in billions (`Network.operationsPerSample`), however few were executed.
        public let gflops: Double
        /// Multiply-adds of that precision a second of all threads together without any memory, in billions of
        /// operations, measured before and after in the same process: the better of the two.
        public let peakGflops: Double
        /// Where the time went; empty unless asked for.
        public let phases: [PhaseTime]
        /// `gflops` as a share of `peakGflops`.
        public var fractionOfPeak: Double { gflops / peakGflops }
    }

    /// A phase of a step: of one layer, or of the whole network where `layer` is nil.
    public struct PhaseTime: Sendable, Equatable {
        /// gather, pack (lists, pairs), forward, loss, backward, gradient, update or barrier.
        public let phase: String
        /// From 0.
        public let layer: Int?
        /// Of a step, the mean of the threads.
        public let seconds: Double
        /// Operations of a step of a dense network, all threads together; 0 where the phase has no product.
        public let operations: Double
        /// Those that were executed.
        public let executedOperations: Double
    }

    /// Trains one workload for about `seconds`, after a warm-up of a fifth of that, and says how fast.
    ///
    /// `data`: nil for the built-in sample. `profile`: tells the phases of a step apart, which takes some time itself.
    /// Throws `.usage` for a name that is no workload, and as `Training`.
    public static func run(
        workload name: String, data: Dataset? = nil, seconds: Double = 3, threads: Int? = nil,
        precision: Precision = .f32, profile: Bool = false
    ) throws(FastTrainError) -> Result {
        guard let workload = workloads.first(where: { $0.name == name }) else {
            throw .usage(
                "--workload: expected one of \(workloads.map(\.name).joined(separator: ", ")), found '\(name)'")
        }
        guard seconds > 0 && seconds.isFinite else {
            throw .usage("--seconds: expected a number above 0, found \(seconds)")
        }
        let data = if let data { data } else { try Dataset.mnistSample() }
        guard data.featureCount == 784, case .classification(let classes) = data.task, classes.count == 10 else {
            throw .badData(
                file: data.name, place: .file, expected: "784 features and 10 classes, as the workloads have them",
                found: data.summary)
        }
        var recipe = workload.recipe
        recipe.precision = precision
        let training = try Training(recipe, on: data, options: RunOptions(threads: threads))
        let kernels = KernelTable.table(for: training.instructionSet)
        let before = try peak(threads: training.threads, precision: precision, kernels: kernels)
        let profile =
            profile ? Profile(threads: training.threads, layers: training.network.layerCount) : nil
        let meter = Meter(warmUp: seconds / 5, seconds: seconds) { profile?.startCounting() }
        let session = TrainingSession(training, profile: profile, stop: { meter.tick() }, progress: { _ in })
        let clock = (ticks: ft_ticks(), seconds: RunClock.now())
        try session.run()
        let secondsPerTick = (RunClock.now() - clock.seconds) / Double(ft_ticks() - clock.ticks)
        let after = try peak(threads: training.threads, precision: precision, kernels: kernels)
        let rate = meter.stepsPerSecond * Double(training.trainRows) / Double(training.stepsPerEpoch)
        return Result(
            workload: name, threads: training.threads, instructionSet: training.instructionSet.rawValue,
            precision: precision, samplesPerSecond: rate,
            gflops: rate * Double(training.network.operationsPerSample) / 1e9,
            peakGflops: max(before, after),
            phases: profile.map { phases($0, of: training, secondsPerTick: secondsPerTick) } ?? [])
    }

    /// In the order of a step, layer by layer.
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
                    // A gradient's entries are those of the forward product.
                    executedOperations: phase.isProduct
                        ? 2 * profile.multiplyAdds(phase == .gradient ? .forward : phase, layer: layer) / steps : 0)
            }
        }
    }

    /// Billions of operations a second that `threads` cores do at once when they touch no memory.
    static func peak(
        threads: Int, precision: Precision, kernels: KernelTable
    ) throws(FastTrainError) -> Double {
        // Of a link of a chain; in bf16 it is two multiply-adds.
        let operations = precision == .bf16 ? 4.0 : 2.0
        let rounds = kernels.instructionSet == .scalar ? 2_000 : 200_000
        let best = Mutex(0.0)
        for _ in 0..<5 {
            let begin = Mutex(0.0)
            try Team.run(threads: threads) { member throws(FastTrainError) in
                try member.barrier()
                if member.rank == 0 { begin.withLock { $0 = RunClock.now() } }
                let sum = kernels.multiplyAddRounds(rounds, precision.kernel)
                guard sum.isFinite else { throw .internalError("the peak's sum is not finite") }
                try member.barrier()
            }
            let seconds = RunClock.now() - begin.withLock { $0 }
            let rate = Double(threads) * Double(rounds) * 32 * 16 * operations / seconds / 1e9
            best.withLock { $0 = max($0, rate) }
        }
        return best.withLock { $0 }
    }

    /// Counts steps once a warm-up is over, and says when to stop. `@unchecked Sendable`: one thread calls `tick`, the
    /// team's rank 0; `stepsPerSecond` is read after the run.
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

        /// After each step; any value ends the run.
        func tick() -> Int32? {
            let now = RunClock.now()
            guard let from else {
                if now - begin >= warmUp {
                    from = now
                    onWarm()
                }
                return nil
            }
            steps += 1
            to = now
            return now - from >= seconds ? 0 : nil
        }

        var stepsPerSecond: Double { Double(steps) / (to - (from ?? 0)) }
    }
}
