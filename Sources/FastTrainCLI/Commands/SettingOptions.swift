import ArgumentParser
import FastTrain

/// The options for the recipe's settings in one section of the help, made from the declarations of the settings
/// (`Recipe.settings`).
///
/// ArgumentParser finds the options of a type by its mirror, and decodes their values by the same names. So the custom
/// mirror presents an `Option` or a `Flag` for each setting as if it were a stored property.
struct SettingOptions<Section: SettingSection>: ParsableArguments, CustomReflectable {
    /// The settings that were given.
    private(set) var changes = RecipeChanges()

    init() {}

    init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for setting in Section.settings {
            if let text = try Self.text(of: setting.valueType, setting, in: container),
                let value = setting.parse(text)
            {
                changes.set(setting, to: value)
            }
        }
    }

    var customMirror: Mirror {
        Mirror(self, children: Section.settings.map { ("_" + $0.name, Self.definition(of: $0.valueType, $0)) })
    }

    private static func definition<Value: SettingValue>(of type: Value.Type, _ setting: RecipeSetting) -> Any {
        let name = NameSpecification.customLong(String(setting.option.dropFirst(2)))
        let text = [setting.help, setting.companionText].filter { !$0.isEmpty }.joined(separator: " ")
        if setting.isFlag {
            return Flag<Bool?>(
                name: name, inversion: .prefixedNo,
                help: ArgumentHelp("\(text) (default: \(flag(setting, setting.defaultText)))"))
        }
        return Option(
            wrappedValue: SettingArgument<Value>(default: setting.defaultText), name: name,
            // Numbers may be negative, and then begin like an option.
            parsing: Value.choices.isEmpty ? .unconditional : .next,
            help: ArgumentHelp(text, valueName: setting.valueName))
    }

    private static func text<Value: SettingValue>(
        of type: Value.Type, _ setting: RecipeSetting, in container: KeyedDecodingContainer<Key>
    ) throws -> String? {
        let key = Key(stringValue: setting.name)
        if setting.isFlag { return try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map { "\($0)" } }
        return try container.decode(Option<SettingArgument<Value>>.self, forKey: key).wrappedValue.text
    }

    /// Returns the flag that sets a setting to `value`: "--shuffle" or "--no-shuffle".
    private static func flag(_ setting: RecipeSetting, _ value: String) -> String {
        value == "true" ? setting.option : "--no-" + setting.option.dropFirst(2)
    }

    /// The name of a setting.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }
}

/// A section of the help that has options for settings of the recipe.
protocol SettingSection {
    static var section: RecipeSetting.Section { get }
}

extension SettingSection {
    static var settings: [RecipeSetting] { Recipe.settingsForReaders.filter { $0.section == section } }
}
