import ArgumentParser
import FastTrain

/// What to learn from. These and the next two groups make up a `Recipe`; their defaults are those of `Recipe`.
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
    var validation = Recipe().validation

    /// Opens the data set.
    func open() throws(FastTrainError) -> Dataset {
        if let data { try Dataset(path: data) } else { try .mnistSample() }
    }
}

/// The shape of the network, and what it starts from.
struct NetworkOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Units of each hidden layer, or 'none' for a linear model.", valueName: "units"))
    var hidden = HiddenLayers(widths: Recipe().hidden)

    @Option(
        help: ArgumentHelp(
            """
            Nonlinearity of the hidden layers: \(Activation.allCases.map(\.rawValue).joined(separator: ", ")); one for \
            all or, with commas, one for each.
            """, valueName: "name"))
    var activation = Activations(values: Recipe().activation)

    @Option(
        help: ArgumentHelp(
            """
            Between the hidden layers' sums and their nonlinearities: of each unit over the minibatch, or of each row \
            over the units.
            """, valueName: "name"))
    var normalization = Recipe().normalization

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
            "Of cross-entropy, in training: the share of a row's weight that all classes have alike.",
            valueName: "share"))
    var labelSmoothing = Recipe().labelSmoothing

    @Option(help: ArgumentHelp("How a gradient becomes an update.", valueName: "name"))
    var optimizer = Recipe().optimizer

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Learning rate, the largest of the schedule.", valueName: "rate"))
    var learningRate = Recipe().learningRate

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Momentum of sgd, in 0..<1. (default: \(Format.setting(Recipe().momentum)))", valueName: "share"))
    var momentum: Double?

    @Flag(help: "Nesterov's momentum, for sgd.")
    var nesterov = false

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
    var dropout = Rates(values: [])

    @Option(parsing: .unconditional, help: ArgumentHelp("Share of the features that a step drops.", valueName: "share"))
    var inputDropout = Recipe().inputDropout

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Weight decay (decoupled in adamw and lion).", valueName: "rate"))
    var weightDecay = Recipe().weightDecay

    @Option(help: ArgumentHelp("Learning rate over the steps.", valueName: "name"))
    var schedule = Recipe().schedule

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
    var warmup = Recipe().warmup

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows of a minibatch.", valueName: "n"))
    var batchSize = Recipe().batchSize

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the training rows.", valueName: "n"))
    var epochs = Recipe().epochs

    @Option(
        help: ArgumentHelp(
            "What the best epoch is told by, whose model is kept; of train-loss the last model is.", valueName: "name"))
    var monitor = Recipe().monitor

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End when so many epochs in a row were no better. (default: never)", valueName: "n"))
    var patience: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("By how much better, for --patience. (default: 0)", valueName: "x"))
    var minDelta: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Key of all randomness.", valueName: "n"))
    var seed = Recipe().seed

    @Flag(help: "Take the rows in the file's order in each epoch.")
    var noShuffle = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Slices of a minibatch whose gradients are added up, as with that many machines. Part of the result, \
            unlike --threads.
            """,
            valueName: "n"))
    var shards = Recipe().shards

    @Option(
        help: ArgumentHelp(
            """
            Of the factors in matrix products; sums and parameters stay single-precision. bf16 (bfloat16) takes a CPU \
            with AVX512_BF16.
            """,
            valueName: "name"))
    var precision = Recipe().precision

    /// The recipe that the options describe, with its ranges checked. An option that would do nothing is an error.
    func recipe(_ data: DataOptions, _ network: NetworkOptions) throws(FastTrainError) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = network.hidden.widths
        recipe.activation = network.activation.values
        recipe.normalization = network.normalization
        if let slope = network.leakySlope {
            guard recipe.activation.contains(.leakyReLU) else {
                let names = network.activation.defaultValueDescription
                throw .usage("--leaky-slope goes with --activation leaky-relu, not \(names)")
            }
            recipe.leakySlope = slope
        }
        recipe.loss = loss
        recipe.labelSmoothing = labelSmoothing
        recipe.optimizer = optimizer
        recipe.learningRate = learningRate
        if let momentum {
            guard optimizer == .sgd else {
                throw .usage("--momentum goes with --optimizer sgd, not \(optimizer.rawValue)")
            }
            recipe.momentum = momentum
        }
        guard !nesterov || optimizer == .sgd else {
            throw .usage("--nesterov goes with --optimizer sgd, not \(optimizer.rawValue)")
        }
        recipe.nesterov = nesterov
        if let beta1 {
            try expect([.adam, .adamw, .lion], for: "--beta1")
            recipe.beta1 = beta1
        }
        if let beta2 {
            try expect([.adam, .adamw, .rmsprop, .lion], for: "--beta2")
            recipe.beta2 = beta2
        }
        if let epsilon {
            try expect([.adam, .adamw, .rmsprop, .adagrad], for: "--epsilon")
            recipe.epsilon = epsilon
        }
        recipe.dropout = dropout.values
        recipe.inputDropout = inputDropout
        recipe.weightDecay = weightDecay
        recipe.schedule = schedule
        if let gamma {
            try expect([.step, .exponential, .plateau], for: "--gamma")
            recipe.gamma = gamma
        }
        if let decayEpochs {
            try expect([.step, .plateau], for: "--decay-epochs")
            recipe.decayEpochs = decayEpochs
        }
        if let power {
            try expect([.inverseScaling], for: "--power")
            recipe.power = power
        }
        guard warmup <= Double(epochs) else {
            throw .usage("--warmup: expected at most the epochs, \(epochs), found \(Format.setting(warmup))")
        }
        recipe.warmup = warmup
        recipe.batchSize = batchSize
        recipe.epochs = epochs
        recipe.monitor = monitor
        recipe.patience = patience
        if let minDelta {
            guard patience != nil else { throw .usage("--min-delta goes with --patience") }
            recipe.minDelta = minDelta
        }
        recipe.seed = seed
        recipe.validation = data.validation
        recipe.shuffle = !noShuffle
        recipe.shards = shards
        recipe.precision = precision
        try recipe.validate()
        return recipe
    }

    private func expect(_ optimizers: [Optimizer], for option: String) throws(FastTrainError) {
        try expect(optimizer, in: optimizers, "--optimizer", for: option)
    }

    private func expect(_ schedules: [Schedule], for option: String) throws(FastTrainError) {
        try expect(schedule, in: schedules, "--schedule", for: option)
    }

    private func expect<Choice: RawRepresentable<String> & Equatable>(
        _ choice: Choice, in choices: [Choice], _ name: String, for option: String
    ) throws(FastTrainError) {
        guard !choices.contains(choice) else { return }
        let names = choices.map(\.rawValue).joined(separator: ", ")
        throw .usage("\(option) goes with \(name) \(names), not \(choice.rawValue)")
    }
}

/// The numbers between the commas; nil if one of them is none.
func commaSeparated<Number: LosslessStringConvertible>(_ argument: String) -> [Number]? {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Number(String($0)) }
    return numbers.count == parts.count ? numbers : nil
}

/// "256,128" on the command line.
struct HiddenLayers: ExpressibleByArgument, Equatable {
    var widths: [Int]

    init(widths: [Int]) { self.widths = widths }

    init?(argument: String) {
        if argument == "none" {
            widths = []
            return
        }
        guard let list: [Int] = commaSeparated(argument) else { return nil }
        widths = list
    }

    var defaultValueDescription: String { widths.isEmpty ? "none" : widths.map(String.init).joined(separator: ",") }
}

/// "0.2" or "0.2,0.5" on the command line.
struct Rates: ExpressibleByArgument {
    var values: [Double]

    init(values: [Double]) { self.values = values }

    init?(argument: String) {
        guard let list: [Double] = commaSeparated(argument) else { return nil }
        values = list
    }

    var defaultValueDescription: String { values.isEmpty ? "0" : values.map(Format.setting).joined(separator: ",") }
}

/// "relu" or "relu,tanh" on the command line.
struct Activations: ExpressibleByArgument {
    var values: [Activation]

    init(values: [Activation]) { self.values = values }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        values = names.compactMap(Activation.init)
        guard values.count == names.count else { return nil }
    }

    var defaultValueDescription: String { values.map(\.rawValue).joined(separator: ",") }
}

extension Normalization: ExpressibleByArgument {}
extension Loss: ExpressibleByArgument {}
extension Optimizer: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension Monitor: ExpressibleByArgument {}
