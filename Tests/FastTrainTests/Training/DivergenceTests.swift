import Foundation
import Testing

@testable import FastTrain

/// Training that reaches NaN or infinity throws an error of exit code 76 that names the last intact checkpoint. No
/// model, metrics or report are written.
@Suite struct DivergenceTests {
    private let folder = ScratchFolder()
    private var output: String { folder.file("run") }

    @Test(arguments: Optimizer.allCases, Normalization.allCases)
    func noModelIsWritten(optimizer: Optimizer, normalization: Normalization) throws {
        if optimizer == .lbfgs, normalization == .batch { return }  // not a valid recipe
        for precision in optimizer == .lbfgs ? [.f32] : Precision.allCases {
            for validation in [0, 0.2] {
                var recipe = Recipe()
                (recipe.hidden, recipe.optimizer, recipe.normalization) = ([5], optimizer, normalization)
                (recipe.learningRate, recipe.schedule, recipe.precision) = (3e38, .constant, precision)
                (recipe.batchSize, recipe.epochs, recipe.validation) = (16, 20, validation)
                // Without bf16 instructions, bf16 is refused.
                guard let data = try? SmallData.values(), (try? Training(recipe, on: data)) != nil else { continue }
                try expectDivergence(recipe, on: optimizer == .lbfgs ? large() : data)
            }
        }
    }

    /// Training diverges slowly enough to save some intact checkpoints first.
    @Test(arguments: [nil, 1, 3]) func theErrorNamesTheLastIntactCheckpoint(checkpointEvery: Int?) throws {
        var recipe = Recipe()
        (recipe.hidden, recipe.optimizer, recipe.learningRate, recipe.schedule) = ([], .sgd, 30, .constant)
        (recipe.batchSize, recipe.epochs, recipe.momentum) = (16, 50, 0)
        let named = try expectDivergence(recipe, on: SmallData.values(), checkpointEvery: checkpointEvery)
        #expect(named != nil)
    }

    /// The variance of finite numbers can overflow. All following values are then 0, so the loss does not reveal it.
    @Test func runningVarianceOverflow() throws {
        var recipe = Recipe()
        (recipe.hidden, recipe.normalization, recipe.epochs) = ([5], .batch, 2)
        try expectDivergence(recipe, on: large(1e25), says: "a running mean or variance is not finite")
        recipe.ema = 0.9
        try expectDivergence(recipe, on: large(1e25), says: "a running mean or variance is not finite")
    }

    /// The square of a finite gradient can overflow. With infinity in their state, Adam and similar optimizers never
    /// move again.
    @Test(arguments: [Optimizer.adam, .adamw, .rmsprop, .adagrad])
    func optimizerStateOverflow(optimizer: Optimizer) throws {
        var recipe = Recipe()
        (recipe.hidden, recipe.optimizer, recipe.epochs) = ([], optimizer, 2)
        recipe.loss = .crossEntropy
        try expectDivergence(recipe, on: large(1e22), says: "a number of the optimizer's memory is not finite")
    }

    /// Two classes whose features are very large.
    private func large(_ size: Float = 3e38) throws -> Dataset {
        try Dataset(
            name: "large", features: (0..<128).map { Float($0 % 9 - 4) / 4 * size }, featureShape: [2],
            labels: (0..<64).map { $0 * 5 % 9 % 2 }, classes: ["a", "b"])
    }

    /// Trains and resumes, and expects the error both times and only the files of an unfinished run.
    ///
    /// - Returns: The checkpoint that the error names.
    @discardableResult
    private func expectDivergence(
        _ recipe: Recipe, on data: Dataset, checkpointEvery: Int? = nil, says: String? = nil
    ) throws -> String? {
        let what = "\(recipe.optimizer) \(recipe.normalization) \(recipe.precision) \(recipe.validation)"
        var named: [String?] = []
        for isResumed in [false, true] {
            let training =
                isResumed
                ? try Training.resume(output, threads: 3, data: data)
                : try Training(recipe, on: data, options: RunOptions(output: output, checkpointEvery: checkpointEvery))
            let error = #expect(throws: FastTrainError.self, "\(what)") { try training.train() }
            guard case .diverged(_, _, let words, let checkpoint) = error else {
                Issue.record("\(what): \(error.map { "\($0)" } ?? "it ended well")")
                return nil
            }
            #expect(error?.exitCode == 76 && words.contains(says ?? words), "\(what): \(words)")
            named.append(checkpoint)
            let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
            let wanted = (checkpoint == nil ? [] : ["checkpoints"]) + ["history.jsonl", "lock", "recipe.json"]
            #expect(names == wanted, "\(what)")
            guard let checkpoint else { continue }
            let files = try FileManager.default.contentsOfDirectory(atPath: output + "/checkpoints").sorted()
            #expect(checkpoint == output + "/checkpoints/" + (files.last ?? ""), "\(what)")
            #expect(error.map { "\($0)" }?.hasSuffix("the last intact checkpoint is \(checkpoint)") == true)
            let state = try Checkpoint(path: checkpoint).state
            let all =
                [state.parameters] + state.optimizer.values
                + [state.average, state.best?.parameters].compactMap(\.self)
            #expect(all.allSatisfy { $0.flat.allSatisfy(\.isFinite) }, "\(what)")
        }
        #expect(named.first == named.last, "\(what)")
        try FileManager.default.removeItem(atPath: output)
        return named[0]
    }
}
