extension Recipe {
    /// The declarations of all settings, in the order of `recipe.json`.
    package static let settings: [RecipeSetting] =
        RecipeSetting.network + RecipeSetting.loss + RecipeSetting.optimizer + RecipeSetting.regularization
        + RecipeSetting.moments + RecipeSetting.schedule + RecipeSetting.minibatches + RecipeSetting.stopping
        + RecipeSetting.execution

    /// The declarations of all settings, in an order for readers: an optimizer's settings follow it.
    package static let settingsForReaders: [RecipeSetting] =
        RecipeSetting.network + RecipeSetting.loss + RecipeSetting.optimizer + RecipeSetting.moments
        + RecipeSetting.regularization + RecipeSetting.schedule + RecipeSetting.minibatches + RecipeSetting.stopping
        + RecipeSetting.execution
}
