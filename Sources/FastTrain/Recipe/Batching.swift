/// The training rows that an optimizer computes one change of the parameters from.
///
/// This type alone tells minibatches from the full batch. Whatever differs between the two is a switch over it.
enum Batching {
    /// One minibatch: an epoch has a step for each.
    case minibatches(any MinibatchOptimizer.Type)
    /// All rows: an epoch is one iteration.
    case fullBatch(LBFGS.Type)

    /// The facts about the optimizer that a recipe alone decides.
    var definition: any OptimizerDefinition.Type {
        switch self {
        case .minibatches(let optimizer): optimizer
        case .fullBatch(let optimizer): optimizer
        }
    }

    /// The settings of minibatches and of the learning rate, which a full batch has no use for.
    var settings: [PartialKeyPath<Recipe>] {
        switch self {
        case .minibatches: [\.learningRate, \.batchSize, \.schedule, \.warmup, \.shuffle]
        case .fullBatch: []
        }
    }
}

extension Recipe {
    /// Returns the number of steps of an epoch: the minibatches, a smaller last one included, or one iteration.
    func stepsPerEpoch(rows: Int) -> Int {
        switch optimizer.batching {
        case .minibatches: (rows + batchSize - 1) / batchSize
        case .fullBatch: 1
        }
    }

    /// The largest number of rows that pass through the network together.
    var maxRowsAtOnce: Int {
        switch optimizer.batching {
        case .minibatches: batchSize
        case .fullBatch: FullBatch.rowsAtOnce
        }
    }
}
