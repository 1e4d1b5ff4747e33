// The import is not @testable, so these tests see what users see.
import FastTrain
import Testing

@Suite struct MLPInterfaceTests {
    private let rows: [[Double]] = (0..<60).map { (row: Int) -> [Double] in
        let kind = Double(row % 3)
        return [kind, Double(row % 5) / 5, kind * kind]
    }
    private let species: [String] = (0..<60).map { row in ["setosa", "versicolor", "virginica"][row % 3] }

    /// The example in the README.
    @Test func classifier() throws {
        var net = MLPClassifier<String>(hiddenLayerSizes: [50], alpha: 1e-5, maxIter: 1000, randomState: 1)
        try net.fit(rows, species)
        #expect(try net.score(rows, species) == 1)
        #expect(net.classes == ["setosa", "versicolor", "virginica"] && net.nIter == net.lossCurve.count)
        #expect(net.coefs.map(\.shape) == [[3, 50], [50, 3]])
        let probabilities = try net.predictProbabilities(rows)
        #expect(probabilities.shape == [60, 3] && probabilities[0, 0] > 0.5)
        #expect(net.intercepts[1].count == 3 && net.outActivation == "softmax" && net.isConverged)
        net.warmStart = true
        net.settings.maxIter = 1
        try net.fit(rows, species, sampleWeight: rows.map { $0[0] + 1 })
        #expect(net.nIter == 1 && net.model != nil)
    }

    @Test func regressor() throws {
        var net = MLPRegressor(
            activation: .logistic, solver: .sgd, learningRate: .invscaling, maxIter: 5, randomState: 1)
        try net.fit(Matrix(rows.flatMap { $0 }, columns: 3), rows.map { $0[0] + $0[1] })
        #expect(try net.predict(rows).count == 60)
        net.lossFunction = .poisson
        try net.fit(rows, rows.map { [$0[0], $0[1]] })
        #expect(try net.predictOutputs(rows).arrays.allSatisfy { $0.count == 2 && $0[0] > 0 })
        #expect(net.outActivation == "exp")
    }

    @Test func rateTest() throws {
        let data = try Dataset.mnistSample()
        var recipe = Recipe()
        recipe.hidden = [16]
        let curve = try RateTest(from: 1e-5, to: 1, steps: 40).run(recipe, on: data)
        #expect(curve.valley!.rate < curve.lowest!.rate && curve.points.count <= 40)
    }
}
