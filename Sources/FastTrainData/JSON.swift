/// A JSON value. Objects keep the order of their members, so that what is written is the same byte for byte.
public indirect enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number with a fraction or an exponent. NaN and infinities are written as `null`: JSON has none.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A name and its value in an object.
    public struct Member: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSON

        /// A member of that name and value.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the first member of that name, if this is an object that has one.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

// MARK: - Writing

extension JSON {
    /// The value as JSON text on one line, without spaces.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? String(value) : "null"
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.name, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ": text += "\\u00" + hexadecimal(UInt8(scalar.value))
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

// MARK: - Reading

extension JSON {
    /// Reads JSON text (RFC 8259). Strict: no name twice in an object, no integer outside `Int`, nothing after the
    /// value, at most 64 levels. Throws `.badData` with `file` as the file's name.
    public init(parsing text: String, file: String) throws(FastTrainError) {
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes { (buffer) -> Result<JSON, JSONScanner.Failure> in
            var scanner = JSONScanner(buffer)
            do throws(JSONScanner.Failure) {
                let value = try scanner.value(depth: 0)
                try scanner.expectEnd()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let value): self = value
        case .failure(let failure):
            throw .badData(
                file: file, place: .byte(UInt64(failure.offset)), expected: failure.expected, found: failure.found)
        }
    }
}

extension JSONScanner {
    /// Consumes any value.
    fileprivate mutating func value(depth: Int) throws(Failure) -> JSON {
        guard depth < 64 else { throw failure("at most 64 levels") }
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [JSON.Member] = []
            try object { (scanner, key, _) throws(Failure) in
                members.append(JSON.Member(key, try scanner.value(depth: depth + 1)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var values: [JSON] = []
            try array { (scanner) throws(Failure) in values.append(try scanner.value(depth: depth + 1)) }
            return .array(values)
        case UInt8(ascii: "\""): return .string(try string())
        default:
            if skipWord("true") { return .bool(true) }
            if skipWord("false") { return .bool(false) }
            if skipWord("null") { return .null }
            return try number()
        }
    }

    private mutating func number() throws(Failure) -> JSON {
        _ = peek()
        let start = position
        guard let first = peek(), first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { throw failure("a JSON value") }
        let text = String(decoding: numberText(), as: UTF8.self)
        guard let number = Self.number(text) else {
            throw Failure(offset: start, expected: "a number within 64 bits", found: String(text.prefix(40)))
        }
        return number
    }

    /// The number that `text` is, by JSON's grammar; nil when it is none or does not fit.
    private static func number(_ text: String) -> JSON? {
        var rest = Substring(text)
        func skipDigits() -> Int {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest.removeFirst(digits.count)
            return digits.count
        }
        func skip(_ characters: String) -> Bool {
            guard let first = rest.first, characters.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        _ = skip("-")
        let leadingZero = rest.first == "0"
        let digits = skipDigits()
        guard digits > 0, !leadingZero || digits == 1 else { return nil }
        if rest.isEmpty { return Int(text).map(JSON.integer) }
        if skip(".") {
            guard skipDigits() > 0 else { return nil }
        }
        if skip("eE") {
            _ = skip("+-")
            guard skipDigits() > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(text), value.isFinite else { return nil }
        return .number(value)
    }
}
