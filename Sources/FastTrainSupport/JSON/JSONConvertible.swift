/// A value that can be converted to JSON and back without loss.
package protocol JSONConvertible: SendableMetatype {
    /// Creates a value from JSON. Returns `nil` if the JSON has a different type or is out of range.
    init?(json: JSON)
    /// The value as JSON.
    var json: JSON { get }
    /// A description of the JSON that `init(json:)` accepts, for messages.
    static var expectation: String { get }
}

extension Int: JSONConvertible {
    package init?(json: JSON) {
        guard case .integer(let value) = json else { return nil }
        self = value
    }

    package var json: JSON { .integer(self) }
    package static var expectation: String { "an integer" }
}

/// A number above `Int.max` is stored as a string of digits, because few JSON readers accept it as a number.
extension UInt64: JSONConvertible {
    package init?(json: JSON) {
        switch json {
        case .integer(let value) where value >= 0: self = UInt64(value)
        case .string(let digits):
            guard let value = UInt64(digits) else { return nil }
            self = value
        default: return nil
        }
    }

    package var json: JSON { Int(exactly: self).map(JSON.integer) ?? .string(String(self)) }
    package static var expectation: String { "an integer from 0 to 2^64 - 1" }
}

/// A finite number is stored as the shortest decimal that parses to the same bits. JSON has no other numbers, so these
/// are stored as the strings "NaN", "Infinity" and "-Infinity".
extension Double: JSONConvertible {
    package init?(json: JSON) {
        switch json {
        case .integer(let value): self = Double(value)
        case .number(let value): self = value
        case .string("NaN"): self = .nan
        case .string("Infinity"): self = .infinity
        case .string("-Infinity"): self = -.infinity
        default: return nil
        }
    }

    package var json: JSON {
        isFinite ? .number(self) : .string(isNaN ? "NaN" : self > 0 ? "Infinity" : "-Infinity")
    }
    package static var expectation: String { "a number" }
}

extension Bool: JSONConvertible {
    package init?(json: JSON) {
        guard case .bool(let value) = json else { return nil }
        self = value
    }

    package var json: JSON { .bool(self) }
    package static var expectation: String { "true or false" }
}

extension String: JSONConvertible {
    package init?(json: JSON) {
        guard case .string(let value) = json else { return nil }
        self = value
    }

    package var json: JSON { .string(self) }
    package static var expectation: String { "a string" }
}

extension Array: JSONConvertible where Element: JSONConvertible {
    package init?(json: JSON) {
        guard case .array(let values) = json else { return nil }
        self = []
        reserveCapacity(values.count)
        for value in values {
            guard let element = Element(json: value) else { return nil }
            append(element)
        }
    }

    package var json: JSON { .array(map(\.json)) }
    package static var expectation: String { "a list in which each element is \(Element.expectation)" }
}

/// `nil` is stored as `null`. A missing member is read as `nil`, too (see `ObjectReader`).
extension Optional: JSONConvertible where Wrapped: JSONConvertible {
    package init?(json: JSON) {
        if json == .null {
            self = .none
        } else if let value = Wrapped(json: json) {
            self = value
        } else {
            return nil
        }
    }

    package var json: JSON { self?.json ?? .null }
    package static var expectation: String { "\(Wrapped.expectation), or null" }
}

/// Any value, to be interpreted later.
extension JSON: JSONConvertible {
    package init?(json: JSON) { self = json }

    package var json: JSON { self }
    package static var expectation: String { "a value" }
}

/// An enumeration is stored by its raw values.
extension JSONConvertible where Self: RawRepresentable & CaseIterable, RawValue == String {
    package init?(json: JSON) {
        guard case .string(let name) = json else { return nil }
        self.init(rawValue: name)
    }

    package var json: JSON { .string(rawValue) }
    package static var expectation: String { "one of " + allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ") }
}

extension JSON {
    /// Parses JSON text that is a part of a file.
    ///
    /// - Parameters:
    ///   - text: The JSON text.
    ///   - file: The name of the file in errors.
    ///   - place: The position of the text in the file, for errors.
    /// - Throws: `.badData` at `place` if the text is malformed. The message contains the byte offset within the text.
    package init(parsing text: String, file: String, place: FastTrainError.Place) throws(FastTrainError) {
        do {
            try self.init(parsing: text, file: file)
        } catch .badData(_, let position, let expected, let found) {
            throw .badData(file: file, place: place, expected: expected, found: "\(found) at \(position) of the text")
        }
    }

    /// Parses JSON text that is a part of a file, given as bytes. Throws `.badData` also if they are not UTF-8.
    package init(
        parsing line: ArraySlice<UInt8>, file: String, place: FastTrainError.Place
    ) throws(FastTrainError) {
        guard let text = String(validating: line, as: UTF8.self) else {
            throw .badData(file: file, place: place, expected: "UTF-8 text", found: "invalid bytes")
        }
        try self.init(parsing: text, file: file, place: place)
    }

    /// The text for use in a message: one line, truncated if it is long.
    package var excerpt: String {
        let text = self.text
        return text.count <= 60 ? text : text.prefix(60) + "…"
    }

    /// The text formatted for people: each member of an object is on its own line, and so is each element of a list of
    /// lists or objects. Ends with a newline.
    package var page: String {
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
