/// Values for some settings of a recipe, such as those of a configuration file, of the command line, or of one trial of a
/// search.
package struct RecipeChanges: Sendable, Equatable {
    /// The values by their names in `recipe.json`, each in the form that it has there, in the order in which they were set.
    package private(set) var settings: [JSON.Member] = []

    /// Creates changes that change nothing.
    package init() {}

    /// Sets one setting.
    ///
    /// - Parameters:
    ///   - path: The property of `Recipe`.
    ///   - value: The new value.
    package mutating func set<Value>(_ path: WritableKeyPath<Recipe, Value> & Sendable, to value: Value) {
        guard let setting = Recipe.settings.first(where: { ($0.path as PartialKeyPath<Recipe>) == path }) else {
            preconditionFailure("no setting of recipe.json")
        }
        var recipe = Recipe()
        recipe[keyPath: path] = value
        set(setting, to: setting.json(recipe))
    }

    /// Sets a setting to a value in the form that `recipe.json` has.
    package mutating func set(_ setting: RecipeSetting, to value: JSON) {
        settings.removeAll { $0.name == setting.name }
        settings.append(JSON.Member(setting.name, value))
    }

    /// Adds the settings of other changes, which replace those set here.
    package mutating func add(_ others: RecipeChanges) {
        settings.removeAll { others.names.contains($0.name) }
        settings += others.settings
    }

    /// The names of the settings that are set.
    package var names: [String] { settings.map(\.name) }

    /// Returns a recipe with these settings, and otherwise with those of `recipe`.
    package func applied(to recipe: Recipe) -> Recipe {
        var recipe = recipe
        guard var reader = try? ObjectReader(.object(settings), file: "", place: .file) else { return recipe }
        for setting in Recipe.settings where reader[setting.name] != nil {
            // Each value was read or written by the same declaration, so reading cannot fail.
            try? setting.read(&recipe, &reader)
        }
        return recipe
    }

    /// Returns the default recipe with these settings, after checking it and that each of the settings has an effect.
    ///
    /// - Parameter space: The space of a search, if the settings are those of all its trials.
    /// - Throws: a usage error that names the setting by its property.
    package func recipe(varying space: SearchSpace? = nil) throws(FastTrainError) -> Recipe {
        let recipe = applied(to: Recipe())
        try expectEffect(in: recipe, varying: space)
        try recipe.validate()
        return recipe
    }

    /// Throws a usage error for a setting that was set and has no effect, or for a warm-up longer than the
    /// run.
    ///
    /// - Parameters:
    ///   - recipe: The recipe with these and all other settings.
    ///   - space: The space of a search; then a setting must have an effect in one of its trials.
    func expectEffect(in recipe: Recipe, varying space: SearchSpace?) throws(FastTrainError) {
        for setting in Recipe.settings where names.contains(setting.name) {
            if let reason = setting.uselessness(in: recipe), !(space?.uses(setting, in: recipe) ?? false) {
                throw .unsuitableSetting(name: setting.property, reason: reason)
            }
        }
        if !names.isEmpty, let fault = recipe.warmupFault { throw fault.error }
    }

    /// Reads an object of settings.
    ///
    /// - Throws: `.badData` that names the member, also for one that is not a setting.
    package init(_ json: JSON, file: String, place: FastTrainError.Place) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: place)
        try self.init(&reader)
        try reader.finish()
    }

    /// Takes all settings that an object has. A single value may stand for a list of one.
    ///
    /// - Throws: `.badData` that names the member.
    init(_ reader: inout ObjectReader) throws(FastTrainError) {
        for setting in Recipe.settings {
            guard let json = reader[setting.name] else { continue }
            set(setting, to: try Self.value(of: setting, json, &reader))
        }
    }

    private static func value(
        of setting: RecipeSetting, _ json: JSON, _ reader: inout ObjectReader
    ) throws(FastTrainError) -> JSON {
        var recipe = Recipe()
        do {
            try setting.read(&recipe, &reader)
        } catch {
            let list = JSON.object([JSON.Member(setting.name, .array([json]))])
            guard var wrapped = try? ObjectReader(list, file: "", place: .file),
                (try? setting.read(&recipe, &wrapped)) != nil
            else { throw error }
        }
        return setting.json(recipe)
    }
}
