import KernelDispatch
import KernelTypes
import Testing
import _TestSupport

@testable import FastTrain

@Suite struct DropoutTests {
    /// Returns the random number at an address, which every kernel must draw there.
    static func draw(seed: UInt64, layer: Int, step: Int, row: Int, unit: Int) -> UInt32 {
        let index = UInt64(unit) | UInt64(layer << 22 + row / 4) << 32
        return Philox(seed: seed, purpose: .dropout).block(index, stream: UInt32(step))[row % 4]
    }

    private func recipe(_ rate: Double, seed: UInt64 = 0xfedc_ba98_7654_3210) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = [8, 8]
        recipe.dropout = [rate]
        recipe.inputDropout = rate
        recipe.seed = seed
        return recipe
    }

    @Test(arguments: [1, 15, 16, 31, 33, 64, 100])
    func kernelsDrawWhatPhiloxDraws(width: Int) {
        var random = TestRandom(61)
        let rows = 23
        let values = random.floats(rows * width)
        let dropout = DropoutPlan(recipe(0.3)).dropout(2, step: 77)!
        for kernels in supportedKernels() {
            for part in [0..<23, 0..<4, 3..<9, 6..<7, 22..<23, 5..<5] {
                for firstUnit in [0, 96] {
                    let matrix = Panels(values, rows: rows, panelWidth: kernels.panelWidth)
                    kernels.dropout(matrix.matrix, rows: part, dropout.from(firstUnit))
                    let expected = (0..<rows * width).map { place in
                        let (row, unit) = (place / width, place % width)
                        guard part.contains(row) else { return values[place] }
                        let draw = DropoutTests.draw(
                            seed: 0xfedc_ba98_7654_3210, layer: 2, step: 77, row: row, unit: firstUnit + unit)
                        return draw < dropout.threshold ? 0 : values[place] * dropout.scale
                    }
                    let isSame = bits(matrix.values) == bits(expected)
                    #expect(isSame, "\(kernels.instructionSet) \(width) \(part) \(firstUnit)")
                }
            }
        }
    }

    /// The share of a million draws that are dropped is the rate, within five standard deviations. Each layer and each step
    /// has draws of its own.
    @Test(arguments: [0.1, 0.5, 0.9])
    func theShareIsTheRate(rate: Double) {
        let kernels = InstructionSet.best.kernels
        var patterns = Set<[Bool]>()
        for (layer, step) in [(0, 0), (1, 0), (2, 0), (1, 1), (1, 2)] {
            let matrix = Panels([Float](repeating: 1, count: 1000 * 1000), rows: 1000, panelWidth: kernels.panelWidth)
            let dropout = DropoutPlan(recipe(rate)).dropout(layer, step: step)!
            kernels.dropout(matrix.matrix, rows: 0..<1000, dropout)
            let values = matrix.values
            let dropped = values.count { $0 == 0 }
            #expect(abs(Double(dropped) - rate * 1e6) < 5 * (rate * (1 - rate) * 1e6).squareRoot())
            #expect(values.allSatisfy { $0 == 0 || $0 == Float(1 / (1 - rate)) })
            patterns.insert(values.prefix(1000).map { $0 == 0 })
        }
        #expect(patterns.count == 5)
    }

    @Test func aRateOfZeroIsNoDropout() {
        var recipe = recipe(0)
        #expect((0...2).allSatisfy { DropoutPlan(recipe).dropout($0, step: 3) == nil })
        recipe.dropout = [0, 0.5]
        #expect(DropoutPlan(recipe).dropout(1, step: 3) == nil)
        #expect(DropoutPlan(recipe).dropout(2, step: 3)?.threshold == 1 << 31)
        #expect(DropoutPlan(recipe).dropout(3, step: 3) == nil)
    }

    /// With rates close to 1, a layer loses all its units in some rows.
    @Test func nearlyEverythingMayBeDropped() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = Recipe()
        recipe.hidden = [5]
        recipe.dropout = [0.99]
        recipe.inputDropout = 0.99
        recipe.epochs = 2
        let outcome = try Training(recipe, on: data).train()
        #expect(outcome.history.allSatisfy { $0.trainLoss.isFinite })
    }

    @Test func evaluationDropsNothing() throws {
        let data = try SmallData.classes(4, rows: 130, features: 21)
        var recipe = Recipe()
        recipe.hidden = [6]
        recipe.epochs = 1
        recipe.validation = 0
        var model = try Training(recipe, on: data).train().model
        let expected = try model.evaluate(data.train)
        recipe = model.recipe
        recipe.dropout = [0.5]
        recipe.inputDropout = 0.5
        model = try Model(
            recipe: recipe, featureShape: model.featureShape, scale: model.scale, task: model.task,
            parameters: model.parameters)
        #expect(try model.evaluate(data.train) == expected)
    }
}
