/// The learning rate of each step of a run: the warm-up first, then the recipe's schedule.
///
/// A rate is a function of the recipe, the step and the records of finished epochs, so a checkpoint need not save it.
struct LearningRate: Sendable {
    private let recipe: Recipe
    private let steps: Int
    private let stepsPerEpoch: Int
    private let rows: Int
    private let warmupSteps: Int
    private let test: RateTest?

    /// Creates the learning rate of a run.
    ///
    /// - Parameters:
    ///   - steps: The number of steps in the whole run.
    ///   - rows: The number of rows in an epoch.
    ///   - test: A range test whose rates replace those of the recipe.
    init(_ recipe: Recipe, steps: Int, stepsPerEpoch: Int, rows: Int, test: RateTest? = nil) {
        self.recipe = recipe
        self.steps = steps
        self.stepsPerEpoch = stepsPerEpoch
        self.rows = rows
        self.test = test
        warmupSteps = Int((recipe.warmup * Double(stepsPerEpoch)).rounded())
    }

    /// Returns the learning rate of a step.
    ///
    /// - Parameters:
    ///   - step: The number of the step, from 0.
    ///   - history: The records of the epochs before the step.
    func rate(_ step: Int, history: [EpochRecord]) -> Double {
        if let test { return test.rate(step) }
        if step < warmupSteps { return recipe.learningRate * Double(step + 1) / Double(warmupSteps) }
        let position = step - warmupSteps
        return recipe.schedule.rule.rate(
            at: ScheduleMoment(
                recipe: recipe, step: position, steps: steps - warmupSteps, epochs: position / stepsPerEpoch,
                rows: rows, history: history, warmupSteps: warmupSteps))
    }
}
