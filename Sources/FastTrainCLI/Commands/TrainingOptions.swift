import ArgumentParser
import FastTrain

/// How the network is trained. With the options of data and of the network, these make up a recipe.
struct TrainingOptions: ParsableArguments {
    @OptionGroup var settings: SettingOptions<TrainingSection>

    /// Returns the settings that were given, of all three groups.
    func changes(_ data: DataOptions, _ network: NetworkOptions) -> RecipeChanges {
        var changes = network.settings.changes
        changes.add(settings.changes)
        changes.add(data.settings.changes)
        return changes
    }

    /// Returns the recipe that the options describe, laid over the configuration file if there is one, after checking it.
    ///
    /// - Parameters:
    ///   - data: The options of the data.
    ///   - network: The options of the network.
    ///   - configuration: The configuration file.
    ///   - space: The space of a search, if the settings are those of all its trials.
    /// - Throws: `.invalidUse` for a value out of range, or an option that would have no effect; `.badData` if the
    ///   cause is in the configuration file.
    func recipe(
        _ data: DataOptions, _ network: NetworkOptions, over configuration: RunConfiguration? = nil,
        varying space: SearchSpace? = nil
    ) throws(FastTrainError) -> Recipe {
        let changes = changes(data, network)
        if let configuration { return try configuration.recipe(changedBy: changes, varying: space) }
        return try changes.recipe(varying: space)
    }
}

/// The section "Training" of the help.
enum TrainingSection: SettingSection { static let section = RecipeSetting.Section.training }
