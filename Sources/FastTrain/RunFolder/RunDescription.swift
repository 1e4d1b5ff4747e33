/// How a run was started: the content of `recipe.json`. Together with the data set it reproduces the run exactly.
package struct RunDescription: Sendable, Equatable {
    /// The recipe; its `loss` is set.
    package var recipe: Recipe
    /// The path of the data set file; `nil` for the built-in sample or for data in memory.
    package var data: String?
    /// The `Dataset.fingerprint` of the data.
    package var fingerprint: String
    /// The number of steps between checkpoints; `nil` means one checkpoint after each epoch.
    package var checkpointEvery: Int?
    /// Whether the run started from given parameters instead of random ones. Its checkpoint of step 0 holds them.
    package var isFromParameters: Bool

    /// Creates a description from its parts.
    package init(
        recipe: Recipe, data: String?, fingerprint: String, checkpointEvery: Int? = nil, isFromParameters: Bool = false
    ) {
        self.recipe = recipe
        self.data = data
        self.fingerprint = fingerprint
        self.checkpointEvery = checkpointEvery
        self.isFromParameters = isFromParameters
    }

    /// Reads the `recipe.json` of a run folder. The folder need not be locked.
    ///
    /// - Parameter folder: The path of the run folder.
    /// - Throws: `.noInput` if there is no such file; `.badData` that names the wrong member.
    package init(folder: String) throws(FastTrainError) {
        let path = RunFolder.recipePath(in: folder)
        let text = try FileSystem.readText(path)
        try self.init(json: JSON(parsing: text, file: path), file: path)
    }

    /// Opens the data set that this run was started on.
    ///
    /// - Parameters:
    ///   - given: A data set to use in place of the file that the run names.
    ///   - path: The path of the run folder.
    /// - Throws: `.badData` if it is not the data that the run was started on, and any error of `Dataset(path:)`.
    package func openData(given: Dataset? = nil, in path: String) throws(FastTrainError) -> Dataset {
        let dataset = if let given { given } else { try Dataset.open(data) }
        try expect(dataset, in: path)
        return dataset
    }

    /// Checks that a data set is the one this run was started on.
    ///
    /// - Parameters:
    ///   - data: The data set.
    ///   - path: The path of the run folder, for the message.
    /// - Throws: `.badData` if the fingerprints differ.
    package func expect(_ data: Dataset, in path: String) throws(FastTrainError) {
        guard data.fingerprint != fingerprint else { return }
        throw .badData(
            file: data.name, place: .named("fingerprint"), expected: "\(fingerprint), the data of the run in \(path)",
            found: data.fingerprint)
    }

    /// The members of the recipe, followed by `data`, `fingerprint`, `checkpoint_every` and `from_parameters`.
    var json: JSON {
        .object(
            recipe.jsonMembers + [
                JSON.Member("data", data.json),
                JSON.Member("fingerprint", fingerprint.json),
                JSON.Member("checkpoint_every", checkpointEvery.json),
                JSON.Member("from_parameters", isFromParameters.json),
            ])
    }

    /// Reads an object that `json` wrote. Throws `.badData` that names the member.
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
