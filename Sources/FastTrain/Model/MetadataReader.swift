/// Reads the `__metadata__` of a model or a checkpoint. Every fault is `.badData` that names the entry.
struct MetadataReader {
    let file: SafeTensors

    /// Throws unless the file says that it is of one of these formats and its digest is right; so what comes after
    /// deals with a file as it was written. Returns the format.
    init(_ file: SafeTensors, formats: [String]) throws(FastTrainError) {
        self.file = file
        let format = file.metadata["format"]
        guard let format, formats.contains(format) else {
            throw fault("format", expected: formats.joined(separator: " or "), found: format ?? "no such entry")
        }
        _ = try file.verifyDigest()
    }

    /// The entry's text.
    func text(_ key: String) throws(FastTrainError) -> String {
        guard let text = file.metadata[key] else { throw fault(key, expected: "an entry", found: "no such entry") }
        return text
    }

    /// The entry's text as JSON.
    func json(_ key: String) throws(FastTrainError) -> JSON {
        try JSON(parsing: text(key), file: file.name, place: .named(key))
    }

    /// The entry's JSON as a list of at least one element.
    func list<Element: JSONConvertible>(_ key: String, of type: Element.Type) throws(FastTrainError) -> [Element] {
        let json = try json(key)
        guard let list = [Element](json: json), !list.isEmpty else {
            throw fault(
                key, expected: "a list of at least one element, each \(Element.expectation)", found: json.excerpt)
        }
        return list
    }

    /// The entry as an integer of at least `least`.
    func integer(_ key: String, from least: Int) throws(FastTrainError) -> Int {
        let text = try text(key)
        guard let value = Int(text), value >= least else {
            throw fault(key, expected: "an integer of at least \(least)", found: text)
        }
        return value
    }

    /// An entry that is wrong.
    func fault(_ key: String, expected: String, found: String) -> FastTrainError {
        .badData(file: file.name, place: .named(key), expected: expected, found: found)
    }
}
