import FastTrain

/// From options to a recipe.
extension RecipeOptions {
    /// What was given.
    func changes(_ data: DataOptions, _ network: NetworkOptions) -> RecipeChanges {
        var changes = RecipeChanges()
        func set<Value>(_ path: WritableKeyPath<Recipe, Value> & Sendable, _ given: Value?) {
            if let given { changes.set(path, to: given) }
        }
        func set<Value>(_ path: WritableKeyPath<Recipe, Value?> & Sendable, optional given: Value?) {
            if let given { changes.set(path, to: given) }
        }
        set(\.hidden, network.hidden.given?.widths)
        set(\.activation, network.activation.given?.values)
        set(\.normalization, network.normalization.given)
        set(\.leakySlope, network.leakySlope)
        set(\.loss, optional: loss)
        set(\.huberDelta, huberDelta)
        set(\.classWeight, optional: classWeight)
        set(\.labelSmoothing, labelSmoothing.given)
        set(\.optimizer, optimizer.given)
        set(\.learningRate, learningRate.given)
        set(\.momentum, momentum)
        set(\.nesterov, nesterov)
        set(\.beta1, beta1)
        set(\.beta2, optional: beta2)
        set(\.epsilon, epsilon)
        set(\.dropout, dropout.given?.values)
        set(\.inputDropout, inputDropout.given)
        set(\.weightDecay, weightDecay.given)
        set(\.alpha, alpha.given)
        set(\.l1, l1.given)
        set(\.clipValue, optional: clipValue)
        set(\.clipNorm, optional: clipNorm)
        set(\.maxNorm, optional: maxNorm)
        set(\.ema, optional: ema)
        set(\.historySize, historySize)
        set(\.gradientTolerance, gradientTolerance)
        set(\.schedule, schedule.given)
        set(\.gamma, optional: gamma)
        set(\.decayEpochs, decayEpochs)
        set(\.power, power)
        set(\.warmup, warmup.given)
        set(\.batchSize, batchSize.given)
        set(\.epochs, epochs.given)
        set(\.monitor, monitor.given)
        set(\.patience, optional: patience)
        set(\.minDelta, minDelta)
        set(\.tol, optional: tol)
        set(\.nIterNoChange, optional: nIterNoChange)
        set(\.seed, seed.given)
        set(\.validation, data.validation.given)
        set(\.shuffle, shuffle)
        set(\.shards, shards.given)
        set(\.precision, precision.given)
        return changes
    }

    /// The recipe that the options describe, laid over the configuration file if there is one, with its ranges checked. An
    /// option that would do nothing is an error.
    func recipe(
        _ data: DataOptions, _ network: NetworkOptions, over configuration: RunConfiguration? = nil
    ) throws(FastTrainError) -> Recipe {
        let changes = changes(data, network)
        try expectUse(network, in: changes.applied(to: configuration?.changes.applied(to: Recipe()) ?? Recipe()))
        if let configuration { return try configuration.recipe(changedBy: changes) }
        let recipe = changes.applied(to: Recipe())
        try recipe.validate()
        return recipe
    }

    /// Throws `.usage` for a given option that does nothing in this recipe.
    private func expectUse(_ network: NetworkOptions, in recipe: Recipe) throws(FastTrainError) {
        if network.leakySlope != nil {
            guard recipe.activation.contains(.leakyReLU) else {
                let names = recipe.activation.map(\.rawValue).joined(separator: ",")
                throw .usage("--leaky-slope goes with --activation leaky-relu, not \(names)")
            }
        }
        guard huberDelta == nil || recipe.loss == .huber else { throw .usage("--huber-delta goes with --loss huber") }
        let optimizers: [(Bool, String, [Optimizer])] = [
            (momentum != nil, "--momentum", [.sgd]), (nesterov == true, "--nesterov", [.sgd]),
            (beta1 != nil, "--beta1", [.adam, .adamw, .lion]),
            (beta2 != nil, "--beta2", [.adam, .adamw, .rmsprop, .lion]),
            (epsilon != nil, "--epsilon", [.adam, .adamw, .rmsprop, .adagrad]),
        ]
        let stepwise = Optimizer.allCases.filter { $0 != .lbfgs }
        let others: [(Bool, String, [Optimizer])] = [
            (learningRate.given != nil, "--learning-rate", stepwise),
            (batchSize.given != nil, "--batch-size", stepwise),
            (schedule.given != nil, "--schedule", stepwise), (warmup.given != nil, "--warmup", stepwise),
            (shuffle != nil, "--shuffle", stepwise), (historySize != nil, "--history-size", [.lbfgs]),
            (gradientTolerance != nil, "--gradient-tolerance", [.lbfgs]),
        ]
        for (isGiven, option, choices) in optimizers + others where isGiven {
            try expect(recipe.optimizer, in: choices, "--optimizer", for: option)
        }
        let schedules: [(Bool, String, [Schedule])] = [
            (gamma != nil, "--gamma", [.step, .exponential, .plateau]),
            (decayEpochs != nil, "--decay-epochs", [.step, .plateau]), (power != nil, "--power", [.inverseScaling]),
        ]
        for (isGiven, option, choices) in schedules where isGiven {
            try expect(recipe.schedule, in: choices, "--schedule", for: option)
        }
        guard recipe.warmup <= Double(recipe.epochs) || recipe.epochs < 1 else {
            throw .usage(
                "--warmup: expected at most the epochs, \(recipe.epochs), found \(Format.setting(recipe.warmup))")
        }
        guard minDelta == nil || recipe.patience != nil else { throw .usage("--min-delta goes with --patience") }
    }

    private func expect<Choice: RawRepresentable<String> & Equatable>(
        _ choice: Choice, in choices: [Choice], _ name: String, for option: String
    ) throws(FastTrainError) {
        guard !choices.contains(choice) else { return }
        let names = choices.map(\.rawValue).joined(separator: ", ")
        throw .usage("\(option) goes with \(name) \(names), not \(choice.rawValue)")
    }
}
