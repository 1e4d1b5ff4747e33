/// Takes the members of a JSON object one by one. A member that is missing, has the wrong type or is not known is an
/// error that names it.
package struct ObjectReader {
    private var rest: [String: JSON] = [:]
    private let file: String
    /// The position of the object. The position of a member is derived from it.
    private let place: FastTrainError.Place
    private let lines: [String: Int]

    /// Creates a reader of an object.
    ///
    /// - Parameters:
    ///   - json: The object.
    ///   - file: The name of the file in errors.
    ///   - place: The position of the object in the file.
    ///   - lines: The lines of the members in the file, where they are known.
    /// - Throws: `.badData` if `json` is not an object.
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

    /// The member with this name, without taking it, or `nil` if there is none or it has been taken.
    package subscript(name: String) -> JSON? { rest[name] }

    /// Takes the member with this name. It may be missing if its type accepts `null`.
    ///
    /// - Throws: `.badData` if the member is missing or has the wrong type.
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

    /// Throws `.badData` if any member has not been taken.
    package func finish() throws(FastTrainError) {
        guard let (name, value) = rest.min(by: { $0.key < $1.key }) else { return }
        throw fault(name, expected: "no member of this name", found: value.excerpt)
    }

    /// Returns an error about a member.
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
