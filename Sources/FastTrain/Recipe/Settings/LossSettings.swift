extension RecipeSetting {
    /// The settings of the loss.
    static let loss: [RecipeSetting] = [
        RecipeSetting(
            "loss", \.loss, value: "name", help: "Loss to minimize.",
            default: "cross-entropy for classes, squared-error for numbers"),
        RecipeSetting(
            "huber_delta", \.huberDelta, .positive, value: "x",
            help: "Distance from the target beyond which the loss is linear.", goesWith: .loss),
        RecipeSetting(
            "class_weight", \.classWeight,
            SettingRange("each of at least 0, one of them above 0") { classWeight in
                guard case .given(let weights) = classWeight,
                    !weights.allSatisfy({ $0 >= 0 && Float($0).isFinite })
                        || !weights.contains(where: { Float($0) > 0 })
                else { return nil }
                return ("numbers of at least 0, one of them above", weights.map { "\($0)" }.joined(separator: ","))
            }, value: "weights",
            help: """
                Weight of each class's rows in training: 'balanced' to give all classes the same total, or one \
                number for each class, separated by commas.
                """, default: "1 for each row",
            card: .phrase(.loss) { value, _ in
                switch value {
                case nil: nil
                case .balanced: "classes balanced"
                case .given(let weights):
                    "class weights \(weights.map(Format.setting).joined(separator: ", "))"
                }
            }),
        RecipeSetting(
            "label_smoothing", \.labelSmoothing, .share, value: "share",
            help: """
                Share of each row's label that is spread evenly over all classes. For --loss cross-entropy, in \
                training only.
                """,
            conflicts: [
                .rule({ "0 with the loss \($0.loss?.rawValue ?? "")" }, found: { "\($0.labelSmoothing)" }) {
                    $0.labelSmoothing == 0 || $0.loss?.settings.contains(\.labelSmoothing) ?? true
                }
            ], card: .named(.loss, "label smoothing")),
    ]
}
