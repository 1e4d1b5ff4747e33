/// A network and recipe to measure the speed of training with, on images of 28 × 28 pixels in 10 classes.
///
/// The interface is for the package in Benchmarks/ only, which measures the same workloads.
@_spi(Benchmarks) public struct Workload: Sendable {
    /// The name that `--workload` takes.
    public let name: String
    /// The recipe, without validation and with more epochs than a measurement can reach.
    public let recipe: Recipe

    /// The number of features of a row.
    static let features = 28 * 28
    /// The number of classes.
    static let classes = 10

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

    /// The reference workloads: small, medium, wide and deep. SGD uses a momentum of 0.9.
    public static let all = [
        Workload("mnist-small", hidden: [128], batchSize: 64, optimizer: .sgd, learningRate: 0.05),
        Workload("mnist-medium", hidden: [512, 512], batchSize: 128, optimizer: .adam, learningRate: 0.001),
        Workload("mnist-wide", hidden: [2048, 2048], batchSize: 512, optimizer: .sgd, learningRate: 0.05),
        Workload(
            "mnist-deep", hidden: [2500, 2000, 1500, 1000, 500], batchSize: 1000, optimizer: .sgd, learningRate: 0.05),
    ]

    /// The widths of the network from its inputs to its outputs.
    public var widths: [Int] { network.widths }

    /// The number of floating-point operations needed to train on one row, by the usual count.
    public var operationsPerRow: Int { network.operationsPerSample }

    private var network: Network { Network(inputs: Self.features, hidden: recipe.hidden, outputs: Self.classes) }
}
