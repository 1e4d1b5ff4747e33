/// The facts about an optimizer that a recipe alone decides.
protocol OptimizerDefinition {
    /// The settings that this optimizer reads and some other optimizer ignores.
    static var settings: [PartialKeyPath<Recipe>] { get }

    /// The value of `Recipe.beta2` if none is given.
    static var defaultBeta2: Double { get }

    /// The number of further copies of the parameters that the optimizer allocates beside its memories.
    static var workingCopies: Int { get }

    /// Returns the names of the memories, each of the shape of the parameters, as a checkpoint has them: PyTorch's names.
    static func memories(_ recipe: Recipe) -> [String]

    /// Returns the values of the settings as the run card shows them after the optimizer's name.
    static func description(_ recipe: Recipe) -> [String]
}

extension OptimizerDefinition {
    static var defaultBeta2: Double { 0.99 }
    static var workingCopies: Int { 0 }
}
