extension SearchSpace {
    /// Reads a space from a YAML or JSON file. It has, for each setting that varies, by its name in `recipe.json`, a list
    /// of values or a range `{low: …, high: …, log: true, int: true}`.
    ///
    ///     hidden: [[64], [128], [256, 128]]
    ///     learning_rate: {low: 1e-4, high: 1e-2, log: true}
    ///
    /// - Parameter path: The path of the file.
    /// - Throws: `.noInput` if it cannot be read; `.badData` with the line for a name that is not a setting, a setting that
    ///   all trials must share, an empty list, or a value of the wrong type or out of range.
    package init(path: String) throws(FastTrainError) {
        let text = try FileSystem.readText(path, maxBytes: RunConfiguration.maxBytes)
        let document = try YAMLDocument(parsing: text, file: path)
        try self.init(document.value, file: path, lines: document.lines)
    }

    /// Reads a space from a JSON object.
    ///
    /// - Parameters:
    ///   - json: The object.
    ///   - file: The file's name for error messages.
    ///   - lines: The line of each member, where that is known.
    ///   - startsWithRecipe: Whether the first trial is the recipe as it is; then the space may be empty.
    init(
        _ json: JSON, file: String, lines: [String: Int], startsWithRecipe: Bool = false
    ) throws(FastTrainError) {
        guard case .object(let members) = json, !members.isEmpty || startsWithRecipe else {
            throw .badData(
                file: file, place: .file, expected: "settings with their values, such as 'hidden: [[64], [128]]'",
                found: json == .null ? "nothing" : json.excerpt)
        }
        var dimensions: [Dimension] = []
        for member in members {
            let place = lines[member.name].map { FastTrainError.Place.line($0) } ?? .named(member.name)
            dimensions.append(try Self.dimension(member, file: file, place: place))
            let name = dimensions[dimensions.count - 1].name
            guard dimensions.dropLast().allSatisfy({ $0.name != name }) else {
                throw .badData(file: file, place: place, expected: "each name once", found: "'\(name)' a second time")
            }
        }
        self.init(dimensions, startsWithRecipe: startsWithRecipe)
    }

    private static func dimension(
        _ member: JSON.Member, file: String, place: FastTrainError.Place
    ) throws(FastTrainError) -> Dimension {
        func fault(_ expected: String, _ found: String) -> FastTrainError {
            .badData(file: file, place: place, expected: expected, found: found)
        }
        let name = RecipeSetting.name(spelled: member.name)
        guard let setting = Recipe.settings.first(where: { $0.name == name }) else {
            let hint = Suggestion.hint(for: name, in: Recipe.settings.map(\.name))
            throw fault("a setting of recipe.json", "'\(member.name)'\(hint)")
        }
        guard !setting.isSameForAllTrials else {
            throw fault("a setting that trials may differ in", "'\(name)', which is given on the command line")
        }
        switch member.value {
        case .array(let values):
            guard !values.isEmpty else { throw fault("at least one value of '\(name)'", "[]") }
            var list: [JSON] = []
            for value in values { list.append(try checked(setting, value, fault)) }
            return Dimension(name: name, values: .list(list))
        case .object:
            return Dimension(name: name, values: try range(setting, member.value, file: file, place: place, fault))
        default:
            throw fault(
                "'\(name)' to be a list of values, or {low: …, high: …}",
                "\(member.value.excerpt), which is one value: give it on the command line")
        }
    }

    /// Returns a value in the form that `recipe.json` has. Each trial's recipe is checked as a whole later on, so rules that
    /// depend on other settings do not matter here.
    ///
    /// - Throws: The error that `fault` makes if the value is of the wrong type or out of range.
    private static func checked(
        _ setting: RecipeSetting, _ value: JSON, _ fault: (String, String) -> FastTrainError
    ) throws(FastTrainError) -> JSON {
        let changes: RecipeChanges
        do {
            var reader = try ObjectReader(.object([JSON.Member(setting.name, value)]), file: "", place: .file)
            changes = try RecipeChanges(&reader)
        } catch {
            guard case .badData(_, _, let expected, let found) = error else { throw error }
            throw fault("each value of '\(setting.name)' to be \(expected)", found)
        }
        if let wrong = setting.rangeFault(changes.applied(to: Recipe())) {
            throw fault("each value of '\(setting.name)' to be \(wrong.expected)", wrong.found)
        }
        return changes.settings[0].value
    }

    /// Reads a range of numbers. It is one of whole numbers if the setting takes no others.
    private static func range(
        _ setting: RecipeSetting, _ json: JSON, file: String, place: FastTrainError.Place,
        _ fault: (String, String) -> FastTrainError
    ) throws(FastTrainError) -> Values {
        let name = setting.name
        var reader = try ObjectReader(json, file: file, place: .named(name))
        func placed<Value>(_ read: () throws(FastTrainError) -> Value) throws(FastTrainError) -> Value {
            do { return try read() } catch {
                guard case .badData(_, let member, let expected, let found) = error else { throw error }
                throw fault("\(member) to be \(expected)", found)
            }
        }
        let low = try placed { () throws(FastTrainError) in try reader.take("low", as: Double.self) }
        let high = try placed { () throws(FastTrainError) in try reader.take("high", as: Double.self) }
        let isLogarithmic = try placed { () throws(FastTrainError) in try reader.take("log", as: Bool?.self) } ?? false
        let isGivenInteger = try placed { () throws(FastTrainError) in try reader.take("int", as: Bool?.self) } ?? false
        try placed { () throws(FastTrainError) in try reader.finish() }
        guard low.isFinite, high.isFinite, low < high else {
            throw fault("'\(name)' to have a low below its high", "\(json.excerpt)")
        }
        guard !isLogarithmic || low > 0 else { throw fault("'\(name)' to have a low above 0, for log", "\(low)") }
        func takes(_ value: JSON) -> Bool { (try? checked(setting, value, { .invalidUse($0 + $1) })) != nil }
        let refusesFractions = !takes(.number(0.5)) && Int(exactly: low.rounded()).map { takes(.integer($0)) } ?? false
        let isInteger = isGivenInteger || refusesFractions
        guard !isInteger || (Int(exactly: low) != nil && Int(exactly: high) != nil) else {
            throw fault("'\(name)' to have whole numbers for low and high", json.excerpt)
        }
        for end in [low, high] { _ = try checked(setting, isInteger ? .integer(Int(end)) : .number(end), fault) }
        return .range(low: low, high: high, isLogarithmic: isLogarithmic, isInteger: isInteger)
    }
}
