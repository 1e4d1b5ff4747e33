/// Takes the members of a JSON object one by one: a member that is missing, of the wrong kind or of no known name is
/// an error that names it.
package struct ObjectReader {
    private var rest: [String: JSON] = [:]
    private let file: String
    /// Where the object stands; a member's place follows from it.
    private let place: FastTrainError.Place
    private let lines: [String: Int]

    /// `lines`: in which line of the file a member stands, where that is known. Throws `.badData` unless `json` is an
    /// object.
    package init(
        _ json: JSON, file: String, place: FastTrainError.Place, lines: [String: Int] = [:]
    ) throws(FastTrainError) {
        guard case .object(let members) = json else {
            throw .badData(file: file, place: place, expected: "a JSON object", found: json.excerpt)
        }
        for member in members { rest[member.name] = member.value }
        self.file = file
        self.place = place
        self.lines = lines
    }

    /// The member of that name, untaken; nil if there is none or it was taken.
    package subscript(name: String) -> JSON? { rest[name] }

    /// The member of that name. One that may be null may also be missing.
    package mutating func take<Value: JSONConvertible>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(FastTrainError) -> Value {
        guard let json = rest.removeValue(forKey: name) else {
            if let none = Value(json: .null) { return none }
            throw fault(name, expected: Value.expectation, found: "no such member")
        }
        guard let value = Value(json: json) else {
            throw fault(name, expected: Value.expectation, found: json.excerpt)
        }
        return value
    }

    /// Throws `.badData` when a member was not taken.
    package func finish() throws(FastTrainError) {
        guard let (name, value) = rest.min(by: { $0.key < $1.key }) else { return }
        throw fault(name, expected: "no member of this name", found: value.excerpt)
    }

    /// What is wrong with a member, as an error.
    package func fault(_ name: String, expected: String, found: String) -> FastTrainError {
        if let line = lines[name] {
            return .badData(file: file, place: .line(line), expected: "'\(name)' to be \(expected)", found: found)
        }
        return switch place {
        case .file: .badData(file: file, place: .named(name), expected: expected, found: found)
        case .named(let base): .badData(file: file, place: .named("\(base).\(name)"), expected: expected, found: found)
        default: .badData(file: file, place: place, expected: "'\(name)' to be \(expected)", found: found)
        }
    }
}
