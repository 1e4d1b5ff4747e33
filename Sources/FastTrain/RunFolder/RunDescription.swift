/// How a run was started: `recipe.json`. With it and the data, the run can be done again to the bit.
public struct RunDescription: Sendable, Equatable {
    /// `loss` is set.
    public var recipe: Recipe
    /// The data set's file; nil for the built-in sample or data in memory.
    public var data: String?
    /// `Dataset.fingerprint` of the data.
    public var fingerprint: String
    /// Steps between two checkpoints; nil: one after each epoch.
    public var checkpointEvery: Int?
    /// Whether the run started from given parameters, which its checkpoint of step 0 holds, and not from the seed's.
    public var isFromParameters: Bool

    /// See the properties.
    public init(
        recipe: Recipe, data: String?, fingerprint: String, checkpointEvery: Int? = nil, isFromParameters: Bool = false
    ) {
        self.recipe = recipe
        self.data = data
        self.fingerprint = fingerprint
        self.checkpointEvery = checkpointEvery
        self.isFromParameters = isFromParameters
    }

    /// Reads the `recipe.json` of a run folder, whoever owns the folder.
    ///
    /// Throws `.noInput` when there is none, `.badData` that names the member.
    public init(folder: String) throws(FastTrainError) {
        let path = RunFolder.recipePath(in: folder)
        let text = try FileSystem.readText(path)
        try self.init(json: JSON(parsing: text, file: path), file: path)
    }

    /// Throws `.badData` when `data` is not that of this run, which is in the folder `path`.
    public func expect(_ data: Dataset, in path: String) throws(FastTrainError) {
        guard data.fingerprint != fingerprint else { return }
        throw .badData(
            file: data.name, place: .named("fingerprint"), expected: "\(fingerprint), the data of the run in \(path)",
            found: data.fingerprint)
    }

    /// The recipe's members, then `data`, `fingerprint`, `checkpoint_every` and `from_parameters`.
    var json: JSON {
        .object(
            recipe.jsonMembers + [
                JSON.Member("data", data.json),
                JSON.Member("fingerprint", fingerprint.json),
                JSON.Member("checkpoint_every", checkpointEvery.json),
                JSON.Member("from_parameters", isFromParameters.json),
            ])
    }

    /// Reads what `json` writes. Throws `.badData` that names the member.
    init(json: JSON, file: String) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: .file)
        recipe = try Recipe(&reader)
        data = try reader.take("data")
        fingerprint = try reader.take("fingerprint")
        checkpointEvery = try reader.take("checkpoint_every")
        isFromParameters = try reader.take("from_parameters")
        try reader.finish()
        guard recipe.loss != nil else {
            throw reader.fault("loss", expected: Loss.expectation, found: "null")
        }
        if let checkpointEvery, checkpointEvery < 1 {
            throw reader.fault("checkpoint_every", expected: "at least 1, or null", found: "\(checkpointEvery)")
        }
    }
}
