extension RecipeSetting {
    /// The optimizer, and the settings that the command line lists right after it.
    static let optimizer: [RecipeSetting] = [
        RecipeSetting(
            "optimizer", \.optimizer, value: "name",
            help: "Optimizer. lbfgs uses all training rows at once, the others one minibatch after another.",
            isRequired: true),
        RecipeSetting(
            "learning_rate", \.learningRate, .positive, value: "rate",
            help: "Learning rate, the highest of the schedule.", goesWith: .optimizer, isRequired: true),
        RecipeSetting(
            "momentum", \.momentum, .share, value: "share",
            help: "Momentum, the decay rate of the sum of past gradients.", goesWith: .optimizer, isRequired: true),
        RecipeSetting(
            "nesterov", \.nesterov, help: "Use Nesterov momentum.", goesWith: .optimizer,
            conflicts: [
                .rule(
                    { _ in "the optimizer sgd with a momentum above 0" },
                    found: {
                        $0.optimizer == .sgd ? "momentum \($0.momentum)" : "optimizer \($0.optimizer.rawValue)"
                    }
                ) { !$0.nesterov || ($0.optimizer == .sgd && $0.momentum > 0) }
            ], isRequired: true),
    ]

    /// The other settings of optimizers. They follow regularization in `recipe.json`.
    static let moments: [RecipeSetting] = [
        RecipeSetting(
            "beta1", \.beta1, .share, value: "share",
            help: "Decay rate of the mean of gradients; for lion, of the direction of its steps.", goesWith: .optimizer,
            isRequired: true),
        RecipeSetting(
            "beta2", \.beta2, .share, value: "share",
            help: "Decay rate of the mean of squared gradients; for lion, of the mean of gradients.",
            default: "0.999 for adam and adamw, 0.99 for the others", goesWith: .optimizer,
            resolved: { $0.optimizer.defaultBeta2 }),
        RecipeSetting(
            "epsilon", \.epsilon, .positive, value: "x", help: "Number added to the denominator of the update.",
            goesWith: .optimizer, isRequired: true),
        RecipeSetting(
            "history_size", \.historySize, .integers(1...1000), value: "n",
            help: "Number of past steps from which the curvature is estimated.", goesWith: .optimizer),
        RecipeSetting(
            "gradient_tolerance", \.gradientTolerance, .notNegative, value: "x",
            help: "End the run when no element of the gradient is larger than this.", goesWith: .optimizer),
    ]
}
