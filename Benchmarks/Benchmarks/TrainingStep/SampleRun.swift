import BenchmarkSupport
@_spi(Benchmarks) import FastTrain

/// Runs of a reference workload on the built-in sample that can be stopped at any step.
struct SampleRun {
    private let workload: Workload
    private let training: Training
    private let options: RunOptions

    init(workload name: String, threads: Int) throws {
        guard let workload = Workload.all.first(where: { $0.name == name }) else {
            throw FastTrainError.invalidUse("no workload \(name)")
        }
        self.workload = workload
        options = RunOptions(threads: threads)
        training = try Training(workload.recipe, on: Dataset.mnistSample(), options: options)
    }

    /// Trains from the start. `stepEnded` is called on this thread after each step, and ends the run by returning
    /// `true`.
    func train(_ stepEnded: @escaping @Sendable () -> Bool) throws {
        _ = try Training(training.recipe, on: training.data, options: options).train(stop: stepEnded)
    }

    /// Returns the number of rows in the minibatch of a step, counted from 0; the last one of an epoch is smaller.
    func rows(ofStep step: Int) -> Int {
        let size = training.recipe.batchSize
        return min(size, training.trainRows - step % training.stepsPerEpoch * size)
    }

    /// Nominal floating-point operations to train on one row.
    var operationsPerRow: Int { workload.operationsPerRow }
}
