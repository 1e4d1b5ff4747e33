import Foundation
import Testing
import _TestSupport

@testable import FastTrain

/// The estimators against scikit-learn's own numbers (Tests/References/make_sklearn_references.py), with the same
/// initial weights and the same minibatches.
@Suite struct MLPReferenceTests {
    private static let file = try! SafeTensors(path: PyTorchReferenceTests.folder + "/sklearn-mlp.safetensors")
    static let cases = file.metadata.keys.filter { $0.contains("-") && $0 != "scikit-learn" }.sorted()

    private func matrix(_ name: String) throws -> Matrix {
        let shape = try #require(Self.file[name]?.shape)
        return Matrix(try Self.file.floats(name, shape: shape), rows: shape[0], columns: shape.count > 1 ? shape[1] : 1)
    }

    private func initial(_ name: String, layers: Int) throws -> Parameters {
        Parameters(
            layers: try (0..<layers).map { index in
                let coefs = try matrix("\(name).initial.\(index).coefs")
                var layer = Parameters.Layer(inputs: coefs.rows, outputs: coefs.columns)
                for input in 0..<coefs.rows {
                    for output in 0..<coefs.columns { layer.weight[output * coefs.rows + input] = coefs[input, output] }
                }
                layer.bias = try matrix("\(name).initial.\(index).intercepts").values
                return layer
            })
    }

    private func expect(_ name: String, _ fitted: MLPFitted, _ answers: Matrix, score: Double) throws {
        let curve = try matrix("\(name).loss_curve").values
        if name.contains("lbfgs") {
            #expect(fitted.isConverged && abs(fitted.loss! - Double(curve[0])) <= 2e-6 * max(1, fitted.loss!))
            let coefs = try matrix("\(name).final.0.coefs")
            let worst = zip(fitted.coefs[0].values, coefs.values).map { abs($0 - $1) }.max()!
            #expect(worst <= 1e-3, "weights differ by \(worst)")
            let expected = try matrix("\(name).answers")
            #expect(zip(answers.values, expected.values).allSatisfy { abs($0 - $1) <= 1e-3 * max(1, abs($1)) })
            #expect(abs(score - Double(try matrix("\(name).score").values[0])) <= 1e-4)
            return
        }
        #expect(fitted.nIter == curve.count && fitted.lossCurve.count == curve.count)
        for (epoch, (found, expected)) in zip(fitted.lossCurve, curve).enumerated() {
            #expect(abs(found - Double(expected)) <= 2e-5 * found, "epoch \(epoch): \(found), \(expected)")
        }
        for (layer, coefs) in fitted.coefs.enumerated() {
            let expected = try matrix("\(name).final.\(layer).coefs")
            #expect(coefs.shape == expected.shape)
            let worst = zip(coefs.values, expected.values).map { abs($0 - $1) }.max()!
            #expect(worst <= 1e-4, "weights of layer \(layer) differ by \(worst)")
            let biases = try matrix("\(name).final.\(layer).intercepts").values
            #expect(fitted.intercepts[layer].count == biases.count)
            #expect(zip(fitted.intercepts[layer], biases).allSatisfy { abs($0 - $1) <= 1e-4 })
        }
        let expected = try matrix("\(name).answers")
        #expect(answers.shape == expected.shape)
        #expect(zip(answers.values, expected.values).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) })
        #expect(abs(score - Double(try matrix("\(name).score").values[0])) <= 1e-5)
    }

    @Test(arguments: cases, [1, 2])
    func fitsMatchScikitLearn(name: String, threads: Int) throws {
        var settings = try MLPSettings(scikitLearn: Self.file.metadata[name]!)
        settings.threads = threads
        let x = try matrix("\(name).x")
        let weights = Self.file["\(name).weights"] == nil ? nil : try matrix("\(name).weights").values.map(Double.init)
        let start = try initial(name, layers: settings.hiddenLayerSizes.count + 1)
        if name.hasPrefix("classes") {
            let labels = integers("\(name).y")
            var net = MLPClassifier<Int>(settings: settings)
            net.initial = start
            try net.fit(x, labels, sampleWeight: weights)
            try expect(
                name, net.fitted, net.predictProbabilities(x), score: net.score(x, labels, sampleWeight: weights))
            #expect(net.nOutputs == (name.contains("two") ? 1 : 4))
        } else if name.hasPrefix("labels") {
            let holds = try matrix("\(name).y")
            let labels = (0..<x.rows).map { row in Set((0..<holds.columns).filter { holds[row, $0] == 1 }) }
            var net = MLPClassifier<Int>(settings: settings)
            net.initial = start
            try net.fit(x, labels: labels, sampleWeight: weights)
            try expect(name, net.fitted, net.predictProbabilities(x), score: net.score(x, labels: labels))
        } else {
            let y = try matrix("\(name).y")
            var net = MLPRegressor(settings: settings)
            if name.hasPrefix("counts") { net.lossFunction = .poisson }
            net.initial = start
            try net.fit(x, y, sampleWeight: weights)
            try expect(name, net.fitted, net.predictOutputs(x), score: net.score(x, y, sampleWeight: weights))
        }
    }

    private func integers(_ name: String) -> [Int] {
        let tensor = Self.file[name]!
        let count = tensor.shape.reduce(1, *)
        let bytes = UnsafeRawPointer(Self.file.bytes(of: tensor).baseAddress!)
        return (0..<count).map { Int(bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
    }

    @Test func allCasesExist() { #expect(Self.cases.count == 25) }
}

extension MLPSettings {
    /// Reads scikit-learn's parameters from JSON, by its names.
    init(scikitLearn text: String) throws {
        self.init()
        guard case .object(let members) = try JSON(parsing: text, file: "settings") else {
            throw FastTrainError.internalError("no settings")
        }
        for member in members {
            let number = Double(json: member.value)
            let text = String(json: member.value)
            switch member.name {
            case "hidden_layer_sizes": hiddenLayerSizes = [Int](json: member.value)!
            case "shuffle": shuffle = Bool(json: member.value)!
            case "batch_size": batchSize = number.map { .rows(Int($0)) } ?? .auto
            case "max_iter": maxIter = Int(number!)
            case "alpha": alpha = number!
            case "tol": tol = number!
            case "learning_rate_init": learningRateInit = number!
            case "activation": activation = text == "logistic" ? .logistic : Activation(rawValue: text!)!
            case "beta_1": beta1 = number!
            case "beta_2": beta2 = number!
            case "epsilon": epsilon = number!
            case "solver": solver = MLPSettings.Solver(rawValue: text!)!
            case "nesterovs_momentum": nesterovsMomentum = Bool(json: member.value)!
            case "momentum": momentum = number!
            case "learning_rate": learningRate = MLPSettings.LearningRateSchedule(rawValue: text!)!
            case "power_t": powerT = number!
            case "early_stopping": earlyStopping = Bool(json: member.value)!
            case "max_fun": maxFun = Int(number!)
            case "loss": break
            case "n_iter_no_change": nIterNoChange = Int(number!)
            default: throw FastTrainError.internalError(member.name)
            }
        }
    }
}
