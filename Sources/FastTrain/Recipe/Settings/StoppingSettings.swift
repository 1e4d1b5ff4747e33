extension RecipeSetting {
    /// The settings of validation, of the choice of the best epoch and of early stopping.
    static let stopping: [RecipeSetting] = [
        RecipeSetting(
            "validation", \.validation, .share, section: .data, value: "share",
            help: "Share of the training rows to hold out for validation, stratified by class; 0 for none.",
            isRequired: true, isSameForAllTrials: true),
        RecipeSetting(
            "monitor", \.monitor, value: "name",
            help: """
                Figure by which epochs are compared. The model of the best epoch is kept; with train-loss, that of \
                the last.
                """,
            conflicts: [
                .rule(
                    { _ in "train-loss without rows held out (validation 0)" }, found: { $0.monitor.rawValue }
                ) {
                    $0.validation > 0 || $0.monitor == .trainLoss
                        || $0.monitor == .validationLoss && $0.patience == nil && $0.schedule.basis != .monitor
                }
            ], isSameForAllTrials: true),
        RecipeSetting(
            "patience", \.patience, .integers(1...100_000), value: "n",
            help: "End the run after this many epochs in a row without improvement by --monitor.", default: "never",
            card: .phrase(.epochs) { epochs, recipe in
                epochs.map { epochs in
                    "patience \(Format.integer(epochs))"
                        + (recipe.monitor == .validationLoss ? "" : " by \(recipe.monitor.rawValue)")
                }
            }),
        RecipeSetting(
            "min_delta", \.minDelta, .notNegative, value: "x", help: "Smallest improvement that counts.",
            goesWith: .patience, card: .named(.epochs, "min delta")),
        RecipeSetting(
            "tol", \.tol, .notNegative, value: "x",
            help: """
                Tolerance as in scikit-learn: end the run when more than --n-iter-no-change epochs in a row improve \
                the training loss by less than this; with --monitor validation-score, the score.
                """,
            default: "1e-4 with --n-iter-no-change or --schedule adaptive, otherwise none",
            card: .phrase(.epochs) { tol, recipe in
                tol.map { "tol \(Format.setting($0)) in \(Format.count(recipe.nIterNoChange ?? 0, "epoch"))" }
            }, resolved: { $0.tolerance?.tol }),
        RecipeSetting(
            "n_iter_no_change", \.nIterNoChange, .integers(1...100_000), value: "n",
            help: """
                Epochs in a row below --tol to tolerate. With --schedule adaptive, the learning rate is then divided \
                by 5 and the run goes on.
                """, default: "10 where --tol applies", resolved: { $0.tolerance?.epochs }),
    ]
}
