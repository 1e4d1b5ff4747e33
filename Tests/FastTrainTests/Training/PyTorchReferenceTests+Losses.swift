import Testing
import _TestSupport

@testable import FastTrain

extension PyTorchReferenceTests {
    /// The loss and gradient of one minibatch, for each loss and kind of weights, against PyTorch's numbers
    /// (Tests/References/make_references.py).
    @Test(arguments: [
        "binary-cross-entropy.plain", "binary-cross-entropy.rows", "binary-cross-entropy.classes",
        "binary-cross-entropy.given", "huber.plain", "huber.rows", "absolute-error.plain", "absolute-error.rows",
        "poisson.plain", "poisson.rows", "squared-error.plain", "squared-error.rows", "cross-entropy.rows",
        "cross-entropy.given", "cross-entropy.balanced", "cross-entropy.both",
    ])
    func lossesMatchPyTorch(name: String) throws {
        let file = try SafeTensors(path: PyTorchReferenceTests.folder + "/losses.safetensors")
        let parts = name.split(separator: ".").map(String.init)
        var recipe = Recipe()
        recipe.hidden = [8, 5]
        recipe.loss = Loss(rawValue: parts[0])
        recipe.huberDelta = Double(file.metadata["huber_delta"]!)!
        let isOfTwo = ["binary-cross-entropy.classes", "binary-cross-entropy.given"].contains(name)
        let given = file.metadata["class_weights"]!.split(separator: ",").map { Double($0)! }
        switch parts[1] {
        case "given": recipe.classWeight = .given(Array(given.prefix(isOfTwo ? 2 : 4)))
        case "balanced", "both": recipe.classWeight = .balanced
        default: break
        }
        let features = try file.floats("x", shape: [16, 6])
        let weights = ["rows", "both"].contains(parts[1]) ? try file.floats("w", shape: [16]) : nil
        let data =
            if isOfTwo || recipe.loss == .crossEntropy {
                try Dataset(
                    name: "reference", features: features, featureShape: [6], labels: labels(file, name + ".y"),
                    classes: (0..<(isOfTwo ? 2 : 4)).map { "c\($0)" }, weights: weights)
            } else {
                try Dataset(
                    name: "reference", features: features, featureShape: [6],
                    targets: file.floats(name + ".y", shape: [16, 2]), targetNames: ["p", "q"], weights: weights)
            }
        let initial = try parameters(file, name + ".initial.", recipe, data)
        let (mean, gradient) = try StepEngine.gradient(of: recipe, at: initial, on: data, rows: 16, threads: 2)
        let reference = try file.floats(name + ".loss", shape: [1])[0]
        #expect(abs(mean - Double(reference)) < 1e-5 * abs(Double(reference)))
        let expected = try parameters(file, name + ".gradient.", recipe, data)
        for (found, reference) in zip(gradient.flat, expected.flat) {
            #expect(abs(found - reference) <= 1e-6 + 1e-5 * abs(reference))
        }
    }
}
