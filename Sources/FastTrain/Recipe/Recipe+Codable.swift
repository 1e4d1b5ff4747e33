import FastTrainSupport

/// The coded form is that of `recipe.json` and of the program's `--config`: the same names and values.
extension Recipe: Codable {
    /// Reads a recipe and checks it as `validate()` does. Settings that earlier versions lack may be missing.
    ///
    /// - Throws: `DecodingError.dataCorrupted` with one line that names the member which is missing, unknown, of the
    ///   wrong type or out of range. The underlying error is a `FastTrainError`.
    public init(from decoder: any Decoder) throws {
        self = try CodableJSON.read(from: decoder) { json throws(FastTrainError) in
            try Recipe(json: json, file: "the recipe")
        }
    }

    /// Writes all settings. Numbers are exact to the bit.
    public func encode(to encoder: any Encoder) throws { try CodableJSON(json).encode(to: encoder) }
}
