import Foundation
import Testing

@testable import FastTrain

@Suite struct LearningRateTests {
    private func rates(_ change: (inout Recipe) -> Void) -> [Double] {
        var recipe = Recipe()
        recipe.learningRate = 0.1
        change(&recipe)
        let rates = LearningRate(recipe, steps: 100, stepsPerEpoch: 10, rows: 77)
        return (0..<100).map { rates.rate($0, history: []) }
    }

    @Test func warmUpRisesAndThenTheScheduleHasTheRest() {
        let constant = rates {
            $0.schedule = .constant
            $0.warmup = 2
        }
        for step in 0..<20 { #expect(abs(constant[step] - 0.1 * Double(step + 1) / 20) < 1e-15) }
        #expect(constant[20...].allSatisfy { $0 == 0.1 })
        let cosine = rates {
            $0.schedule = .cosine
            $0.warmup = 2
        }
        #expect(cosine[20] == 0.1)
        #expect(abs(cosine[60] - 0.05) < 1e-12)
        let step = rates {
            $0.schedule = .step
            $0.gamma = 0.5
            $0.decayEpochs = 3
            $0.warmup = 0.5
        }
        #expect(step[4] == 0.1 && step[34] == 0.1 && step[35] == 0.05 && step[65] == 0.025)
    }

    @Test func aPlateauBeginsAfterTheWarmUp() {
        var recipe = Recipe()
        recipe.schedule = .plateau
        recipe.learningRate = 0.1
        recipe.monitor = .trainLoss
        recipe.decayEpochs = 1
        recipe.warmup = 5
        let rates = LearningRate(recipe, steps: 100, stepsPerEpoch: 10, rows: 77)
        func history(_ epochs: Int) -> [EpochRecord] {
            (0..<epochs).map { epoch in
                EpochRecord(
                    epoch: epoch + 1, step: 10 * (epoch + 1), trainLoss: 1, validationLoss: nil,
                    validationAccuracy: nil,
                    validationR2: nil, learningRate: 0.1, samplesPerSecond: 1, seconds: 1)
            }
        }
        #expect((5...7).allSatisfy { rates.rate(10 * $0, history: history($0)) == 0.1 })
        #expect(abs(rates.rate(80, history: history(8)) - 0.01) < 1e-15)
        #expect(abs(rates.rate(100, history: history(10)) - 0.001) < 1e-15)
    }

    @Test func theScheduleAfterAWarmUpIsThatOfAShorterRun() {
        for schedule in [Schedule.oneCycle, .exponential, .inverseScaling, .cosine] {
            var recipe = Recipe()
            recipe.schedule = schedule
            let short = LearningRate(recipe, steps: 80, stepsPerEpoch: 10, rows: 77)
            recipe.warmup = 2
            let long = LearningRate(recipe, steps: 100, stepsPerEpoch: 10, rows: 77)
            for step in 0..<80 { #expect(long.rate(step + 20, history: []) == short.rate(step, history: [])) }
        }
    }

    /// scikit-learn's invscaling: learning_rate_init / (t + 1) ** power_t, where t counts the rows of finished epochs.
    @Test(arguments: [0, 0.3, 0.5, 1, 2])
    func inverseScaling(power: Double) {
        let found = rates {
            $0.schedule = .inverseScaling
            $0.power = power
        }
        for step in 0..<100 {
            let expected = 0.1 / pow(Double(step / 10 * 77 + 1), power)
            #expect(abs(found[step] - expected) <= 1e-14 * expected)
        }
    }

    @Test func powersAreThoseOfTheLibrary() {
        for base in [1, 1.25, 2, 3, 1e3, 12_345.678, 1e9, 1e15] {
            for exponent in [0, 0.1, 0.5, 1, 2.75] {
                let expected = pow(base, exponent)
                #expect(abs(power(base, exponent) - expected) <= 1e-13 * expected, "\(base) \(exponent)")
            }
        }
    }

    @Test func exponentialsOfAnything() {
        for x in [-30, -1, 0, 1e-9, 1, 30] { #expect(abs(exponential(x) - exp(x)) <= 1e-14 * exp(x), "\(x)") }
        #expect([-1e20, -1001, -.infinity].map(exponential) == [0, 0, 0])
        #expect([1e20, 1001, .infinity].map(exponential) == [.infinity, .infinity, .infinity])
        #expect(exponential(.nan).isNaN)
    }

    /// The rate of a plateau depends on the figures of the previous epochs, in a resumed run as in an uninterrupted one.
    @Test(arguments: Schedule.allCases)
    func aResumedRunHasTheSameRates(schedule: Schedule) throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = SameBitsTests.recipe()
        recipe.schedule = schedule
        recipe.epochs = 6
        recipe.decayEpochs = 1
        recipe.warmup = 0.7
        recipe.learningRate = 0.05
        let straight = try Training(recipe, on: data).train()
        let folder = ScratchFolder()
        let output = folder.file("run")
        var outcome = try Training(recipe, on: data, options: RunOptions(output: output)).train(stop: { true })
        while outcome.ending == .interrupted {
            let counter = Counter()
            outcome = try Training.resume(output, data: data).train(stop: { counter.next() == 3 })
        }
        #expect(outcome.model == straight.model)
        #expect(outcome.history.map(\.learningRate) == straight.history.map(\.learningRate))
        if schedule == .plateau { #expect(Set(straight.history.map(\.learningRate)).count > 1) }
    }
}
