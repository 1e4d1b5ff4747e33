import Synchronization
import Testing

@testable import FastTrain

/// The functions that watch an estimator's fit.
struct FitWatchTests {
    private typealias Clouds = MLPEstimatorTests

    @Test(arguments: [MLPSettings.Solver.sgd, .adam, .lbfgs], [false, true])
    func everyIterationIsReported(solver: MLPSettings.Solver, stops: Bool) throws {
        var net = Clouds.classifier {
            $0.solver = solver
            $0.earlyStopping = stops
        }
        var silent = net
        let events = Mutex<[FitProgress]>([])
        try net.fit(Clouds.clouds.x, Clouds.clouds.y, progress: { event in events.withLock { $0.append(event) } })
        try silent.fit(Clouds.clouds.x, Clouds.clouds.y)
        #expect(net.fitted == silent.fitted)
        let reported = events.withLock { $0 }
        #expect(reported.map(\.iteration) == Array(1...net.nIter) && reported.map(\.loss) == net.lossCurve)
        #expect(reported.compactMap(\.validationScore) == net.validationScores)
        #expect(reported.allSatisfy { ($0.learningRate == nil) == (solver == .lbfgs) })
    }

    /// A fit that is stopped keeps its weights, and a warm start goes on with them.
    @Test(arguments: [MLPSettings.Solver.sgd, .adam, .lbfgs])
    func aStoppedFitKeepsItsWeights(solver: MLPSettings.Solver) throws {
        var net = Clouds.classifier {
            $0.solver = solver
            $0.threads = 2
            $0.warmStart = true
        }
        let counter = Counter()
        try net.fit(Clouds.clouds.x, Clouds.clouds.y, stop: { counter.next() == 7 })
        #expect(!net.isConverged && net.nIter < 40 && !net.coefs.isEmpty)
        if solver == .lbfgs { #expect(net.nIter == 7) }
        let weights = net.coefs
        try net.fit(Clouds.clouds.x, Clouds.clouds.y)
        #expect(net.coefs != weights)
    }

    @Test func stoppingAtTheEndOfAnEpochEqualsAFitOfThatManyEpochs() throws {
        let rows = Clouds.clouds.x.count
        var stopped = Clouds.classifier { $0.batchSize = .rows(30) }
        // Polled after each step, and after the first two epochs.
        let counter = Counter()
        try stopped.fit(Clouds.clouds.x, Clouds.clouds.y, stop: { counter.next() == 3 * rows / 30 + 2 })
        var short = Clouds.classifier {
            $0.batchSize = .rows(30)
            $0.maxIter = 3
        }
        try short.fit(Clouds.clouds.x, Clouds.clouds.y)
        #expect(stopped.nIter == 3 && stopped.coefs == short.coefs && stopped.lossCurve == short.lossCurve)
        var regressor = MLPRegressor(hiddenLayerSizes: [3], batchSize: 30, maxIter: 20, randomState: 1)
        let events = Mutex(0)
        try regressor.fit(
            Clouds.clouds.x, Clouds.clouds.x.map { $0[0] }, stop: { events.withLock { $0 } == 2 },
            progress: { _ in events.withLock { $0 += 1 } })
        #expect(regressor.nIter == 2)
    }
}
