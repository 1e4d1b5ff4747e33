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
