import FastTrain

/// The default number of threads of a run.
var usableThreads: Int { CPUs.usable().count }

/// Runs of a reference workload on the built-in sample that can be stopped at any step.
///
/// This file does not import the benchmark library, which also has a type named `Benchmark`.
struct SampleRun {
    private let training: Training

    init(workload name: String, threads: Int) throws {
        guard let workload = Benchmark.workloads.first(where: { $0.name == name }) else {
            throw FastTrainError.usage("no workload \(name)")
        }
        training = try Training(
            workload.recipe, on: Dataset.mnistSample(), options: RunOptions(threads: threads))
    }

    /// Trains from the start. `stepEnded` is called on this thread after each step, and ends the run by returning
    /// `true`.
    func train(_ stepEnded: @escaping @Sendable () -> Bool) throws {
        _ = try training.train(stop: { stepEnded() ? 1 : nil })
    }

    /// Returns the number of rows in the minibatch of a step, counted from 0; the last one of an epoch is smaller.
    func rows(ofStep step: Int) -> Int {
        let size = training.recipe.batchSize
        return min(size, training.trainRows - step % training.stepsPerEpoch * size)
    }

    /// Nominal floating-point operations to train on one row.
    var operationsPerRow: Int { training.network.operationsPerSample }
}
