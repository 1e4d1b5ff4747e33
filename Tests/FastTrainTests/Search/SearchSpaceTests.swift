import Foundation
import Testing

@testable import FastTrain

/// Tests of the values that a search may try, and of the files that define them.
struct SearchSpaceTests {
    private let folder = ScratchFolder()

    private func space(_ text: String) throws -> SearchSpace {
        try text.write(toFile: folder.file("s.yaml"), atomically: false, encoding: .utf8)
        return try SearchSpace(path: folder.file("s.yaml"))
    }

    private func draws(_ space: SearchSpace, _ name: String, _ count: Int, seed: UInt64 = 1) -> [Double] {
        (0..<count).map { index in
            let value = space.draw(index, seed: seed).first { $0.name == name }!.value
            return Double(json: value)!
        }
    }

    @Test func aGridHasEachCombinationOnce() throws {
        let space = try space("hidden: [[4], [8, 4], 16]\nbatch_size: [16, 32]\ndropout: [0, 0.5]\nnesterov: [true]")
        #expect(space.combinations == 12)
        let all = (0..<12).map { JSON.object(space.combination($0)).text }
        #expect(Set(all).count == 12)
        #expect(all[0] == #"{"hidden":[4],"batch_size":16,"dropout":[0.0],"nesterov":true}"#)
        #expect(all[1] == #"{"hidden":[4],"batch_size":16,"dropout":[0.5],"nesterov":true}"#)
        #expect(all[11] == #"{"hidden":[16],"batch_size":32,"dropout":[0.5],"nesterov":true}"#)
        #expect(try self.space("momentum: {low: 0, high: 0.9}").combinations == nil)
    }

    @Test func drawsLieWithinTheirBounds() throws {
        let space = try space(
            """
            learning_rate: {low: 1e-4, high: 1e-2, log: true}
            momentum: {low: 0.1, high: 0.9}
            batch_size: {low: 8, high: 11}
            epsilon: [1e-8, 1e-6]
            patience: {low: 2, high: 512, log: true, int: true}
            dropout: {low: 0.1, high: 0.2}
            """)
        let count = 4000
        let rates = draws(space, "learning_rate", count)
        #expect(rates.allSatisfy { (1e-4...1e-2).contains($0) })
        // By logarithm: half of them below the geometric mean; the standard error of the count is 32.
        #expect(abs(rates.count { $0 < 1e-3 } - count / 2) < 130)
        let momenta = draws(space, "momentum", count)
        #expect(momenta.allSatisfy { (0.1...0.9).contains($0) })
        #expect(abs(momenta.count { $0 < 0.5 } - count / 2) < 130)
        let sizes = draws(space, "batch_size", count)
        for size in 8...11 { #expect(abs(sizes.count { $0 == Double(size) } - count / 4) < 110) }
        let patience = draws(space, "patience", count)
        #expect(patience.allSatisfy { (2...512).contains($0) && $0 == $0.rounded() })
        #expect(abs(patience.count { $0 < 32 } - count / 2) < 150)
        // Four digits, to be retyped.
        #expect(rates.allSatisfy { String($0).count <= 9 })
        #expect(space.draw(3, seed: 1) == space.draw(3, seed: 1))
        #expect(space.draw(3, seed: 1) != space.draw(3, seed: 2))
    }

    @Test func theStandardSpaceLeavesOutWhatIsGiven() throws {
        let data = try SmallData.classes()
        let space = SearchSpace.standard(for: data, given: ["hidden", "dropout"])
        #expect(!space.dimensions.map(\.name).contains("hidden") && space.draw(0, seed: 1) == [])
        for trial in 0..<200 {
            let changes = try RecipeChanges(
                .object(SearchSpace.standard(for: data).draw(trial, seed: 5)), file: "", place: .file)
            #expect(changes.applied(to: Recipe()).fault?.field == nil)
        }
    }

    /// Nothing that would do nothing, or could not be, beside what is given.
    @Test func theStandardSpaceFitsTheRecipe() throws {
        var recipe = Recipe()
        recipe.hidden = []
        recipe.optimizer = .sgd
        recipe.loss = .squaredError
        let given = ["hidden", "optimizer", "loss"]
        let space = SearchSpace.standard(for: try SmallData.classes(), recipe: recipe, given: given)
        #expect(space.dimensions.map(\.name) == ["learning_rate", "batch_size", "weight_decay"])
        for trial in 1..<100 {
            let changes = try RecipeChanges(.object(space.draw(trial, seed: 1)), file: "", place: .file)
            let found = changes.applied(to: recipe)
            #expect(found.fault?.field == nil && (5e-3...0.2).contains(found.learningRate))
        }
    }

    /// A setting that varies must have an effect beside what all trials share, or what they vary.
    @Test func aSettingWithoutEffectIsRefused() throws {
        let data = try SmallData.classes()
        func search(_ text: String, _ recipe: Recipe = Recipe()) throws {
            var options = SearchOptions()
            options.trials = 2
            _ = try Search(recipe, space: space(text), on: data, options: options)
        }
        expectUsage("the space varies a setting: `momentum` goes with `optimizer` sgd, not adam") {
            try search("momentum: [0.5, 0.9]")
        }
        expectUsage("the space varies a setting: `gamma` goes with `schedule` step, exponential, plateau, not cosine") {
            try search("gamma: [0.5, 0.9]\noptimizer: [sgd, adam]")
        }
        try search("momentum: [0.5, 0.9]\noptimizer: [sgd, adam]")
        var recipe = Recipe()
        recipe.optimizer = .sgd
        try search("momentum: [0.5, 0.9]", recipe)
    }

    @Test func roundTrip() throws {
        let space = try space(
            "hidden: [[4], []]\nlearning-rate: {low: 1e-4, high: 1, log: true}\nbatch_size: {low: 1, high: 9}")
        #expect(try SearchSpace(space.json, file: "f", lines: [:]) == space)
    }

    @Test(arguments: [
        ("hiden: [[4]]", 1, "a setting of recipe.json", "'hiden' (did you mean 'hidden'?)"),
        (
            "hidden: [[4]]\nepochs: [1, 2]", 2, "a setting that trials may differ in",
            "'epochs', which is given on the command line"
        ),
        ("seed: [1, 2]", 1, "a setting that trials may differ in", "'seed', which is given on the command line"),
        (
            "momentum: 0.5", 1, "'momentum' to be a list of values, or {low: …, high: …}",
            "0.5, which is one value: give it on the command line"
        ),
        ("momentum: []", 1, "at least one value of 'momentum'", "[]"),
        ("momentum: [0.5, x]", 1, "each value of 'momentum' to be a number", "\"x\""),
        ("momentum: [0.5, 1]", 1, "each value of 'momentum' to be a number from 0 to below 1", "1.0"),
        ("optimizer: [adam, eve]", 1, "each value of 'optimizer' to be \(Optimizer.expectation)", "\"eve\""),
        ("momentum: {low: 0.5}", 1, "'momentum.high' to be a number", "no such member"),
        ("momentum: {low: 0.5, high: 0.7, lag: true}", 1, "'momentum.lag' to be no member of this name", "true"),
        ("momentum: {low: 0.5, high: 0.5}", 1, "'momentum' to have a low below its high", "{\"low\":0.5,\"high\":0.5}"),
        ("momentum: {low: 0, high: 0.5, log: true}", 1, "'momentum' to have a low above 0, for log", "0.0"),
        ("dropout: [0.5, 1]", 1, "each value of 'dropout' to be a number from 0 to below 1", "1.0"),
        ("hidden: [[4], [0]]", 1, "each value of 'hidden' to be from 1 to 16777216 units a layer", "0"),
        ("momentum: {low: 0, high: 1}", 1, "each value of 'momentum' to be a number from 0 to below 1", "1.0"),
        (
            "batch_size: {low: 1.5, high: 3}", 1, "'batch_size' to have whole numbers for low and high",
            "{\"low\":1.5,\"high\":3}"
        ),
        ("batch_size: {low: 1e300, high: 1e301}", 1, "each value of 'batch_size' to be an integer", "1e+300"),
        (
            "batch_size: {low: -1e300, high: 1, int: true}", 1, "'batch_size' to have whole numbers for low and high",
            "{\"low\":-1e+300,\"high\":1,\"int\":true}"
        ),
        ("optimizer: {low: 1, high: 2}", 1, "each value of 'optimizer' to be \(Optimizer.expectation)", "1.0"),
        ("batch-size: [1]\nbatch_size: [2]", 2, "each name once", "'batch_size' a second time"),
        ("a: [1", 2, "valid YAML or JSON", "an error: did not find expected ',' or ']'"),
    ])
    func refusals(text: String, line: Int, expected: String, found: String) {
        #expect(
            throws: FastTrainError.badData(
                file: folder.file("s.yaml"), place: .line(line), expected: expected, found: found)
        ) { try space(text) }
    }

    @Test func nothingIsNoSpace() {
        expectBadData(folder.file("s.yaml"), .file) { _ = try space("") }
        expectBadData(folder.file("s.yaml"), .file) { _ = try space("[1]") }
    }
}
