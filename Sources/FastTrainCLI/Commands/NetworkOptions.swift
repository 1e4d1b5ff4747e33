import ArgumentParser
import FastTrain

/// The shape of the network, and the parameters that it starts from.
struct NetworkOptions: ParsableArguments {
    @OptionGroup var settings: SettingOptions<NetworkSection>

    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            """
            Start from the parameters in this safetensors file, named as in PyTorch's nn.Sequential (0.weight, \
            0.bias, 2.weight, ...), instead of random ones.
            """,
            valueName: "file"))
    var initial: String?

    /// Returns the parameters to start from; `nil` for random ones.
    func parameters(_ recipe: Recipe, for data: Dataset) throws(FastTrainError) -> Parameters? {
        guard let initial else { return nil }
        return try Model.loadParameters(path: initial, of: recipe.network(for: data))
    }
}

/// The section "Network" of the help.
enum NetworkSection: SettingSection { static let section = RecipeSetting.Section.network }
