import FastTrain
import Foundation
import Testing

@testable import FastTrainCLI

/// Tests that each option on the command line sets its property of the recipe.
struct RecipeOptionsTests {
    private func recipe(_ arguments: [String]) throws -> Recipe {
        let train = try Train.parse(arguments)
        return try train.training.recipe(train.data, train.network)
    }

    @Test func eachOptionGoesToItsSetting() throws {
        let found = try recipe([
            "--hidden", "7,5", "--activation", "gelu-tanh", "--loss", "cross-entropy", "--label-smoothing", "0.125",
            "--class-weight", "1,2.5", "--optimizer", "adamw", "--learning-rate", "0.03", "--beta1", "0.8", "--beta2",
            "0.95", "--epsilon", "1e-6",
            "--dropout", "0.25,0.5", "--input-dropout", "0.75", "--weight-decay", "0.01", "--alpha", "0.02", "--l1",
            "0.001", "--clip-value", "1.5", "--max-norm", "3.5", "--ema", "0.75", "--schedule", "step",
            "--gamma",
            "0.5", "--decay-epochs", "3", "--warmup", "1.5", "--batch-size", "17", "--epochs", "19", "--monitor",
            "validation-score", "--patience", "4", "--min-delta", "0.002", "--tol", "0.003", "--n-iter-no-change", "6",
            "--seed", "23", "--no-shuffle", "--shards",
            "3",
            "--precision", "bf16", "--accumulation", "tiles", "--validation", "0.2",
        ])
        var expected = Recipe()
        expected.hidden = [7, 5]
        expected.activation = [.geluTanh]
        expected.loss = .crossEntropy
        expected.labelSmoothing = 0.125
        expected.classWeight = .given([1, 2.5])
        expected.optimizer = .adamw
        expected.learningRate = 0.03
        expected.beta1 = 0.8
        expected.beta2 = 0.95
        expected.epsilon = 1e-6
        expected.dropout = [0.25, 0.5]
        expected.inputDropout = 0.75
        expected.weightDecay = 0.01
        expected.alpha = 0.02
        expected.l1 = 0.001
        expected.clipValue = 1.5
        expected.maxNorm = 3.5
        expected.ema = 0.75
        expected.schedule = .step
        expected.gamma = 0.5
        expected.decayEpochs = 3
        expected.warmup = 1.5
        expected.batchSize = 17
        expected.epochs = 19
        expected.monitor = .validationScore
        expected.patience = 4
        expected.minDelta = 0.002
        expected.tol = 0.003
        expected.nIterNoChange = 6
        expected.seed = 23
        expected.shuffle = false
        expected.shards = 3
        expected.precision = .bf16
        expected.accumulation = .tiles
        expected.validation = 0.2
        #expect(found.differences(from: expected).map(\.field) == [])
        let other = try recipe([
            "--optimizer", "sgd", "--momentum", "0.5", "--nesterov", "--schedule", "inverse-scaling", "--power", "0.25",
            "--activation", "leaky-relu", "--leaky-slope", "0.3", "--loss", "huber", "--huber-delta", "2.5",
        ])
        #expect(other.loss == .huber && other.huberDelta == 2.5)
        #expect(try recipe(["--clip-norm", "2.5"]).clipNorm == 2.5)
        let full = try recipe(["--optimizer", "lbfgs", "--history-size", "5", "--gradient-tolerance", "1e-4"])
        #expect(full.optimizer == .lbfgs && full.historySize == 5 && full.gradientTolerance == 1e-4)
        #expect(other.momentum == 0.5 && other.nesterov && other.power == 0.25 && other.leakySlope == 0.3)
    }

    /// Returns the recipe that arguments make of the `recipe.json` of a run, which has a fingerprint.
    private func over(_ recipe: Recipe, _ arguments: [String]) throws -> Recipe {
        let folder = try TemporaryFolder()
        guard case .object(let members) = recipe.json else { return Recipe() }
        let json = JSON.object(members + [JSON.Member("fingerprint", .string("ff"))])
        try json.text.write(toFile: folder.path("c.json"), atomically: false, encoding: .utf8)
        let train = try Train.parse(arguments)
        let configuration = try RunConfiguration(path: folder.path("c.json"))
        return try train.training.recipe(train.data, train.network, over: configuration)
    }

    /// Each setting of a file survives a command line that does not name it: none is reset to its default.
    @Test func whatIsNotGivenIsNotReset() throws {
        var recipe = Recipe()
        recipe.hidden = [7, 5]
        recipe.activation = [.leakyReLU]
        recipe.leakySlope = 0.3
        recipe.normalization = .batch
        recipe.loss = .crossEntropy
        recipe.huberDelta = 2
        recipe.classWeight = .given([1, 2.5])
        recipe.labelSmoothing = 0.125
        recipe.optimizer = .sgd
        recipe.learningRate = 0.03
        recipe.momentum = 0.5
        recipe.nesterov = true
        recipe.dropout = [0.25, 0.5]
        recipe.inputDropout = 0.75
        recipe.weightDecay = 0.01
        recipe.alpha = 0.02
        recipe.l1 = 0.001
        recipe.clipValue = 1.5
        recipe.maxNorm = 3.5
        recipe.ema = 0.75
        recipe.beta1 = 0.8
        recipe.beta2 = 0.95
        recipe.epsilon = 1e-6
        recipe.historySize = 7
        recipe.gradientTolerance = 1e-4
        recipe.schedule = .step
        recipe.gamma = 0.5
        recipe.decayEpochs = 3
        recipe.power = 0.25
        recipe.warmup = 1.5
        recipe.batchSize = 17
        recipe.epochs = 19
        recipe.monitor = .validationScore
        recipe.patience = 4
        recipe.minDelta = 0.002
        recipe.tol = 0.003
        recipe.nIterNoChange = 6
        recipe.seed = 23
        recipe.validation = 0.2
        recipe.shuffle = false
        recipe.shards = 3
        recipe.precision = .bf16
        recipe.accumulation = Accumulation.allCases.first { $0 != Accumulation.standard(for: .bf16) }
        var other = recipe
        (other.clipValue, other.clipNorm) = (nil, 2.5)
        // All of them differ from the default: who adds a setting adds it here.
        let set = [recipe, other].flatMap { $0.differences(from: Recipe()).map(\.field) }
        #expect(Set(set).count == Mirror(reflecting: recipe).children.count)
        #expect(try over(recipe, []).differences(from: recipe).map(\.field) == [])
        #expect(try over(other, []).differences(from: other).map(\.field) == [])
        #expect(
            try over(recipe, ["--shuffle", "--no-nesterov"]).differences(from: recipe).map(\.field) == [
                "nesterov", "shuffle",
            ])
    }

    @Test(arguments: [
        (["--gamma", "0.5"], "--gamma goes with --schedule step, exponential, plateau, not cosine"),
        (
            ["--decay-epochs", "2", "--schedule", "exponential"],
            "--decay-epochs goes with --schedule step, plateau, not exponential"
        ),
        (["--power", "1"], "--power goes with --schedule inverse-scaling, not cosine"),
        (["--beta1", "0.5", "--optimizer", "sgd"], "--beta1 goes with --optimizer adam, adamw, lion, not sgd"),
        (
            ["--beta2", "0.5", "--optimizer", "adagrad"],
            "--beta2 goes with --optimizer adam, adamw, rmsprop, lion, not adagrad"
        ),
        (
            ["--epsilon", "1e-6", "--optimizer", "lion"],
            "--epsilon goes with --optimizer adam, adamw, rmsprop, adagrad, not lion"
        ),
        (["--alpha", "-1"], "--alpha: expected a number of at least 0, found -1.0"),
        (
            ["--alpha", "0.1", "--optimizer", "lion"],
            "--alpha: expected 0 with the optimizer lion, which takes the gradient's sign alone, found 0.1"
        ),
        (["--tol", "-1"], "--tol: expected a number of at least 0, found -1.0"),
        (["--n-iter-no-change", "0"], "--n-iter-no-change: expected a number from 1 to 100000, found 0"),
        (
            ["--gamma", "0.5", "--schedule", "adaptive"],
            "--gamma goes with --schedule step, exponential, plateau, not adaptive"
        ),
        (["--min-delta", "1"], "--min-delta goes with --patience"),
        (["--warmup", "11"], "--warmup: expected at most the epochs, 10, found 11"),
        (["--epochs", "-1"], "--epochs: expected a number from 1 to 100000, found -1"),
        (["--warmup", "-1"], "--warmup: expected a number from 0 to 100000, found -1.0"),
        (["--dropout", "0.1,0.2,0.3"], "--dropout: expected one rate, or one for each of 2 hidden layers, found 3"),
        (["--dropout", "1"], "--dropout: expected a number from 0 to below 1, found 1.0"),
        (["--dropout", "0.1", "--hidden", "none"], "--dropout: expected none without hidden layers, found 1"),
        (["--l1", "-1"], "--l1: expected a number of at least 0, found -1.0"),
        (["--clip-value", "0"], "--clip-value: expected a number above 0, found 0.0"),
        (["--clip-norm", "nan"], "--clip-norm: expected a number above 0, found nan"),
        (
            ["--clip-norm", "1", "--clip-value", "1"], "--clip-norm: expected none with a clip value, found 1.0"
        ),
        (["--max-norm", "-3"], "--max-norm: expected a number above 0, found -3.0"),
        (
            ["--batch-size", "8", "--optimizer", "lbfgs"],
            "--batch-size goes with --optimizer sgd, adam, adamw, rmsprop, adagrad, lion, not lbfgs"
        ),
        (
            ["--schedule", "constant", "--optimizer", "lbfgs"],
            "--schedule goes with --optimizer sgd, adam, adamw, rmsprop, adagrad, lion, not lbfgs"
        ),
        (["--history-size", "5"], "--history-size goes with --optimizer lbfgs, not adam"),
        (
            ["--dropout", "0.1", "--optimizer", "lbfgs"],
            "--dropout: expected none with the optimizer lbfgs, found 0.1"
        ),
        (["--ema", "0.9", "--optimizer", "lbfgs"], "--ema: expected none with the optimizer lbfgs, found 0.9"),
        (
            ["--normalization", "batch", "--optimizer", "lbfgs"],
            "--normalization: expected none or layer with the optimizer lbfgs, found batch"
        ),
        (["--ema", "1"], "--ema: expected a number above 0, below 1, found 1.0"),
        (["--input-dropout", "-0.1"], "--input-dropout: expected a number from 0 to below 1, found -0.1"),
        (
            ["--label-smoothing", "0.1", "--loss", "squared-error"],
            "--label-smoothing: expected 0 with the loss squared-error, found 0.1"
        ),
        (
            ["--patience", "3", "--validation", "0"],
            "--monitor: expected train-loss without rows held out (validation 0), found validation-loss"
        ),
    ])
    func whatCannotBeIsNamed(arguments: [String], message: String) {
        let error = #expect(throws: FastTrainError.self) { try recipe(arguments) }
        #expect(error?.isUsage == true && error?.asTyped.description == message)
    }
}
