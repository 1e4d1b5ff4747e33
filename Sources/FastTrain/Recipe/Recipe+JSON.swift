extension Recipe {
    /// The recipe as a JSON object with names in snake case. Numbers are exact to the bit.
    package var json: JSON { .object(jsonMembers) }

    var jsonMembers: [JSON.Member] {
        Self.settings.filter { !$0.isOmitted(in: self) }.map { JSON.Member($0.name, $0.json(self)) }
    }

    /// Reads a recipe from the object that `json` writes, and checks it as `validate()` does.
    ///
    /// Settings that files of earlier versions lack may be missing; they get their defaults.
    ///
    /// - Parameters:
    ///   - json: The object.
    ///   - file: The file's name for error messages.
    /// - Throws: `.badData` that names a member which is missing, unknown, of the wrong type or out of range.
    package init(json: JSON, file: String) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: .file)
        try self.init(&reader)
        try reader.finish()
    }

    /// Takes the recipe's members from an object that may have others.
    init(_ reader: inout ObjectReader) throws(FastTrainError) {
        self.init()
        for setting in Self.settings { try setting.read(&self, &reader) }
        if let fault { throw reader.fault(fault.field, expected: fault.expected, found: fault.found) }
    }

    /// Returns the settings in which two recipes differ, by their names in `recipe.json`.
    package func differences(from other: Recipe) -> [(field: String, mine: String, theirs: String)] {
        Self.settings.compactMap { setting in
            let (mine, theirs) = (setting.json(self), setting.json(other))
            return mine == theirs ? nil : (setting.name, mine.text, theirs.text)
        }
    }
}
