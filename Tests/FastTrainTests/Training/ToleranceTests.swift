import Testing
import _TestSupport

@testable import FastTrain

/// scikit-learn's tol, n_iter_no_change and adaptive rate, against its own code
/// (Tests/References/make_sklearn_references.py).
@Suite struct ToleranceTests {
    private static let file = try! SafeTensors(path: PyTorchReferenceTests.folder + "/sklearn-tolerance.safetensors")
    static let cases = file.metadata.keys.filter { $0.hasPrefix("loss.") || $0.hasPrefix("score.") }.sorted()

    private func history(_ figures: [Float], isScore: Bool) -> [EpochRecord] {
        figures.enumerated().map { index, figure in
            EpochRecord(
                epoch: index + 1, step: 4 * (index + 1), trainLoss: isScore ? 1 : Double(figure),
                validationLoss: isScore ? 1 : nil, validationAccuracy: isScore ? Double(figure) : nil,
                learningRate: 0.1, samplesPerSecond: 1, seconds: 1)
        }
    }

    @Test(arguments: cases)
    func ratesAndEndMatchScikitLearn(name: String) throws {
        let figures = try Self.file.floats(name, shape: [400])
        let expected = try Self.file.floats(name + ".rates", shape: [Self.file[name + ".rates"]!.shape[0]])
        let settings = Self.file.metadata[name]!.split(separator: " ")
        var recipe = Recipe()
        recipe.tol = Double(settings[0])!
        recipe.nIterNoChange = Int(settings[1])!
        recipe.schedule = Schedule(rawValue: String(settings[2]))!
        recipe.learningRate = 0.1
        recipe.monitor = name.hasPrefix("score") ? .validationScore : .validationLoss
        let history = history(figures, isScore: name.hasPrefix("score"))
        let rates = LearningRate(recipe, steps: 1600, stepsPerEpoch: 4, rows: 50)
        let stopping = EarlyStopping(recipe)
        for epoch in expected.indices {
            let before = Array(history.prefix(epoch))
            #expect(stopping.ending(before) == nil, "epoch \(epoch)")
            let rate = rates.rate(4 * epoch + 1, history: before)
            #expect(abs(rate - Double(expected[epoch])) <= 1e-7 * rate, "epoch \(epoch): \(rate), \(expected[epoch])")
        }
        #expect(stopping.ending(Array(history.prefix(expected.count))) == .tolerance)
    }

    @Test func allCasesExist() { #expect(ToleranceTests.cases.count == 10) }

    @Test func resolvedRecipes() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        func resolved(_ change: (inout Recipe) -> Void) throws -> Recipe {
            var recipe = Recipe()
            change(&recipe)
            return try Training(recipe, on: data).recipe
        }
        let plain = try resolved { _ in }
        #expect(plain.tol == nil && plain.nIterNoChange == nil)
        let adaptive = try resolved { $0.schedule = .adaptive }
        #expect(adaptive.tol == 1e-4 && adaptive.nIterNoChange == 10)
        let own = try resolved { $0.tol = 0 }
        #expect(own.tol == 0 && own.nIterNoChange == 10)
        let short = try resolved { $0.nIterNoChange = 3 }
        #expect(short.tol == 1e-4 && short.nIterNoChange == 3)
    }

    @Test func warmupEpochsDoNotCount() {
        var recipe = Recipe()
        recipe.tol = 0.5
        recipe.nIterNoChange = 1
        let flat = history([Float](repeating: 1, count: 8), isScore: false)
        func end() -> Int { (1...8).first { EarlyStopping(recipe).ending(Array(flat.prefix($0))) != nil } ?? 0 }
        #expect(end() == 3)
        recipe.warmup = 1.5
        #expect(end() == 4)
    }

    /// A run ends where its values say, and a resumed one gives the same result.
    @Test(arguments: [Schedule.constant, .adaptive])
    func aRunEnds(schedule: Schedule) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = SameBitsTests.recipe()
        recipe.epochs = 60
        recipe.schedule = schedule
        recipe.learningRate = schedule == .adaptive ? 4e-5 : recipe.learningRate
        recipe.tol = 0.3
        recipe.alpha = 0.1
        recipe.nIterNoChange = 2
        let straight = try Training(recipe, on: data).train()
        #expect(straight.ending == .tolerance && straight.history.count < 60)
        if schedule == .adaptive { #expect(straight.history.last!.learningRate <= 1e-6) }
        let folder = ScratchFolder()
        let output = folder.file("run")
        var outcome = try Training(recipe, on: data, options: RunOptions(output: output)).train(stop: { true })
        while outcome.ending == .interrupted {
            let counter = Counter()
            outcome = try Training.resume(output, data: data).train(stop: { counter.next() == 4 })
        }
        #expect(outcome.ending == .tolerance && outcome.model == straight.model)
        #expect(outcome.history.map(\.learningRate) == straight.history.map(\.learningRate))
        let longer = try Training.resume(output, epochs: 90, data: data)
        #expect(longer.warnings.count == 1 && longer.warnings[0].contains("tolerance"))
    }
}
