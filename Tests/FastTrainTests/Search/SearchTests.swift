import Foundation
import Synchronization
import Testing

@testable import FastTrain

/// A search has the same trials, figures and winner, on any number of threads and however often it is stopped.
struct SearchTests {
    private let folder = ScratchFolder()
    private let data: Dataset
    private let space: SearchSpace

    init() throws {
        data = try SmallData.classes(rows: 120, testRows: 40)
        space = try SearchSpace(
            JSON(
                parsing: """
                    {"hidden": [[4], [8, 4], [16]], "learning_rate": {"low": 1e-3, "high": 0.1, "log": true},
                     "dropout": [0, 0.2], "activation": ["relu", "tanh"]}
                    """, file: ""), file: "", lines: [:])
    }

    private var recipe: Recipe {
        var recipe = Recipe()
        recipe.batchSize = 16
        recipe.epochs = 9
        recipe.seed = 3
        recipe.validation = 0.25
        return recipe
    }

    private func options(threads: Int, output: String? = nil) -> SearchOptions {
        var options = SearchOptions()
        options.trials = 17
        options.threads = threads
        options.output = output
        return options
    }

    /// All that two searches must have alike: the leaderboard without its times, and the winner's parameters.
    private func essence(_ outcome: SearchOutcome) -> ([String], Parameters?) {
        (
            outcome.ranking.map { result in
                guard case .object(let members) = result.json else { return "" }
                return JSON.object(members.filter { $0.name != "seconds" }).text
            }, outcome.final?.model.parameters
        )
    }

    @Test func whatCannotBe() {
        func expect(_ message: String, _ edit: (inout Recipe, inout SearchOptions) -> Void) {
            var (recipe, options) = (recipe, options(threads: 1))
            edit(&recipe, &options)
            #expect(throws: FastTrainError.usage(message)) {
                try Search(recipe, space: space, on: data, options: options)
            }
        }
        expect("--trials: expected a number from 1 to 100000, found 0") { $1.trials = 0 }
        expect("--folds: expected a number from 2 to 120, found 1") { $1.folds = 1 }
        expect("--folds: expected a number from 2 to 120, found 121") { $1.folds = 121 }
        expect("--final-epochs: expected a number from 1 to 100000, found 0") { $1.finalEpochs = 0 }
        expect("--time: expected a time above 0, found -1.0 s") { $1.time = -1 }
        expect("--validation: expected rows to choose by, found 0") { recipe, _ in recipe.validation = 0 }
        expect("--monitor: expected validation-loss or validation-score to choose by, found train-loss") { recipe, _ in
            recipe.monitor = .trainLoss
        }
        expect("--method grid: expected lists of values, found a range of learning_rate") { $1.method = .grid }
        expect("--threads: expected a number from 1 to 1024, found 0") { $1.threads = 0 }
    }

    @Test func aTrialThatCannotBeIsNamed() throws {
        let space = try SearchSpace(
            JSON(parsing: #"{"dropout": [[0.1, 0.2]], "hidden": [[4]]}"#, file: ""), file: "", lines: [:])
        #expect(
            throws: FastTrainError.usage(
                #"trial 1, {"hidden":[4],"dropout":[0.1,0.2]}: --dropout: expected one rate, or one for each of 1 hidden layers, found 2"#
            )
        ) { try Search(recipe, space: space, on: data, options: options(threads: 1)) }
    }
}
