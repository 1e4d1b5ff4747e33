import KernelDispatch
import KernelTypes
import Testing

@testable import FastTrain

/// Which number of a recipe becomes which of a kernel's; the kernels themselves are held against PyTorch's defaults.
@Suite struct OptimizerStepTests {
    private func step(_ optimizer: Optimizer, number: Int = 2) -> any ParameterUpdate {
        var recipe = Recipe()
        recipe.optimizer = optimizer
        recipe.beta1 = 0.75
        recipe.beta2 = 0.875
        recipe.epsilon = 0.0625
        recipe.weightDecay = 0.5
        recipe.momentum = 0.25
        recipe.nesterov = optimizer == .sgd
        return recipe.update(step: number, learningRate: 0.125).update
    }

    @Test func sgd() {
        guard let step = step(.sgd) as? SGDStep else { Issue.record("another step"); return }
        #expect(step.learningRate == 0.125 && step.momentum == 0.25 && step.nesterov && step.weightDecay == 0.5)
    }

    @Test func adam() {
        for optimizer in [Optimizer.adam, .adamw] {
            guard let step = step(optimizer) as? AdamStep else { Issue.record("another step"); return }
            #expect(step.stepSize == Float(0.125 / (1 - 0.5625)) && step.meanRate == 0.25)
            #expect(step.squareDecay == 0.875 && step.squareRate == 0.125 && step.epsilon == 0.0625)
            #expect(step.squareScale == Float(1 / (1 - 0.765625).squareRoot()))
            #expect(step.weightDecay == (optimizer == .adam ? 0.5 : 0))
            #expect(step.shrink == (optimizer == .adam ? 1 : 0.9375))
        }
    }

    @Test func squares() {
        guard let rms = step(.rmsprop) as? SquareStep, let ada = step(.adagrad) as? SquareStep else {
            Issue.record("another step")
            return
        }
        #expect(rms.decay == 0.875 && rms.rate == 0.125 && ada.decay == 1 && ada.rate == 1)
        for step in [rms, ada] {
            #expect(step.learningRate == 0.125 && step.epsilon == 0.0625 && step.weightDecay == 0.5)
        }
    }

    @Test func lion() {
        guard let step = step(.lion) as? LionStep else { Issue.record("another step"); return }
        #expect(step.learningRate == 0.125 && step.directionRate == 0.25 && step.momentumRate == 0.125)
        #expect(step.shrink == 0.9375)
    }

    @Test func beta2HangsOnTheOptimizer() throws {
        let data = try SmallData.classes()
        for optimizer in Optimizer.allCases {
            var recipe = Recipe()
            recipe.optimizer = optimizer
            let resolved = try Training(recipe, on: data).recipe
            #expect(resolved.beta2 == (optimizer == .adam || optimizer == .adamw ? 0.999 : 0.99))
            recipe.beta2 = 0.5
            #expect(try Training(recipe, on: data).recipe.beta2 == 0.5)
        }
    }
}
