import ArgumentParser
import FastTrain

/// What to learn from. These and the next two groups make up a `Recipe`; their defaults are those of
/// `Recipe`, and only what was given overrides a configuration file (`Setting`).
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A data set made by fasttrain-data. (default: the built-in sample of 5,000 MNIST images)",
            valueName: "file"))
    var data: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of the training rows held out for validation (stratified); 0: none.", valueName: "share"))
    var validation = Setting(Recipe().validation)

    /// Where the data set lies: as given, or else as the configuration file says; nil: the built-in sample.
    func path(_ configuration: RunConfiguration?) -> String? { data ?? configuration?.data }

    /// Opens the data set. Throws `.badData` when it is the configuration file's and has changed since.
    func open(_ configuration: RunConfiguration? = nil) throws(FastTrainError) -> Dataset {
        let dataset = if let path = path(configuration) { try Dataset(path: path) } else { try Dataset.mnistSample() }
        if data == nil { try configuration?.expect(dataset) }
        return dataset
    }
}

/// The shape of the network, and what it starts from.
struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Units of each hidden layer, or 'none' for a linear model.", valueName: "units"))
    var hidden = Setting(HiddenLayers(widths: Recipe().hidden))

    @Option(
        help: ArgumentHelp(
            """
            Nonlinearity of the hidden layers: \(Activation.allCases.map(\.rawValue).joined(separator: ", ")); one for \
            all or, with commas, one for each.
            """, valueName: "name"))
    var activation = Setting(Activations(values: Recipe().activation))

    @Option(
        help: ArgumentHelp(
            """
            Between the hidden layers' sums and their nonlinearities: of each unit over the minibatch, or of each row \
            over the units.
            """, valueName: "name"))
    var normalization = Setting(Recipe().normalization)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Slope of leaky-relu below zero. (default: \(Format.setting(Recipe().leakySlope)))", valueName: "slope"))
    var leakySlope: Double?

    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            """
            Start from the parameters in this safetensors file, named as in PyTorch's nn.Sequential (0.weight, \
            0.bias, 2.weight, ...), instead of random ones.
            """,
            valueName: "file"))
    var initial: String?

    /// What to start from instead of random parameters; nil: these.
    func parameters(_ recipe: Recipe, for data: Dataset) throws(FastTrainError) -> Parameters? {
        guard let initial else { return nil }
        return try Model.loadParameters(path: initial, of: recipe.network(for: data))
    }
}

/// How the network is trained.
struct RecipeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What to minimise; unless given, cross-entropy for classes and squared-error for numbers.",
            valueName: "name"))
    var loss: Loss?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Distance from the target beyond which huber is linear. (default: \(Format.setting(Recipe().huberDelta)))",
            valueName: "x"))
    var huberDelta: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            What the rows of each class count in training: 'balanced' for each class alike, or numbers with commas in \
            the classes' order. (default: each row counts 1)
            """, valueName: "weights"))
    var classWeight: ClassWeight?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of cross-entropy, in training: the share of a row's weight that all classes have alike.",
            valueName: "share"))
    var labelSmoothing = Setting(Recipe().labelSmoothing)

    @Option(help: ArgumentHelp("How a gradient becomes an update; lbfgs takes all rows at once.", valueName: "name"))
    var optimizer = Setting(Recipe().optimizer)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Learning rate, the largest of the schedule.", valueName: "rate"))
    var learningRate = Setting(Recipe().learningRate)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Momentum of sgd, in 0..<1. (default: \(Format.setting(Recipe().momentum)))", valueName: "share"))
    var momentum: Double?

    @Flag(inversion: .prefixedNo, help: "Nesterov's momentum, for sgd. (default: off)")
    var nesterov: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Decay of the mean of gradients, for adam, adamw and lion. (default: \(Format.setting(Recipe().beta1)))",
            valueName: "share"))
    var beta1: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Decay of the mean of their squares, for adam, adamw and rmsprop; of lion's mean. (default: 0.999 for adam \
            and adamw, else 0.99)
            """,
            valueName: "share"))
    var beta2: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Added to the denominator, for all but sgd and lion. (default: \(Format.setting(Recipe().epsilon)))",
            valueName: "x"))
    var epsilon: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of each hidden layer's outputs that a step drops; one for all layers or, with commas, one for each.",
            valueName: "share"))
    var dropout = Setting(Rates(values: []))

    @Option(parsing: .unconditional, help: ArgumentHelp("Share of the features that a step drops.", valueName: "share"))
    var inputDropout = Setting(Recipe().inputDropout)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Weight decay (decoupled in adamw and lion).", valueName: "rate"))
    var weightDecay = Setting(Recipe().weightDecay)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            scikit-learn's L2 penalty: half of this times the squared weights (without biases) is added to the loss of \
            each minibatch, divided by its rows.
            """,
            valueName: "x"))
    var alpha = Setting(Recipe().alpha)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Times each weight's sign added to its gradient.", valueName: "rate"))
    var l1 = Setting(Recipe().l1)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Clip each element of the gradient to this magnitude. (default: none)", valueName: "x"))
    var clipValue: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Scale the whole gradient down to this norm. (default: none)", valueName: "x"))
    var clipNorm: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Scale each unit's incoming weights down to this norm after an update. (default: none)", valueName: "x"))
    var maxNorm: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Evaluate and keep the mean of the weights after each step, that of each step counting this share of the \
            next one's. (default: no mean)
            """, valueName: "share"))
    var ema: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of lbfgs: past steps that tell the curvature. (default: \(Recipe().historySize))", valueName: "n"))
    var historySize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Of lbfgs: end when no element of the gradient is larger. (default: \
            \(Format.setting(Recipe().gradientTolerance)))
            """, valueName: "x"))
    var gradientTolerance: Double?

    @Option(help: ArgumentHelp("Learning rate over the steps.", valueName: "name"))
    var schedule = Setting(Recipe().schedule)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What step, exponential and plateau multiply the learning rate by. (default: 0.1, of exponential 0.9)",
            valueName: "factor"))
    var gamma: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Epochs after which step does so, or without a better --monitor after which plateau does. (default: 10)",
            valueName: "n"))
    var decayEpochs: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Of inverse-scaling: the rate is divided by the rows of the finished epochs to this power. (default: 0.5)",
            valueName: "p"))
    var power: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Epochs over which the learning rate rises before its schedule begins.", valueName: "epochs")
    )
    var warmup = Setting(Recipe().warmup)

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows of a minibatch.", valueName: "n"))
    var batchSize = Setting(Recipe().batchSize)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Passes over the training rows; of lbfgs iterations.", valueName: "n"))
    var epochs = Setting(Recipe().epochs)

    @Option(
        help: ArgumentHelp(
            "What the best epoch is told by, whose model is kept; of train-loss the last model is.", valueName: "name"))
    var monitor = Setting(Recipe().monitor)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End when so many epochs in a row were no better. (default: never)", valueName: "n"))
    var patience: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("By how much better, for --patience. (default: 0)", valueName: "x"))
    var minDelta: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            scikit-learn's tolerance: end when more than --n-iter-no-change epochs in a row each brought less than this \
            in training loss, or with --monitor validation-score in that. (default: 1e-4 with --n-iter-no-change or \
            --schedule adaptive, else never)
            """,
            valueName: "x"))
    var tol: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "See --tol; for adaptive, which then goes on with a fifth of the rate. (default: 10)", valueName: "n"))
    var nIterNoChange: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Key of all randomness.", valueName: "n"))
    var seed = Setting(Recipe().seed)

    @Flag(
        inversion: .prefixedNo,
        help: "Take the rows in a new order in each epoch, or in the file's. (default: --shuffle)")
    var shuffle: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Slices of a minibatch whose gradients are added up, as with that many machines. Part of the result, \
            unlike --threads.
            """,
            valueName: "n"))
    var shards = Setting(Recipe().shards)

    @Option(
        help: ArgumentHelp(
            """
            Of the factors in matrix products; sums and parameters stay single-precision. bf16 (bfloat16) takes a CPU \
            with AVX512_BF16.
            """,
            valueName: "name"))
    var precision = Setting(Recipe().precision)

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
        guard recipe.warmup <= Double(recipe.epochs) else {
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
