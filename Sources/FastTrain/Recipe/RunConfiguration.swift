/// A configuration file in YAML or JSON: some settings by their names in `recipe.json`, and possibly the other members of
/// that file. The `recipe.json` of a run is a configuration file that repeats the run bit for bit.
package struct RunConfiguration: Sendable {
    /// The file's path.
    package let file: String
    /// The settings in the file.
    package let changes: RecipeChanges
    /// The path of the data set; `nil` for the built-in sample, or if the file names none.
    package let data: String?
    /// The `Dataset.fingerprint` that the data must have, if the file has one. Every `recipe.json` of a run does.
    package let fingerprint: String?
    /// The number of steps between two checkpoints; `nil` means one epoch.
    package let checkpointEvery: Int?
    /// Whether the run started from parameters that are not in the file.
    package let isFromParameters: Bool
    /// The line of each member, by its name.
    private let lines: [String: Int]

    /// The largest size of a file, far more than any recipe needs.
    static let maxBytes = 1 << 20

    /// Reads a file. Names may have hyphens for underscores, as on the command line, and any member may be missing.
    ///
    /// - Parameter path: The path of the file.
    /// - Throws: `.noInput` if it cannot be read; `.badData` with the line if it is not YAML, a name is not a setting, or a
    ///   value is of the wrong type.
    package init(path: String) throws(FastTrainError) {
        let text = try FileSystem.readText(path, maxBytes: Self.maxBytes)
        let document = try YAMLDocument(parsing: text, file: path)
        let (object, lines) = try Self.normalized(document, file: path)
        var reader = try ObjectReader(object, file: path, place: .file, lines: lines)
        changes = try RecipeChanges(&reader)
        data = try reader.take("data")
        fingerprint = try reader.take("fingerprint")
        checkpointEvery = try reader.take("checkpoint_every")
        isFromParameters = try reader.take("from_parameters", as: Bool?.self) ?? false
        if let checkpointEvery, checkpointEvery < 1 {
            throw reader.fault("checkpoint_every", expected: "at least 1, or null", found: "\(checkpointEvery)")
        }
        file = path
        self.lines = lines
    }

    /// Returns the recipe that the file describes, with other settings laid over it, after checking it.
    ///
    /// A value that equals a default which follows from other settings, such as the `beta2` of the file's optimizer, keeps
    /// following them. A setting that has no effect beside the others is an error, unless it has its default value, or the
    /// file is the `recipe.json` of a run: that lists all settings and is accepted as it is, so that the run can be repeated.
    ///
    /// - Parameters:
    ///   - later: Settings that override those of the file, such as those of the command line.
    ///   - space: The space of a search, if the settings are those of all its trials.
    /// - Throws: `.badData` with the line if the cause is in the file alone, otherwise a usage error.
    package func recipe(
        changedBy later: RecipeChanges = RecipeChanges(), varying space: SearchSpace? = nil
    ) throws(FastTrainError) -> Recipe {
        var own = changes.applied(to: Recipe())
        if fingerprint != nil {
            for setting in Recipe.settings where !changes.names.contains(setting.name) { setting.omission?(&own) }
        }
        for setting in Recipe.settings { setting.unresolve(&own) }
        let recipe = later.applied(to: own)
        try later.expectEffect(in: recipe, varying: space)
        if fingerprint == nil { try expectEffect(own: own, combined: recipe, varying: space) }
        if let fault = recipe.fault, own.fault?.field == fault.field, !later.names.contains(fault.field),
            let error = error(fault)
        {
            throw error
        }
        try recipe.validate()
        return recipe
    }

    /// Throws `.badData` for a setting of the file that has no effect, neither in the file's own recipe nor in that which
    /// the command line makes of it.
    private func expectEffect(
        own: Recipe, combined: Recipe, varying space: SearchSpace?
    ) throws(FastTrainError) {
        for setting in Recipe.settings where setting.uselessMember(in: own) != nil {
            if let (expected, found) = setting.uselessMember(in: combined),
                !(space?.uses(setting, in: combined) ?? false),
                let error = error(setting.name, expected: expected, found: found)
            {
                throw error
            }
        }
        if let fault = own.warmupFault, combined.warmupFault != nil, let error = error(fault) { throw error }
    }

    /// Returns the error for a fault of the file, or `nil` if the file does not have the setting.
    private func error(_ fault: Recipe.Fault) -> FastTrainError? {
        error(fault.field, expected: "'\(fault.field)' to be \(fault.expected)", found: fault.found)
    }

    /// Returns the error for a setting of the file, or `nil` if the file does not have the setting.
    private func error(_ name: String, expected: String, found: String) -> FastTrainError? {
        lines[name].map { .badData(file: file, place: .line($0), expected: expected, found: found) }
    }

    /// Throws `.badData` if the file has a fingerprint and it is not that of the data.
    package func expect(_ data: Dataset) throws(FastTrainError) {
        guard let fingerprint, data.fingerprint != fingerprint else { return }
        throw .badData(
            file: data.name, place: .named("fingerprint"),
            expected: "\(fingerprint), the data that \(file) was written for (`data` takes any)",
            found: data.fingerprint)
    }

    private static let names =
        Recipe.settings.map(\.name) + ["data", "fingerprint", "checkpoint_every", "from_parameters"]

    /// Returns the members with their names as in `recipe.json`, and their lines.
    ///
    /// - Throws: `.badData` for a name that is not a setting, or that occurs twice.
    private static func normalized(
        _ document: YAMLDocument, file: String
    ) throws(FastTrainError) -> (object: JSON, lines: [String: Int]) {
        guard document.value != .null else { return (.object([]), [:]) }
        guard case .object(let members) = document.value else {
            throw .badData(
                file: file, place: .file, expected: "settings, such as 'epochs: 20'", found: document.value.excerpt)
        }
        var lines: [String: Int] = [:]
        var normal: [JSON.Member] = []
        for member in members {
            let line = document.lines[member.name] ?? 1
            let name = RecipeSetting.name(spelled: member.name)
            guard names.contains(name) else {
                throw .badData(
                    file: file, place: .line(line), expected: "a setting of recipe.json",
                    found: "'\(member.name)'\(Suggestion.hint(for: name, in: names))")
            }
            guard lines.updateValue(line, forKey: name) == nil else {
                throw .badData(
                    file: file, place: .line(line), expected: "each name once", found: "'\(name)' a second time")
            }
            normal.append(JSON.Member(name, member.value))
        }
        return (.object(normal), lines)
    }
}
