import FastTrain
import Foundation

/// A reference workload on images of 28 × 28 pixels in 10 classes, as `fasttrain benchmark` trains it.
public struct Workload: Sendable {
    /// The name, such as `mnist-small`.
    public let name: String
    /// The recipe, without validation and with more epochs than a measurement can reach.
    public let recipe: Recipe

    private init(_ name: String, hidden: [Int], batchSize: Int, optimizer: Optimizer, learningRate: Double) {
        self.name = name
        var recipe = Recipe()
        recipe.hidden = hidden
        recipe.batchSize = batchSize
        recipe.optimizer = optimizer
        recipe.learningRate = learningRate
        recipe.schedule = .constant
        recipe.validation = 0
        recipe.epochs = 100_000
        self.recipe = recipe
    }

    /// The reference workloads: small, medium, wide and deep.
    public static let all = [
        Workload("mnist-small", hidden: [128], batchSize: 64, optimizer: .sgd, learningRate: 0.05),
        Workload("mnist-medium", hidden: [512, 512], batchSize: 128, optimizer: .adam, learningRate: 0.001),
        Workload("mnist-wide", hidden: [2048, 2048], batchSize: 512, optimizer: .sgd, learningRate: 0.05),
        Workload(
            "mnist-deep", hidden: [2500, 2000, 1500, 1000, 500], batchSize: 1000, optimizer: .sgd, learningRate: 0.05),
    ]

    /// The widths of the network from its inputs to its outputs.
    public var widths: [Int] { [28 * 28] + recipe.hidden + [10] }

    /// Nominal floating-point operations to train on one row.
    public var operationsPerRow: Int {
        let products = zip(widths, widths.dropFirst()).map { $0 * $1 }
        return 6 * products.reduce(0, +) - 2 * products[0]
    }
}

/// The default number of threads of a run.
public let usableThreads = ProcessInfo.processInfo.activeProcessorCount
