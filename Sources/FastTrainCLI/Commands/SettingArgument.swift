import ArgumentParser
import FastTrain

/// The argument of an option that sets a setting of the recipe.
struct SettingArgument<Value: SettingValue>: ExpressibleByArgument {
    /// The text of the argument; `nil` if the option was not given. Only a given option overrides a configuration file.
    let text: String?
    /// The default in words, for the help.
    let defaultValueDescription: String

    /// Creates the argument of an option that was not given.
    ///
    /// - Parameter standard: The default in words.
    init(default standard: String) {
        text = nil
        defaultValueDescription = standard
    }

    init?(argument: String) {
        guard Value(optionText: argument) != nil else { return nil }
        text = argument
        defaultValueDescription = ""
    }

    static var allValueStrings: [String] { Value.choices }

    static var defaultCompletionKind: CompletionKind { Value.choices.isEmpty ? .default : .list(Value.choices) }
}
