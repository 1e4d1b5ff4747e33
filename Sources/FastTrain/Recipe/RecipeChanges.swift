/// Some settings, to be laid over a recipe: what a configuration file says, what the command line adds, what a trial of a
/// search tries.
public struct RecipeChanges: Sendable, Equatable {
    /// By their names in `recipe.json`, each of the type and kind that the recipe has; in the order in which they were set.
    public private(set) var settings: [JSON.Member] = []

    /// None.
    public init() {}

    /// Sets one setting. `path` must be of a setting that `recipe.json` has.
    public mutating func set<Value>(_ path: WritableKeyPath<Recipe, Value> & Sendable, to value: Value) {
        guard let field = Recipe.fields.first(where: { ($0.path as PartialKeyPath<Recipe>) == path }) else {
            preconditionFailure("no field of recipe.json")
        }
        var recipe = Recipe()
        recipe[keyPath: path] = value
        set(field.name, field.json(recipe))
    }

    /// The names of what is set.
    public var names: [String] { settings.map(\.name) }

    /// A recipe with these settings, and otherwise that of `recipe`.
    public func applied(to recipe: Recipe) -> Recipe {
        var recipe = recipe
        guard var reader = try? ObjectReader(.object(settings), file: "", place: .file) else { return recipe }
        for field in Recipe.fields where reader[field.name] != nil {
            // What is set was read, or written, by the same field.
            try? field.read(&recipe, &reader)
        }
        return recipe
    }

    /// Reads an object of settings. Throws `.badData` that names the member, one that is no setting included.
    init(_ json: JSON, file: String, place: FastTrainError.Place) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: place)
        try self.init(&reader)
        try reader.finish()
    }

    /// Takes all settings of a recipe that an object has. Throws `.badData` that names the member.
    ///
    /// A single value does where a list is expected.
    init(_ reader: inout ObjectReader) throws(FastTrainError) {
        for field in Recipe.fields {
            guard let json = reader[field.name] else { continue }
            set(field.name, try Self.value(of: field, json, &reader))
        }
    }

    private static func value(
        of field: RecipeField, _ json: JSON, _ reader: inout ObjectReader
    ) throws(FastTrainError) -> JSON {
        var recipe = Recipe()
        do {
            try field.read(&recipe, &reader)
        } catch {
            let list = JSON.object([JSON.Member(field.name, .array([json]))])
            guard var wrapped = try? ObjectReader(list, file: "", place: .file),
                (try? field.read(&recipe, &wrapped)) != nil
            else { throw error }
        }
        return field.json(recipe)
    }

    private mutating func set(_ name: String, _ value: JSON) {
        settings.removeAll { $0.name == name }
        settings.append(JSON.Member(name, value))
    }
}
