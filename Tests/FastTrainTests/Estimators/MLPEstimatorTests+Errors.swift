import Testing

@testable import FastTrain

/// Errors of the estimators and their messages.
extension MLPEstimatorTests {
    @Test func refusals() throws {
        let (x, y) = Self.clouds
        var net = Self.classifier()
        #expect(message { _ = try net.predict(x) } == "not trained yet: call fit first")
        #expect(
            message { try net.fit([[1.0, 2], [3]], ["a", "b"]) } == "row 1: expected 2 numbers, as in row 0, found 1")
        #expect(message { try net.fit([[Double]](), []) } == "x: expected rows of features, found 0 rows of 0")
        #expect(
            message { _ = try Matrix([1.0, 2, 3], columns: 2) }
                == "values: expected a whole number of rows of 2 columns, found 3 numbers")
        #expect(
            message { try net.fit(x, Array(y.dropLast())) } == "y: expected 90 labels, one for each row of x, found 89")
        var holed = x
        holed[7][2] = .nan
        #expect(message { try net.fit(holed, y) } == "x, row 7: expected finite numbers, found nan in column 2")
        #expect(message { try net.fit(x, y.map { _ in "one" }) } == "y: expected at least two classes, found 1")
        #expect(
            message { try net.partialFit(x, y) }
                == "classes: expected all classes in the first call of partialFit, found none")
        #expect(
            message { try net.partialFit(x, y, classes: ["cirrus", "cumulus", "fog"]) }
                == "y, row 1: expected one of the classes cirrus, cumulus, fog, found stratus")
        #expect(net.nLayers == 0)
        try net.fit(x, y)
        #expect(
            message { _ = try net.predict([[1.0, 2]]) }
                == "x: expected rows of 4 features, as in the first fit, found rows of 2")
        #expect(message { _ = try net.predict(holed) } == "x, row 7: expected finite numbers, found nan in column 2")
        #expect(
            message { try net.partialFit(x, y, classes: ["a", "b"]) }
                == "classes: expected the same as in the first call, or none")
        #expect(
            message { try net.partialFit(x, y.map { _ in "fog" }) }.hasPrefix("y, row 0: expected one of the classes"))
        net.warmStart = true
        net.hiddenLayerSizes = [3]
        #expect(
            message { try net.fit(x, y) }
                == "hiddenLayerSizes: expected [12, 7], as in the first fit, found [3]")
        net.warmStart = false
        net.earlyStopping = true
        #expect(
            message { try net.partialFit(x, y) }
                == "earlyStopping: expected false for partialFit, because one epoch cannot end early, found true")
        net.validationFraction = 0.01
        #expect(
            message { try net.fit(x, y) }
                == "validationFraction: expected a fraction that holds out at least 2 of the 90 rows but not all, found 0.01, which holds out 1"
        )
        let wrong: [((inout MLPSettings) -> Void, String)] = [
            (
                { $0.hiddenLayerSizes = [4, 0] },
                "hiddenLayerSizes: expected from 1 to 16777216 units per layer, found 0"
            ),
            ({ $0.alpha = -1 }, "alpha: expected a number of at least 0, found -1.0"),
            ({ $0.alpha = .nan }, "alpha: expected a number of at least 0, found nan"),
            ({ $0.learningRateInit = 0 }, "learningRateInit: expected a number above 0, found 0.0"),
            ({ $0.momentum = 1 }, "momentum: expected a number from 0 to below 1, found 1.0"),
            ({ $0.beta1 = 1 }, "beta1: expected a number from 0 to below 1, found 1.0"),
            ({ $0.batchSize = 0 }, "batchSize: expected at least 1, found 0"),
            ({ $0.maxIter = 0 }, "maxIter: expected at least 1, found 0"),
            ({ $0.nIterNoChange = 0 }, "nIterNoChange: expected at least 1, found 0"),
            ({ $0.tol = -1 }, "tol: expected a number of at least 0, found -1.0"),
            ({ $0.threads = 0 }, "threads: expected a number from 1 to 1024, found 0"),
        ]
        for (change, text) in wrong {
            var net = Self.classifier(change)
            #expect(message { try net.fit(x, y) } == text)
        }
        var regressor = MLPRegressor(hiddenLayerSizes: [3], maxIter: 2, randomState: 1)
        #expect(
            message { try regressor.fit(x, [1.0]) } == "y: expected 90 rows of numbers, one for each row of x, found 1")
        #expect(
            message { try regressor.fit(x, x.indices.map { $0 == 4 ? Double.infinity : 1 }) }
                == "y, row 4: expected finite numbers, found inf in column 0")
        try regressor.fit(x, x.map { [$0[0], $0[1]] })
        #expect(
            message { _ = try regressor.predict(x) }
                == "predict: expected one output, found 2; use predictOutputs")
        #expect(
            message { try regressor.partialFit(x, x.map { $0[0] }) }
                == "y: expected 2 numbers per row, as in the first fit, found 1")
        #expect(
            message { _ = try regressor.score(x, x.map { [$0[0], $0[1]] }, sampleWeight: [1]) }
                == "sampleWeight: expected 90 weights, one for each row of x, found 1")
    }

    /// A learning rate that is far too large throws an error and leaves the estimator unchanged.
    @Test func divergence() throws {
        var net = MLPRegressor(solver: .sgd, learningRateInit: 1000, randomState: 1)
        let text = message { try net.fit(Self.clouds.x, Self.clouds.x.map { 1000 * $0[0] }) }
        #expect(text.hasPrefix("training diverged in epoch "))
        #expect(net.nLayers == 0)
    }
}
