extension RecipeSetting {
    /// Creates the declaration of a setting. The default is the value of the property in `Recipe()`.
    ///
    /// - Parameters:
    ///   - name: The name in `recipe.json`, in snake case.
    ///   - path: The property of `Recipe`.
    ///   - range: The values that the setting may have, whatever the other settings are.
    ///   - section: The group of options that the help lists the setting in.
    ///   - valueName: The placeholder for the value in the help.
    ///   - help: One or two sentences for the help, without the default and the companion.
    ///   - defaultText: The default in words, if the value does not say it.
    ///   - companion: The setting that decides whether this one has an effect.
    ///   - conflicts: The rules that depend on other settings.
    ///   - isRequired: Whether a recipe in a file must have the setting. Pass false, the default, for a new setting,
    ///     because files of earlier versions lack it.
    ///   - isSameForAllTrials: Whether a search may not vary the setting.
    ///   - card: How the run's card mentions the setting.
    init<Value: SettingValue>(
        _ name: String, _ path: WritableKeyPath<Recipe, Value> & Sendable, _ range: SettingRange<Value> = .any,
        section: Section = .training, value valueName: String = "", help: String, default defaultText: String? = nil,
        goesWith companion: SettingCompanion? = nil, conflicts: [SettingConflict] = [], isRequired: Bool = false,
        isSameForAllTrials: Bool = false, card: SettingCard<Value>? = nil
    ) {
        self.init(
            name, path, range, section: section, value: valueName, help: help, default: defaultText,
            goesWith: companion,
            conflicts: conflicts, isSameForAllTrials: isSameForAllTrials, card: card, omission: nil,
            resolve: { _ in },
            json: { $0.json },
            take: { (reader, name) throws(FastTrainError) in
                guard !isRequired else { return try reader.take(name) }
                return try reader.take(name, as: Value?.self) ?? Recipe()[keyPath: path]
            })
    }

    /// Creates the declaration of a setting that may be `nil`.
    ///
    /// The other parameters are those of the initializer above.
    ///
    /// - Parameters:
    ///   - defaultText: What `nil`, the default, means.
    ///   - omitted: Returns the value that a file means in which the setting is left out, and with which `recipe.json` leaves
    ///     it out. `nil` means that `recipe.json` always has the setting.
    ///   - resolved: Returns the value that takes the place of `nil` in a recipe, if it follows from the other settings.
    init<Value: SettingValue>(
        _ name: String, _ path: WritableKeyPath<Recipe, Value?> & Sendable, _ range: SettingRange<Value> = .any,
        section: Section = .training, value valueName: String, help: String, default defaultText: String,
        goesWith companion: SettingCompanion? = nil, conflicts: [SettingConflict] = [],
        card: SettingCard<Value?>? = nil, omitted: (@Sendable (Recipe) -> Value?)? = nil,
        resolved: (@Sendable (Recipe) -> Value?)? = nil
    ) {
        var omission: (@Sendable (inout Recipe) -> Void)?
        if let omitted { omission = { recipe in recipe[keyPath: path] = omitted(recipe) } }
        self.init(
            name, path, range.optional, section: section, value: valueName, help: help, default: defaultText,
            goesWith: companion, conflicts: conflicts, isSameForAllTrials: false, card: card,
            omission: omission,
            resolve: { recipe in
                if let resolved, recipe[keyPath: path] == nil { recipe[keyPath: path] = resolved(recipe) }
            },
            json: { $0.json }, take: { (reader, name) throws(FastTrainError) in try reader.take(name) })
    }

    /// Creates the declaration of a setting that all recipes in files have, as one value for all hidden layers or as a list
    /// with one value for each.
    ///
    /// The parameters are those of the first initializer.
    init<Element: SettingValue>(
        _ name: String, oneOrEach path: WritableKeyPath<Recipe, [Element]> & Sendable,
        section: Section = .training, value valueName: String, help: String, conflicts: [SettingConflict] = []
    ) {
        self.init(
            name, path, .any, section: section, value: valueName, help: help, default: nil, goesWith: nil,
            conflicts: conflicts, isSameForAllTrials: false, card: nil, omission: nil, resolve: { _ in },
            json: { $0.count == 1 ? $0[0].json : $0.json },
            take: { (reader, name) throws(FastTrainError) in try reader.take(name, as: OneOrEach<Element>.self).values }
        )
    }

    private init<Value: SettingValue>(
        _ name: String, _ path: WritableKeyPath<Recipe, Value> & Sendable, _ range: SettingRange<Value>,
        section: Section, value valueName: String, help: String, default defaultText: String?,
        goesWith companion: SettingCompanion?, conflicts: [SettingConflict], isSameForAllTrials: Bool,
        card: SettingCard<Value>?, omission: (@Sendable (inout Recipe) -> Void)?,
        resolve: @escaping @Sendable (inout Recipe) -> Void,
        json: @escaping @Sendable (Value) -> JSON,
        take: @escaping @Sendable (inout ObjectReader, String) throws(FastTrainError) -> Value
    ) {
        self.name = name
        self.path = path
        self.section = section
        self.help = help
        self.valueName = valueName
        self.companion = companion
        self.conflicts = conflicts
        self.isSameForAllTrials = isSameForAllTrials
        self.omission = omission
        self.resolve = resolve
        self.defaultText = defaultText ?? Recipe()[keyPath: path].optionText
        valueType = Value.self
        rangeText = range.text
        self.json = { json($0[keyPath: path]) }
        read = { (recipe, reader) throws(FastTrainError) in
            if let omission, reader[name] == nil { return omission(&recipe) }
            recipe[keyPath: path] = try take(&reader, name)
        }
        reset = { $0[keyPath: path] = Recipe()[keyPath: path] }
        parse = { Value(optionText: $0).map(json) }
        rangeFault = { recipe in
            range.mismatch(recipe[keyPath: path]).map { expected, found in
                Recipe.Fault(field: name, expected: expected, found: found)
            }
        }
        self.card = card.map { card in
            (
                line: card.line,
                phrase: { recipe in
                    let value = recipe[keyPath: path]
                    return value == Recipe()[keyPath: path] ? nil : card.phrase(value, recipe)
                }
            )
        }
    }
}

/// One value, or a list of values.
private struct OneOrEach<Value: JSONConvertible>: JSONConvertible {
    let values: [Value]

    init?(json: JSON) {
        if let value = Value(json: json) {
            values = [value]
        } else if let list = [Value](json: json) {
            values = list
        } else {
            return nil
        }
    }

    var json: JSON { values.json }
    static var expectation: String { "\(Value.expectation), or a list of these" }
}
