extension RecipeSetting {
    /// The settings of the learning-rate schedule.
    static let schedule: [RecipeSetting] = [
        RecipeSetting(
            "schedule", \.schedule, value: "name", help: "Learning-rate schedule.", goesWith: .optimizer,
            conflicts: [
                .inFullBatch("one that goes by steps alone", found: { $0.schedule.rawValue }) {
                    $0.schedule.basis == .steps
                }
            ], isRequired: true),
        RecipeSetting(
            "gamma", \.gamma, .factor, value: "factor",
            help: "Factor by which the schedule multiplies the learning rate.",
            default: "0.9 for exponential, 0.1 for the others", goesWith: .schedule,
            resolved: { $0.schedule.defaultGamma }),
        RecipeSetting(
            "decay_epochs", \.decayEpochs, .integers(1...100_000), value: "n",
            help: "Epochs between two reductions (step), or without improvement by --monitor before one (plateau).",
            goesWith: .schedule),
        RecipeSetting(
            "power", \.power, .numbers(0...10), value: "p",
            help: "Exponent p: the learning rate is divided by (rows seen in finished epochs + 1)^p.",
            goesWith: .schedule),
        RecipeSetting(
            "warmup", \.warmup, .numbers(0...100_000), value: "epochs",
            help: "Epochs over which the learning rate rises linearly from 0 before its schedule begins.",
            goesWith: .optimizer, conflicts: [.noneInFullBatch { $0.warmup }]),
    ]
}
