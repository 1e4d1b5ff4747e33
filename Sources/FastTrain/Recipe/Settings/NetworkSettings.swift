extension RecipeSetting {
    /// The settings of the network's shape.
    static let network: [RecipeSetting] = [
        RecipeSetting(
            "hidden", \.hidden,
            SettingRange("at most \(Recipe.maxLayers) layers, each of 1 to \(Recipe.maxUnits) units") { hidden in
                guard hidden.count <= Recipe.maxLayers else {
                    return ("at most \(Recipe.maxLayers) layers", "\(hidden.count)")
                }
                let units = hidden.first { !(1...Recipe.maxUnits).contains($0) }
                return units.map { ("from 1 to \(Recipe.maxUnits) units a layer", "\($0)") }
            },
            section: .network, value: "units",
            help: "Units of each hidden layer, separated by commas, or 'none' for a linear model.", isRequired: true),
        RecipeSetting(
            "activation", oneOrEach: \.activation, section: .network, value: "name",
            help: "Activation function of the hidden layers: one for all or, separated by commas, one for each.",
            conflicts: [
                .rule(
                    { recipe in
                        let layers = recipe.hidden.count
                        return layers <= 1
                            ? "one activation" : "one activation, or one for each of \(layers) hidden layers"
                    }, found: { "\($0.activation.count)" }
                ) { [1, $0.hidden.count].contains($0.activation.count) && !$0.activation.isEmpty }
            ]),
        RecipeSetting(
            "leaky_slope", \.leakySlope, .numbers(0...1), section: .network, value: "slope",
            help: "Slope of leaky-relu for negative inputs.", goesWith: .activation, isRequired: true),
        RecipeSetting(
            "normalization", \.normalization, section: .network, value: "name",
            help: """
                Normalization of the hidden layers before the activation: of each unit over the minibatch (batch), \
                or of each row over the layer's units (layer).
                """,
            conflicts: [
                .inFullBatch("none or layer", found: { $0.normalization.rawValue }) { $0.normalization != .batch }
            ],
            card: .phrase(.network) { value, _ in "\(value.rawValue) normalization" }),
    ]
}
