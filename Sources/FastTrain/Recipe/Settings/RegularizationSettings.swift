extension RecipeSetting {
    /// Dropout, penalties, clipping and averaging.
    static let regularization: [RecipeSetting] = [
        RecipeSetting(
            "dropout", \.dropout, SettingRange.share.each, value: "share",
            help: """
                Share of each hidden layer's outputs to drop in each step: one for all layers or, separated by \
                commas, one for each.
                """, default: "0",
            conflicts: [
                .rule(
                    { recipe in
                        let layers = recipe.hidden.count
                        return layers == 0
                            ? "none without hidden layers" : "one rate, or one for each of \(layers) hidden layers"
                    }, found: { "\($0.dropout.count)" }
                ) {
                    [0, 1, $0.hidden.count].contains($0.dropout.count) && (!$0.hidden.isEmpty || $0.dropout.isEmpty)
                }, .noneInFullBatch { $0.dropout.max() },
            ],
            card: .phrase(.network) { rates, _ in
                rates.contains { $0 > 0 } ? "dropout \(rates.map(Format.setting).joined(separator: " and "))" : nil
            }),
        RecipeSetting(
            "input_dropout", \.inputDropout, .share, value: "share",
            help: "Share of the features to drop in each step.",
            conflicts: [.noneInFullBatch { $0.inputDropout }], card: .named(.network, "input dropout")),
        RecipeSetting(
            "weight_decay", \.weightDecay, .notNegativeFloat, value: "rate",
            help: "Weight decay of all parameters; decoupled from the gradient in adamw and lion.", isRequired: true,
            card: .named(.optimizer, "weight decay")),
        RecipeSetting(
            "alpha", \.alpha, .notNegativeFloat, value: "x",
            help: """
                L2 penalty as in scikit-learn: adds half of this times the sum of squared weights (without biases), \
                divided by the rows of the minibatch, to the loss.
                """,
            conflicts: [
                .rule(
                    { "0 with the optimizer \($0.optimizer.rawValue), which takes the gradient's sign alone" },
                    found: { "\($0.alpha)" }
                ) { $0.alpha == 0 || $0.optimizer != .lion }
            ], card: .named(.optimizer, "alpha")),
        RecipeSetting(
            "l1", \.l1, .notNegativeFloat, value: "rate",
            help: "L1 penalty: adds this times the sign of each weight to its gradient.",
            conflicts: [.noneInFullBatch { $0.l1 }], card: .named(.optimizer, "L1")),
        RecipeSetting(
            "clip_value", \.clipValue, .positive, value: "x",
            help: "Clip each element of the gradient to this magnitude.", default: "none",
            conflicts: [.noneInFullBatch { $0.clipValue }], card: .named(.optimizer, "gradient clipped at")),
        RecipeSetting(
            "clip_norm", \.clipNorm, .positive, value: "x",
            help: "Scale the gradient down so that its norm is at most this. Not together with --clip-value.",
            default: "none",
            conflicts: [
                .rule({ _ in "none with a clip value" }, found: { "\($0.clipNorm ?? 0)" }) {
                    $0.clipNorm == nil || $0.clipValue == nil
                }, .noneInFullBatch { $0.clipNorm },
            ], card: .named(.optimizer, "gradient's norm clipped at")),
        RecipeSetting(
            "max_norm", \.maxNorm, .positive, value: "x",
            help: "After each update, scale each unit's incoming weights down so that their norm is at most this.",
            default: "none", conflicts: [.noneInFullBatch { $0.maxNorm }], card: .named(.optimizer, "max norm")),
        RecipeSetting(
            "ema", \.ema, .openShare, value: "decay",
            help: "Evaluate and keep an exponential moving average of the parameters with this decay rate per step.",
            default: "no average", conflicts: [.noneInFullBatch { $0.ema }],
            card: .named(.optimizer, "weights averaged by")),
    ]
}
