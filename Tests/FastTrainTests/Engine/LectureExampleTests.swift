import Testing
import _TestSupport

@testable import FastTrain

/// The lecture's worked example: three inputs, two hidden layers of three, two outputs, ReLU, squared error, one sample.
///
/// Layer by layer, with u, v, w the weights of the three layers (row = output unit):
///
///     x = (1, 2, 3)
///     u = [1 0 -1; 0 1 1; 2 -1 0], b = (1, -2, 0)       z = (-1, 3, 0)      a = ReLU(z) = (0, 3, 0)
///     v = [1 2 0; -1 1 2; 3 -1 1], c = (0, 1, -1)       s = (6, 4, -4)      h = ReLU(s) = (6, 4, 0)
///     w = [1 -1 2; 0.5 2 1],       d = (1, -3)          f = (3, 8)
///     y = (5, 7),                  L = (3-5)² + (8-7)² = 5
///
///     ∂L/∂f = 2(f - y) = (-4, 2)
///     ∂L/∂w = ∂L/∂f · hᵀ = [-24 -16 0; 12 8 0],   ∂L/∂d = (-4, 2)
///     ∂L/∂h = wᵀ · ∂L/∂f = (-4·1 + 2·0.5, -4·-1 + 2·2, -4·2 + 2·1) = (-3, 8, -6)
///     ∂L/∂s = (-3, 8, 0), since s₃ < 0
///     ∂L/∂v = ∂L/∂s · aᵀ = [0 -9 0; 0 24 0; 0 0 0],   ∂L/∂c = (-3, 8, 0)
///     ∂L/∂a = vᵀ · ∂L/∂s = (-3·1 + 8·-1, -3·2 + 8·1, -3·0 + 8·2) = (-11, 2, 16)
///     ∂L/∂z = (0, 2, 16), since z₁ < 0, and z₃ = 0 where the lecture's derivative is 1
///     ∂L/∂u = ∂L/∂z · xᵀ = [0 0 0; 2 4 6; 16 32 48],   ∂L/∂b = (0, 2, 16)
@Suite struct LectureExampleTests {
    @Test func everyDerivativeIsAsByHand() throws {
        let data = try Dataset(
            name: "lecture", features: [1, 2, 3], featureShape: [3], targets: [5, 7], targetNames: ["y1", "y2"])
        var recipe = Recipe()
        recipe.hidden = [3, 3]
        var parameters = Network(inputs: 3, hidden: [3, 3], outputs: 2).zeroParameters()
        parameters.layers[0].weight = [1, 0, -1, 0, 1, 1, 2, -1, 0]
        parameters.layers[0].bias = [1, -2, 0]
        parameters.layers[1].weight = [1, 2, 0, -1, 1, 2, 3, -1, 1]
        parameters.layers[1].bias = [0, 1, -1]
        parameters.layers[2].weight = [1, -1, 2, 0.5, 2, 1]
        parameters.layers[2].bias = [1, -3]
        for kernels in supportedKernels() {
            let (loss, gradient) = try StepEngine.gradient(
                of: recipe, at: parameters, on: data, rows: 1, kernels: kernels)
            #expect(loss == 5)
            #expect(gradient.layers[2].weight == [-24, -16, 0, 12, 8, 0])
            #expect(gradient.layers[2].bias == [-4, 2])
            #expect(gradient.layers[1].weight == [0, -9, 0, 0, 24, 0, 0, 0, 0])
            #expect(gradient.layers[1].bias == [-3, 8, 0])
            #expect(gradient.layers[0].weight == [0, 0, 0, 2, 4, 6, 16, 32, 48])
            #expect(gradient.layers[0].bias == [0, 2, 16])
        }
    }
}
