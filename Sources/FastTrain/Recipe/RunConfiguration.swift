/// A configuration file, YAML or JSON: settings by their names in `recipe.json`, and perhaps what else that holds. So a
/// run's own `recipe.json` is one, with which the run is done again to the bit.
public struct RunConfiguration: Sendable {
    /// The file's path.
    public let file: String
    /// What it says of the recipe.
    public let changes: RecipeChanges
    /// The data set's file; nil for the built-in sample, or when nothing is said.
    public let data: String?
    /// `Dataset.fingerprint` that the data must have, if that is said.
    public let fingerprint: String?
    /// Steps between two checkpoints; nil: an epoch.
    public let checkpointEvery: Int?
    /// Whether the run started from parameters that the file does not hold.
    public let isFromParameters: Bool
    private let lines: [String: Int]

    /// Far more than any recipe takes.
    static let mostBytes = 1 << 20

    /// Reads a file. Names may have hyphens for underscores, as on the command line; a member that may be missing in
    /// `recipe.json` and all others may be missing.
    ///
    /// Throws `.noInput`, or `.badData` with the line: not YAML, a name that is no setting, a value of another kind.
    public init(path: String) throws(FastTrainError) {
        let text = try FileSystem.readText(path, most: Self.mostBytes)
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

    /// The recipe that the file describes, with `later` laid over it, checked.
    ///
    /// `beta2`, `gamma`, `tol` and `nIterNoChange` go with the optimizer and the schedule: where the file has the
    /// default of its own ones and
    /// `later` has others, theirs are taken. Throws `.badData` with the line for what the file alone makes impossible, else
    /// `.usage`.
    public func recipe(changedBy later: RecipeChanges = RecipeChanges()) throws(FastTrainError) -> Recipe {
        var own = changes.applied(to: Recipe())
        if own.beta2 == own.optimizer.defaultBeta2 { own.beta2 = nil }
        if own.gamma == own.schedule.defaultGamma { own.gamma = nil }
        if own.schedule == .adaptive {
            if own.tol == Tolerance.defaultTol { own.tol = nil }
            if own.nIterNoChange == Tolerance.defaultEpochs { own.nIterNoChange = nil }
        }
        let recipe = later.applied(to: own)
        if let fault = recipe.fault, let line = lines[fault.field], own.fault?.field == fault.field,
            !later.names.contains(fault.field)
        {
            throw .badData(
                file: file, place: .line(line), expected: "'\(fault.field)' to be \(fault.expected)", found: fault.found
            )
        }
        try recipe.validate()
        return recipe
    }

    /// Throws `.badData` when the data is not that which the file tells by its fingerprint.
    public func expect(_ data: Dataset) throws(FastTrainError) {
        guard let fingerprint, data.fingerprint != fingerprint else { return }
        throw .badData(
            file: data.name, place: .named("fingerprint"),
            expected: "\(fingerprint), the data that \(file) was written for (--data takes any)",
            found: data.fingerprint)
    }

    private static let names =
        Recipe.fields.map(\.name) + ["data", "fingerprint", "checkpoint_every", "from_parameters"]

    /// All names as `recipe.json` has them. Throws `.badData` for one that is none.
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
            let name = String(member.name.map { $0 == "-" ? "_" : $0 })
            guard names.contains(name) else {
                let hint = Suggestion.nearest(to: name, in: names).map { " (did you mean '\($0)'?)" } ?? ""
                throw .badData(
                    file: file, place: .line(line), expected: "a setting of recipe.json",
                    found: "'\(member.name)'\(hint)")
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
