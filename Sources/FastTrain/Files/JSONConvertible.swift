/// A value that our files hold as JSON and give back exactly.
protocol JSONConvertible: SendableMetatype {
    /// nil when the JSON is of another kind or out of range.
    init?(json: JSON)
    var json: JSON { get }
    /// What `init(json:)` takes, for messages.
    static var expectation: String { get }
}

extension Int: JSONConvertible {
    init?(json: JSON) {
        guard case .integer(let value) = json else { return nil }
        self = value
    }

    var json: JSON { .integer(self) }
    static var expectation: String { "an integer" }
}

/// A number above `Int.max` is a string of its digits, as few JSON readers take it otherwise.
extension UInt64: JSONConvertible {
    init?(json: JSON) {
        switch json {
        case .integer(let value) where value >= 0: self = UInt64(value)
        case .string(let digits):
            guard let value = UInt64(digits) else { return nil }
            self = value
        default: return nil
        }
    }

    var json: JSON { Int(exactly: self).map(JSON.integer) ?? .string(String(self)) }
    static var expectation: String { "an integer from 0 to 2^64 - 1" }
}

/// Finite numbers as the shortest decimal that reads back as the same bits. JSON has no others: those are the strings
/// "NaN", "Infinity" and "-Infinity".
extension Double: JSONConvertible {
    init?(json: JSON) {
        switch json {
        case .integer(let value): self = Double(value)
        case .number(let value): self = value
        case .string("NaN"): self = .nan
        case .string("Infinity"): self = .infinity
        case .string("-Infinity"): self = -.infinity
        default: return nil
        }
    }

    var json: JSON {
        isFinite ? .number(self) : .string(isNaN ? "NaN" : self > 0 ? "Infinity" : "-Infinity")
    }
    static var expectation: String { "a number" }
}

extension Bool: JSONConvertible {
    init?(json: JSON) {
        guard case .bool(let value) = json else { return nil }
        self = value
    }

    var json: JSON { .bool(self) }
    static var expectation: String { "true or false" }
}

extension String: JSONConvertible {
    init?(json: JSON) {
        guard case .string(let value) = json else { return nil }
        self = value
    }

    var json: JSON { .string(self) }
    static var expectation: String { "a string" }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    init?(json: JSON) {
        guard case .array(let values) = json else { return nil }
        self = []
        reserveCapacity(values.count)
        for value in values {
            guard let element = Element(json: value) else { return nil }
            append(element)
        }
    }

    var json: JSON { .array(map(\.json)) }
    static var expectation: String { "a list, each element \(Element.expectation)" }
}

/// nil is `null`, and so is a member that is not there (see `ObjectReader`).
extension Optional: JSONConvertible where Wrapped: JSONConvertible {
    init?(json: JSON) {
        if json == .null {
            self = .none
        } else if let value = Wrapped(json: json) {
            self = value
        } else {
            return nil
        }
    }

    var json: JSON { self?.json ?? .null }
    static var expectation: String { "\(Wrapped.expectation), or null" }
}

/// Choices by their names.
extension JSONConvertible where Self: RawRepresentable & CaseIterable, RawValue == String {
    init?(json: JSON) {
        guard case .string(let name) = json else { return nil }
        self.init(rawValue: name)
    }

    var json: JSON { .string(rawValue) }
    static var expectation: String { "one of " + allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") }
}

extension Activation: JSONConvertible {}
extension Normalization: JSONConvertible {}
extension Loss: JSONConvertible {}
extension Optimizer: JSONConvertible {}
extension Schedule: JSONConvertible {}
extension Precision: JSONConvertible {}
extension Monitor: JSONConvertible {}

extension JSON {
    /// Reads JSON text that stands within a file: a fault has the text's place, and tells the byte within the text.
    init(parsing text: String, file: String, place: FastTrainError.Place) throws(FastTrainError) {
        do {
            try self.init(parsing: text, file: file)
        } catch .badData(_, let position, let expected, let found) {
            throw .badData(file: file, place: place, expected: expected, found: "\(found) at \(position) of it")
        }
    }

    /// The text for a message: one line, cut when long.
    var excerpt: String {
        let text = self.text
        return text.count <= 60 ? text : text.prefix(60) + "…"
    }

    /// The text for a person: each member of an object on a line of its own, and likewise each element of a list of
    /// lists or objects. Ends with a newline.
    var page: String {
        guard case .object(let members) = self, !members.isEmpty else { return text + "\n" }
        let lines = members.map { "  \(JSON.string($0.name).text): \($0.value.rows)" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    private var rows: String {
        guard case .array(let elements) = self, let first = elements.first else { return text }
        switch first {
        case .array, .object: return "[\n" + elements.map { "    " + $0.text }.joined(separator: ",\n") + "\n  ]"
        default: return text
        }
    }
}
