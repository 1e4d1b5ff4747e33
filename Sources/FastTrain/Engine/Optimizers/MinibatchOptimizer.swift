/// An optimizer that updates the parameters after each minibatch.
///
/// Once a step, the optimizer computes the step's numbers in double precision: bias corrections, decays and the like. All
/// threads then update their slices of the parameters by these numbers (`ParameterUpdate`).
protocol MinibatchOptimizer: OptimizerDefinition, Sendable {
    /// Returns the range of learning rates that a search tries on a data set of `trainRows` rows.
    static func learningRates(trainRows: Int) -> ClosedRange<Double>

    /// Creates the optimizer of a recipe.
    init(_ recipe: Recipe, convention: OptimizerConvention)

    /// Returns the coefficients of a step.
    ///
    /// - Parameters:
    ///   - number: The number of the step in the run, from 1.
    ///   - learningRate: The learning rate that the schedule gives for the step.
    func update(step number: Int, learningRate: Double) -> any ParameterUpdate

    /// Returns the factor to multiply the memories by when the learning rate changes; `nil` means that they stay as they
    /// are.
    func memoryFactor(from oldRate: Double, to newRate: Double) -> Float?
}

extension MinibatchOptimizer {
    func memoryFactor(from oldRate: Double, to newRate: Double) -> Float? { nil }
}
