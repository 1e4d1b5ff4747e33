import Foundation
import Testing
import _TestSupport

@testable import FastTrain

@Suite struct MLPEstimatorTests {
    /// Three clouds of points with named classes.
    static let clouds: (x: [[Double]], y: [String]) = {
        let names = ["cirrus", "stratus", "cumulus"]
        let generator = Philox(seed: 5, purpose: .testSplit)
        var (x, y) = ([[Double]](), [String]())
        for row in 0..<90 {
            let draws = generator.block(UInt64(row), stream: 0)
            let noise = (0..<4).map { Double(draws[$0]) * 0x1p-32 - 0.5 }
            x.append([noise[0] + Double(row % 3), noise[1] - Double(row % 3 / 2), noise[2], noise[3]])
            y.append(names[row % 3])
        }
        return (x, y)
    }()

    static func classifier(_ change: (inout MLPSettings) -> Void = { _ in }) -> MLPClassifier<String> {
        var settings = MLPSettings()
        settings.hiddenLayerSizes = [12, 7]
        settings.learningRateInit = 0.01
        settings.batchSize = 16
        settings.maxIter = 40
        settings.randomState = 3
        change(&settings)
        return MLPClassifier(settings: settings)
    }

    func message(_ body: () throws -> Void) -> String {
        do {
            try body()
        } catch {
            return "\(error)"
        }
        return "no error"
    }

    @Test func defaultsMatchScikitLearn() {
        let net = MLPClassifier<Int>()
        #expect(net.hiddenLayerSizes == [100] && net.activation == .relu && net.solver == .adam && net.alpha == 1e-4)
        #expect(net.batchSize == .auto && net.learningRate == .constant && net.learningRateInit == 1e-3)
        #expect(net.powerT == 0.5 && net.maxIter == 200 && net.shuffle && net.randomState == nil && net.tol == 1e-4)
        #expect(!net.warmStart && net.momentum == 0.9 && net.nesterovsMomentum && !net.earlyStopping)
        #expect(net.validationFraction == 0.1 && net.beta1 == 0.9 && net.beta2 == 0.999 && net.epsilon == 1e-8)
        #expect(net.nIterNoChange == 10 && net.maxFun == 15_000)
        #expect(net.settings == MLPSettings() && net.settings == MLPRegressor().settings)
    }

    @Test func fittedAttributes() throws {
        var net = Self.classifier()
        #expect(net.coefs.isEmpty && net.nLayers == 0 && net.loss == nil && net.model == nil)
        try net.fit(Self.clouds.x, Self.clouds.y)
        #expect(net.coefs.map(\.shape) == [[4, 12], [12, 7], [7, 3]])
        #expect(net.intercepts.map(\.count) == [12, 7, 3])
        #expect(net.classes == ["cirrus", "cumulus", "stratus"])
        #expect(net.nLayers == 4 && net.nOutputs == 3 && net.nFeaturesIn == 4 && net.outActivation == "softmax")
        #expect(net.nIter == 40 && net.t == 40 * 90 && !net.isConverged)
        #expect(net.lossCurve.count == 40 && net.loss == net.lossCurve.last && net.bestLoss == net.lossCurve.min())
        #expect(net.validationScores.isEmpty && net.bestValidationScore == nil)
        #expect(try net.score(Self.clouds.x, Self.clouds.y) > 0.95)
        let probabilities = try net.predictProbabilities(Self.clouds.x)
        let logarithms = try net.predictLogProbabilities(Self.clouds.x)
        for row in 0..<90 {
            #expect(abs(probabilities[row].reduce(0, +) - 1) < 1e-5)
            for column in 0..<3 { #expect(abs(exp(logarithms[row, column]) - probabilities[row, column]) < 1e-6) }
        }
        let classes = try net.predict(Self.clouds.x)
        for row in 0..<90 {
            let best = probabilities[row].firstIndex(of: probabilities[row].max()!)!
            #expect(classes[row] == net.classes[best])
        }
    }

    /// The results depend on the random state alone.
    @Test(arguments: [MLPSettings.Solver.sgd, .adam], [false, true])
    func threadsDoNotAffectResults(solver: MLPSettings.Solver, stops: Bool) throws {
        var nets: [MLPClassifier<String>] = []
        for threads in [1, 2, 3, nil] {
            var net = Self.classifier {
                $0.solver = solver
                $0.learningRate = .adaptive
                $0.earlyStopping = stops
                $0.threads = threads
            }
            try net.fit(Self.clouds.x, Self.clouds.y)
            nets.append(net)
        }
        for net in nets {
            #expect(net.fitted == nets[0].fitted)
        }
        var other = Self.classifier { $0.randomState = 4 }
        try other.fit(Self.clouds.x, Self.clouds.y)
        #expect(other.coefs != nets[0].coefs)
    }

    /// The bound of the initial weights is scikit-learn's, including that of the biases.
    @Test(arguments: [Activation.relu, .tanh, .logistic])
    func initialWeights(activation: Activation) {
        var settings = MLPSettings()
        settings.activation = activation
        let parameters = settings.initialParameters(of: Network(inputs: 70, hidden: [90], outputs: 40), seed: 1)
        for layer in parameters.layers {
            let bound = ((activation == .logistic ? 2 : 6) / Float(layer.inputs + layer.outputs)).squareRoot()
            for values in [layer.weight, layer.bias] {
                #expect(values.allSatisfy { abs($0) <= bound })
                #expect(values.max()! > 0.9 * bound && values.min()! < -0.9 * bound)
            }
            let square = layer.weight.reduce(0) { $0 + $1 * $1 } / Float(layer.weight.count)
            #expect(abs(square / (bound * bound / 3) - 1) < 0.05)
        }
    }

    @Test func earlyStoppingKeepsTheBest() throws {
        var net = Self.classifier {
            $0.earlyStopping = true
            $0.validationFraction = 0.2
            $0.maxIter = 300
            $0.nIterNoChange = 5
        }
        try net.fit(Self.clouds.x, Self.clouds.y)
        #expect(net.isConverged && net.nIter < 300)
        #expect(net.validationScores.count == net.nIter && net.bestValidationScore == net.validationScores.max())
        #expect(net.bestLoss == nil && net.t == net.nIter * 72)
        // The validation rows are stratified, and the kept weights have the score of the best epoch.
        let data = try Dataset(
            name: "x", features: Self.clouds.x.flatMap { $0.map(Float.init) }, featureShape: [4],
            labels: Self.clouds.y.map { net.classes.firstIndex(of: $0)! }, classes: net.classes)
        let sampling = try Sampling(recipe: net.model!.recipe, split: data.train, task: data.task)
        #expect(sampling.validationRows.count == 18)
        for label in 0..<3 { #expect(sampling.validationRows.count { data.train.label(Int($0)) == label } == 6) }
        let heldOut = sampling.validationRows.map { Int($0) }
        let score = try net.score(heldOut.map { Self.clouds.x[$0] }, heldOut.map { Self.clouds.y[$0] })
        #expect(score == net.bestValidationScore)
    }

    /// Training epoch by epoch gives the same weights as training at once.
    @Test(
        arguments: [MLPSettings.Solver.sgd, .adam], [MLPSettings.LearningRateSchedule.constant, .invscaling, .adaptive])
    func partialFitsEqualAFit(solver: MLPSettings.Solver, schedule: MLPSettings.LearningRateSchedule) throws {
        let change: (inout MLPSettings) -> Void = {
            $0.solver = solver
            $0.learningRate = schedule
            $0.learningRateInit = solver == .sgd ? 0.1 : 0.01
            $0.maxIter = 12
            $0.nIterNoChange = 1
            $0.tol = schedule == .adaptive ? 0.05 : 0
        }
        var whole = Self.classifier(change)
        try whole.fit(Self.clouds.x, Self.clouds.y)
        var parts = Self.classifier(change)
        for _ in 0..<whole.nIter {
            try parts.partialFit(Self.clouds.x, Self.clouds.y, classes: ["stratus", "cirrus", "cumulus"])
        }
        #expect(parts.lossCurve == whole.lossCurve && parts.coefs == whole.coefs && parts.nIter == 1)
    }

    /// In contrast to scikit-learn, a warm start keeps the solver's state, so two fits equal one longer fit.
    @Test(arguments: [MLPSettings.Solver.sgd, .adam])
    func warmStartKeepsTheSolversState(solver: MLPSettings.Solver) throws {
        let change: (inout MLPSettings) -> Void = {
            $0.solver = solver
            $0.tol = 0
            $0.nIterNoChange = nil
            $0.warmStart = true
            $0.maxIter = 20
        }
        var whole = Self.classifier(change)
        try whole.fit(Self.clouds.x, Self.clouds.y)
        var parts = Self.classifier(change)
        parts.maxIter = 13
        try parts.fit(Self.clouds.x, Self.clouds.y)
        parts.maxIter = 7
        try parts.fit(Self.clouds.x, Self.clouds.y)
        #expect(parts.coefs == whole.coefs && parts.lossCurve == whole.lossCurve && parts.nIter == 7)
        parts.warmStart = false
        parts.maxIter = 20
        try parts.fit(Self.clouds.x, Self.clouds.y)
        #expect(parts.coefs == whole.coefs && parts.lossCurve == whole.lossCurve)
    }

    /// Two classes share one output; labels have one output each.
    @Test func twoClassesAndLabels() throws {
        let (x, y) = Self.clouds
        var two = MLPClassifier<Bool01>(hiddenLayerSizes: [8], batchSize: 16, learningRateInit: 0.01, randomState: 1)
        try two.fit(x, y.map { $0 == "cirrus" ? .yes : .no })
        #expect(two.nOutputs == 1 && two.outActivation == "logistic" && two.classes == [.no, .yes])
        let probabilities = try two.predictProbabilities(x)
        #expect(probabilities.columns == 2 && (0..<90).allSatisfy { abs(probabilities[$0].reduce(0, +) - 1) < 1e-6 })
        #expect(try two.score(x, y.map { $0 == "cirrus" ? .yes : .no }) > 0.9)
        var labels = MLPClassifier<String>(hiddenLayerSizes: [8], batchSize: 16, learningRateInit: 0.02, randomState: 1)
        let sets = y.map { $0 == "cirrus" ? Set<String>() : $0 == "stratus" ? ["low"] : ["low", "white"] }
        try labels.fit(x, labels: sets)
        #expect(labels.nOutputs == 2 && labels.isMultilabel && labels.classes == ["low", "white"])
        #expect(try labels.score(x, labels: sets) > 0.9)
        #expect(
            message { _ = try labels.predict(x) }
                == "predict: expected a fit to one class per row; use predictLabels for labels")
        #expect(
            message { _ = try two.predictLabels(x) }
                == "predictLabels: expected a fit to labels; use predict for classes")
        #expect(message { try labels.partialFit(x, y) } == "y: expected sets of labels, as in the first fit")
        let folder = ScratchFolder()
        try labels.save(to: folder.file("m.safetensors"))
        let read = try MLPClassifier<String>(model: Model(path: folder.file("m.safetensors")))
        #expect(read.isMultilabel)
        #expect(try read.predictLabels(x) == labels.predictLabels(x))
    }

    private enum Bool01: Int, Comparable, Sendable {
        case no, yes
        static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
    }

    /// A row of weight 2 counts as two rows, and a row of weight 0 does not count.
    @Test func weightsActAsRepeatedRows() throws {
        let (x, y) = Self.clouds
        let weights = x.indices.map { Double($0 % 3) }
        let change: (inout MLPSettings) -> Void = {
            $0.solver = .sgd
            $0.batchSize = .rows(1000)
            $0.maxIter = 5
            $0.alpha = 0.5
        }
        var weighted = Self.classifier(change)
        try weighted.fit(x, y, sampleWeight: weights)
        let rows = x.indices.flatMap { [Int](repeating: $0, count: $0 % 3) }
        var repeated = Self.classifier(change)
        // The classes of rows with weight 0 are still known.
        for _ in 0..<5 {
            try repeated.partialFit(rows.map { x[$0] }, rows.map { y[$0] }, classes: weighted.classes)
        }
        for (found, expected) in zip(weighted.lossCurve, repeated.lossCurve) { #expect(abs(found - expected) < 1e-5) }
        for (found, expected) in zip(weighted.coefs.flatMap(\.values), repeated.coefs.flatMap(\.values)) {
            #expect(abs(found - expected) < 1e-5)
        }
    }

    @Test func fullBatches() throws {
        let (x, y) = Self.clouds
        var nets: [MLPClassifier<String>] = []
        for threads in [1, 2, 5] {
            var net = Self.classifier {
                $0.solver = .lbfgs
                $0.maxIter = 30
                $0.earlyStopping = true
                $0.threads = threads
            }
            try net.fit(x, y)
            nets.append(net)
        }
        #expect(nets.allSatisfy { $0.fitted == nets[0].fitted })
        #expect(try nets[0].score(x, y) == 1)
        #expect(nets[0].lossCurve.count == nets[0].nIter && nets[0].loss == nets[0].lossCurve.last)
        #expect(zip(nets[0].lossCurve, nets[0].lossCurve.dropFirst()).allSatisfy { $0 >= $1 })
        var short = Self.classifier {
            $0.solver = .lbfgs
            $0.maxFun = 5
        }
        try short.fit(x, y)
        #expect(short.nIter <= 5 && !short.isConverged)
        #expect(message { try short.partialFit(x, y) } == "solver: expected sgd or adam for partialFit, found lbfgs")
        short.warmStart = true
        let before = short.loss!
        try short.fit(x, y)
        #expect(short.loss! < before)
    }

    @Test func copiesAreIndependent() throws {
        var net = Self.classifier()
        try net.fit(Self.clouds.x, Self.clouds.y)
        let copy = net
        try net.partialFit(Self.clouds.x, Self.clouds.y)
        #expect(copy.lossCurve.count == 40 && net.lossCurve.count == 41 && copy.coefs != net.coefs)
    }

    @Test func matricesEqualArrays() throws {
        var arrays = Self.classifier()
        try arrays.fit(Self.clouds.x, Self.clouds.y)
        var flat = Self.classifier()
        try flat.fit(Matrix(Self.clouds.x.flatMap { $0 }, columns: 4), Self.clouds.y)
        #expect(flat.coefs == arrays.coefs)
    }

    @Test func modelFileRoundTrip() throws {
        let folder = ScratchFolder()
        let path = folder.file("m.safetensors")
        var net = Self.classifier()
        try net.fit(Self.clouds.x, Self.clouds.y)
        try net.save(to: path)
        var read = try MLPClassifier<String>(model: Model(path: path))
        #expect(read.classes == net.classes && read.hiddenLayerSizes == [12, 7])
        #expect(try read.predictProbabilities(Self.clouds.x) == net.predictProbabilities(Self.clouds.x))
        read.warmStart = true
        try read.fit(Self.clouds.x, Self.clouds.y)
        #expect(read.lossCurve[0] < net.lossCurve[5])
        #expect(
            message { _ = try MLPClassifier<Int>(model: Model(path: path)) }
                == "model: expected classes of type Int, found \"cirrus\"")
        #expect(
            message { _ = try MLPRegressor(model: Model(path: path)) }
                == "model: expected a regression with squared-error or poisson, found cross-entropy")
        var numbers = MLPRegressor(hiddenLayerSizes: [5], maxIter: 5, randomState: 1)
        try numbers.fit(Self.clouds.x, Self.clouds.x.map { [$0[0], $0[1]] })
        try numbers.save(to: path)
        let again = try MLPRegressor(model: Model(path: path))
        #expect(try again.predictOutputs(Self.clouds.x) == numbers.predictOutputs(Self.clouds.x))
    }

    @Test func learnsALine() throws {
        let x = (0..<100).map { [Double($0) / 50 - 1] }
        let y = x.map { 3 * $0[0] - 1 }
        var net = MLPRegressor(
            hiddenLayerSizes: [20], batchSize: 20, learningRateInit: 0.01, maxIter: 500, randomState: 1)
        try net.fit(x, y)
        #expect(try net.score(x, y) > 0.99)
        #expect(net.outActivation == "identity" && net.isConverged)
        let at = try net.predict([[0.5]])
        #expect(abs(at[0] - 0.5) < 0.1)
        #expect(try net.score(x, y, sampleWeight: x.map { $0[0] > 0 ? 1 : 0 }) > 0.9)
    }
}
