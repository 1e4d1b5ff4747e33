/// The way in which one run changes its parameters.
enum Descent: Sendable {
    /// An update after each minibatch. The engine keeps the optimizer's memories.
    case minibatches(any MinibatchOptimizer)
    /// Iterations over all training rows.
    case fullBatch(LBFGS)

    /// Creates the descent of a recipe.
    ///
    /// - Parameters:
    ///   - engine: The engine that computes the gradients.
    ///   - split: The data that `rows` are numbers of.
    ///   - rows: The training rows.
    init(
        _ recipe: Recipe, engine: StepEngine, split: DataSplit, rows: [Int32], threads: Int,
        convention: OptimizerConvention = .pyTorch
    ) {
        self =
            switch recipe.optimizer.batching {
            case .minibatches(let optimizer): .minibatches(optimizer.init(recipe, convention: convention))
            case .fullBatch(let optimizer):
                .fullBatch(
                    optimizer.init(
                        recipe,
                        batch: FullBatch(engine: engine, split: split, rows: rows, recipe: recipe, threads: threads)))
            }
    }
}
