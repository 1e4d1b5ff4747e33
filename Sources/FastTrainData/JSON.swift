/// A JSON value. Objects keep the order of their members, so that what is written is the same byte for byte.
public enum JSON: Sendable, Equatable {
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

extension JSON {
    /// This value and those that it holds.
    var valueCount: Int {
        switch self {
        case .array(let values): values.reduce(1) { $0 + $1.valueCount }
        case .object(let members): members.reduce(1) { $0 + $1.value.valueCount }
        default: 1
        }
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
    /// value, at most 64 levels, 2^20 values, 65,536 bytes of a text. Throws `.badData` with `file` as the file's name.
    public init(parsing text: String, file: String) throws(FastTrainError) {
        var text = text
        let result = text.withUTF8 { (bytes) -> Result<JSON, JSONScanner.Failure> in
            var scanner = JSONScanner(UnsafeRawBufferPointer(bytes))
            var count = 0
            do throws(JSONScanner.Failure) {
                let value = try scanner.value(depth: 0, &count)
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
    /// Consumes any value. `count`: of the values so far.
    fileprivate mutating func value(depth: Int, _ count: inout Int) throws(Failure) -> JSON {
        guard depth < 64 else { throw failure("at most 64 levels") }
        count += 1
        guard count <= Self.mostValues else { throw failure("at most \(Self.mostValues) values") }
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [JSON.Member] = []
            try object { (scanner, key, _) throws(Failure) in
                members.append(JSON.Member(key, try scanner.value(depth: depth + 1, &count)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var values: [JSON] = []
            try array { (scanner) throws(Failure) in values.append(try scanner.value(depth: depth + 1, &count)) }
            return .array(values)
        case UInt8(ascii: "\""): return .string(try string(most: Self.mostNameBytes))
        default:
            if skipWord("true") { return .bool(true) }
            if skipWord("false") { return .bool(false) }
            if skipWord("null") { return .null }
            return try number()
        }
    }

    /// More than a number of 64 bits takes, however it is written.
    private static let mostDigits = 1024

    private mutating func number() throws(Failure) -> JSON {
        _ = peek()
        let start = position
        guard let first = peek(), first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { throw failure("a JSON value") }
        let digits = numberText()
        let text = String(decoding: digits.prefix(Self.mostDigits), as: UTF8.self)
        guard digits.count < Self.mostDigits, let number = Self.number(text) else {
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
