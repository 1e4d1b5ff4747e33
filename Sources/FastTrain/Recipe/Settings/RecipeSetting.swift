/// The declaration of one setting of a recipe.
///
/// Everything that treats settings alike derives from these declarations: `recipe.json`, configuration files, the command
/// line and its help, validation, `RecipeChanges`, search spaces, the report and docs/CLI.md. A new setting takes a
/// property of `Recipe` and one declaration in the list of its group in this folder.
package struct RecipeSetting: Sendable {
    /// A group of options in the help.
    package enum Section: Sendable { case data, network, training }

    /// The name in `recipe.json`, in snake case.
    package let name: String
    /// The group of options that the help lists the setting in.
    package let section: Section
    /// One or two sentences for the help, without the default and the companion.
    package let help: String
    /// The placeholder for the value in the help, such as "rate".
    package let valueName: String
    /// The type of the value.
    package let valueType: any SettingValue.Type
    /// The default in words.
    package let defaultText: String
    /// The range in words, such as "from 0 to below 1"; empty if the type says it all.
    package let rangeText: String
    /// The setting that decides whether this one has an effect, if there is such a setting.
    package let companion: SettingCompanion?
    /// Whether all trials of a search have the same value, because trials with other values could not be compared.
    let isSameForAllTrials: Bool
    /// The property of `Recipe`.
    let path: PartialKeyPath<Recipe> & Sendable
    /// Returns the value in a recipe as JSON.
    let json: @Sendable (Recipe) -> JSON
    /// Takes the value from a JSON object.
    let read: @Sendable (inout Recipe, inout ObjectReader) throws(FastTrainError) -> Void
    /// Sets the value that a file means in which the setting is left out. `nil` if `recipe.json` always has the setting.
    let omission: (@Sendable (inout Recipe) -> Void)?
    /// Sets the value to the default.
    let reset: @Sendable (inout Recipe) -> Void
    /// Replaces `nil` by the default that follows from the other settings, if there is one.
    let resolve: @Sendable (inout Recipe) -> Void
    /// Returns the JSON of the value that a command-line option has, or `nil` if the text is no such value.
    package let parse: @Sendable (String) -> JSON?
    /// Returns what is wrong with the value, whatever the other settings are; `nil` if nothing is.
    let rangeFault: @Sendable (Recipe) -> Recipe.Fault?
    /// The rules that depend on other settings.
    let conflicts: [SettingConflict]
    /// The line of the run's card that mentions the setting, and the phrase there; `nil` if the card does not mention it,
    /// or mentions it in a way of its own.
    let card: (line: CardLine, phrase: @Sendable (Recipe) -> String?)?

    /// The name on the command line, such as "--learning-rate".
    package var option: String { Self.option(name) }

    /// The name of the property of `Recipe`, such as "learningRate".
    package var property: String { Self.property(name) }

    /// Returns the property of the setting that has a name in `recipe.json`.
    static func property(_ name: String) -> String {
        let words = name.split(separator: "_")
        return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    /// Returns the command-line option of the setting that has a name in `recipe.json`.
    private static func option(_ name: String) -> String { "--" + String(name.map { $0 == "_" ? "-" : $0 }) }

    /// Returns the name in `recipe.json` of a setting that may be spelled with hyphens, as on the command line.
    static func name(spelled text: String) -> String { String(text.map { $0 == "-" ? "_" : $0 }) }

    /// Whether the option is a flag, with a second one to switch it off.
    package var isFlag: Bool { valueType == Bool.self }

    /// The declaration as a JSON object, for the documentation.
    package var description: JSON {
        .object([
            JSON.Member("name", name.json), JSON.Member("option", option.json),
            JSON.Member("type", valueType.typeName.json), JSON.Member("default", defaultText.json),
            JSON.Member("choices", valueType.choices.json), JSON.Member("range", rangeText.json),
            JSON.Member("goes_with", companionText.json), JSON.Member("help", help.json),
        ])
    }

    /// Returns whether a recipe has the value that it would have if the setting were not given, before or after `nil` is
    /// replaced by a default that follows from other settings.
    func isDefault(in recipe: Recipe) -> Bool {
        var standard = recipe
        reset(&standard)
        if json(recipe) == json(standard) { return true }
        resolve(&standard)
        return json(recipe) == json(standard)
    }

    /// Returns whether `recipe.json` leaves the setting out, because that means the recipe's value.
    func isOmitted(in recipe: Recipe) -> Bool {
        guard let omission else { return false }
        var other = recipe
        omission(&other)
        return json(recipe) == json(other)
    }

    /// Replaces a default that follows from other settings by `nil`, so that it follows them when they change.
    func unresolve(_ recipe: inout Recipe) {
        if isDefault(in: recipe) { reset(&recipe) }
    }

    /// Returns what is wrong with the setting in a recipe; `nil` if nothing is.
    func fault(in recipe: Recipe) -> Recipe.Fault? {
        if let fault = rangeFault(recipe) { return fault }
        for conflict in conflicts {
            if let (expected, found) = conflict.mismatch(recipe) {
                return Recipe.Fault(field: name, expected: expected, found: found)
            }
        }
        return nil
    }
}
