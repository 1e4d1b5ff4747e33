/// Reads the `__metadata__` entries of a model or checkpoint file. Every fault is a `.badData` error that names the
/// entry.
struct MetadataReader {
    let file: SafeTensors

    /// Checks the format entry and verifies the digest, so that everything read afterwards is as it was written.
    ///
    /// - Parameters:
    ///   - file: The open file.
    ///   - formats: The accepted values of the entry `format`.
    /// - Throws: `.badData` if the format is not accepted or the digest does not match.
    init(_ file: SafeTensors, formats: [String]) throws(FastTrainError) {
        self.file = file
        let format = file.metadata["format"]
        guard let format, formats.contains(format) else {
            throw fault("format", expected: formats.joined(separator: " or "), found: format ?? "no such entry")
        }
        _ = try file.verifyDigest()
    }

    /// Returns the text of an entry.
    func text(_ key: String) throws(FastTrainError) -> String {
        guard let text = file.metadata[key] else { throw fault(key, expected: "an entry", found: "no such entry") }
        return text
    }

    /// Returns the value of an entry that holds JSON.
    func json(_ key: String) throws(FastTrainError) -> JSON {
        try JSON(parsing: text(key), file: file.name, place: .named(key))
    }

    /// Returns the value of an entry that holds a JSON array of at least one element.
    func list<Element: JSONConvertible>(_ key: String, of type: Element.Type) throws(FastTrainError) -> [Element] {
        let json = try json(key)
        guard let list = [Element](json: json), !list.isEmpty else {
            throw fault(
                key, expected: "a list of at least one element, each \(Element.expectation)", found: json.excerpt)
        }
        return list
    }

    /// Returns the value of an entry that holds an integer of at least `least`.
    func integer(_ key: String, from least: Int) throws(FastTrainError) -> Int {
        let text = try text(key)
        guard let value = Int(text), value >= least else {
            throw fault(key, expected: "an integer of at least \(least)", found: text)
        }
        return value
    }

    /// Returns an error that describes a wrong entry.
    func fault(_ key: String, expected: String, found: String) -> FastTrainError {
        .badData(file: file.name, place: .named(key), expected: expected, found: found)
    }
}
