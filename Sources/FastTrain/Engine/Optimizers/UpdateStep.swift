/// The update of the parameters after one minibatch.
struct UpdateStep: Sendable {
    /// The optimizer's update.
    let update: any ParameterUpdate
    /// The weight of the new parameters in their average (`ParameterAverage`).
    let averageRate: Float

    /// Returns the step with `decay` added to the weight decay in the gradient.
    func adding(decay: Float) -> UpdateStep {
        UpdateStep(update: update.adding(decay: decay), averageRate: averageRate)
    }
}

extension MinibatchOptimizer {
    /// Returns the update after a minibatch.
    ///
    /// - Parameter number: The number of the step in the run, from 1.
    func updateStep(_ number: Int, learningRate: Double, _ recipe: Recipe) -> UpdateStep {
        UpdateStep(
            update: update(step: number, learningRate: learningRate),
            averageRate: ParameterAverage.rate(recipe, step: number))
    }
}
