/// A setting of a recipe and its name in `recipe.json`. The table below is the only list of them.
struct RecipeField: Sendable {
    let name: String
    let path: PartialKeyPath<Recipe> & Sendable
    let json: @Sendable (Recipe) -> JSON
    let read: @Sendable (inout Recipe, inout ObjectReader) throws(FastTrainError) -> Void

    init<Value: JSONConvertible>(_ name: String, _ path: WritableKeyPath<Recipe, Value> & Sendable) {
        self.name = name
        self.path = path
        json = { $0[keyPath: path].json }
        read = { (recipe, reader) throws(FastTrainError) in recipe[keyPath: path] = try reader.take(name) }
    }

    /// A setting that files of earlier versions do not have.
    init<Value: JSONConvertible & Sendable>(
        _ name: String, _ path: WritableKeyPath<Recipe, Value> & Sendable, unlessGiven value: Value
    ) {
        self.name = name
        self.path = path
        json = { $0[keyPath: path].json }
        read = { (recipe, reader) throws(FastTrainError) in
            recipe[keyPath: path] = try reader.take(name, as: Value?.self) ?? value
        }
    }

    /// A setting of all hidden layers, which stands alone, or a list of one for each.
    init<Value: JSONConvertible & Sendable>(_ name: String, oneOrEach path: WritableKeyPath<Recipe, [Value]> & Sendable)
    {
        self.name = name
        self.path = path
        json = { $0[keyPath: path].count == 1 ? $0[keyPath: path][0].json : $0[keyPath: path].json }
        read = { (recipe, reader) throws(FastTrainError) in
            recipe[keyPath: path] = try reader.take(name, as: OneOrEach<Value>.self).values
        }
    }
}

/// One value, or a list.
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

extension Recipe {
    static let fields: [RecipeField] = [
        RecipeField("hidden", \.hidden),
        RecipeField("activation", oneOrEach: \.activation),
        RecipeField("leaky_slope", \.leakySlope),
        RecipeField("normalization", \.normalization, unlessGiven: .none),
        RecipeField("loss", \.loss),
        RecipeField("huber_delta", \.huberDelta, unlessGiven: 1),
        RecipeField("class_weight", \.classWeight),
        RecipeField("label_smoothing", \.labelSmoothing, unlessGiven: 0),
        RecipeField("optimizer", \.optimizer),
        RecipeField("learning_rate", \.learningRate),
        RecipeField("momentum", \.momentum),
        RecipeField("nesterov", \.nesterov),
        RecipeField("dropout", \.dropout, unlessGiven: []),
        RecipeField("input_dropout", \.inputDropout, unlessGiven: 0),
        RecipeField("weight_decay", \.weightDecay),
        RecipeField("alpha", \.alpha, unlessGiven: 0),
        RecipeField("l1", \.l1, unlessGiven: 0),
        RecipeField("clip_value", \.clipValue),
        RecipeField("clip_norm", \.clipNorm),
        RecipeField("max_norm", \.maxNorm),
        RecipeField("ema", \.ema),
        RecipeField("beta1", \.beta1),
        RecipeField("beta2", \.beta2),
        RecipeField("epsilon", \.epsilon),
        RecipeField("history_size", \.historySize, unlessGiven: 10),
        RecipeField("gradient_tolerance", \.gradientTolerance, unlessGiven: 1e-5),
        RecipeField("schedule", \.schedule),
        RecipeField("gamma", \.gamma),
        RecipeField("decay_epochs", \.decayEpochs, unlessGiven: 10),
        RecipeField("power", \.power, unlessGiven: 0.5),
        RecipeField("warmup", \.warmup, unlessGiven: 0),
        RecipeField("batch_size", \.batchSize),
        RecipeField("epochs", \.epochs),
        RecipeField("seed", \.seed),
        RecipeField("validation", \.validation),
        RecipeField("monitor", \.monitor, unlessGiven: .validationLoss),
        RecipeField("patience", \.patience),
        RecipeField("min_delta", \.minDelta, unlessGiven: 0),
        RecipeField("tol", \.tol),
        RecipeField("n_iter_no_change", \.nIterNoChange),
        RecipeField("shuffle", \.shuffle),
        RecipeField("shards", \.shards),
        RecipeField("precision", \.precision, unlessGiven: .f32),
    ]

    /// The recipe as a JSON object, names in snake case, numbers exact to the bit.
    public var json: JSON { .object(jsonMembers) }

    var jsonMembers: [JSON.Member] { Self.fields.map { JSON.Member($0.name, $0.json(self)) } }

    /// Reads what `json` writes, and checks it as `validate` does.
    ///
    /// `loss` may be missing, and so may what files of earlier versions do not have: precision, dropout, label
    /// smoothing, L1, clipping, limits of norms, averaging, those of lbfgs, early stopping, the settings of schedules.
    /// Throws `.badData` with `file` as the file's name
    /// and the member's name: one that is missing, unknown, of the wrong type or out of range.
    public init(json: JSON, file: String) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: .file)
        try self.init(&reader)
        try reader.finish()
    }

    /// Takes the recipe's members from an object that may have others.
    init(_ reader: inout ObjectReader) throws(FastTrainError) {
        self.init()
        for field in Self.fields { try field.read(&self, &reader) }
        if let fault { throw reader.fault(fault.field, expected: fault.expected, found: fault.found) }
    }

    /// The settings in which two recipes differ, by their names in `recipe.json`.
    public func differences(from other: Recipe) -> [(field: String, mine: String, theirs: String)] {
        Self.fields.compactMap { field in
            let (mine, theirs) = (field.json(self), field.json(other))
            return mine == theirs ? nil : (field.name, mine.text, theirs.text)
        }
    }
}
