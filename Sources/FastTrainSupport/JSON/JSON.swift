/// A JSON value. Objects preserve the order of their members, so that the same value is always written as the same
/// bytes.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// A number with a fraction or an exponent. JSON has no NaN or infinities, so these are written as `null`.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// A member of an object: a name and its value.
    package struct Member: Sendable, Equatable {
        /// The name.
        package let name: String
        /// The value.
        package let value: JSON

        /// Creates a member from its name and value.
        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the first member with this name, or `nil` if there is none or the value is not an object.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

extension JSON {
    /// The number of values in this tree, including this one.
    package var valueCount: Int {
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
    package var text: String {
        // Bytes, because appending to a string is eight times slower, and a history can reach a megabyte.
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .number(let value): bytes += (value.isFinite ? String(value) : "null").utf8
        case .string(let value): Self.write(value, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ string: String, to bytes: inout [UInt8]) {
        var string = string
        bytes.append(UInt8(ascii: "\""))
        string.withUTF8 { text in
            // The first byte that is not yet written.
            var start = 0
            var index = 0
            while index < text.count {
                guard let (byteCount, escape) = escape(of: text, at: index) else {
                    index += 1
                    continue
                }
                bytes += text[start..<index]
                bytes += escape.utf8
                index += byteCount
                start = index
            }
            bytes += text[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Returns the escape sequence for the character at `index` and the number of bytes it replaces, or `nil` if the
    /// character needs none.
    ///
    /// This also escapes characters that YAML, but not JSON, requires to be escaped: the recipe.json of a run can be
    /// used as a YAML configuration.
    @inline(__always)
    private static func escape(
        of text: UnsafeBufferPointer<UInt8>, at index: Int
    ) -> (byteCount: Int, escape: String)? {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "\""): return (1, "\\\"")
        case UInt8(ascii: "\\"): return (1, "\\\\")
        case UInt8(ascii: "\n"): return (1, "\\n")
        case UInt8(ascii: "\r"): return (1, "\\r")
        case UInt8(ascii: "\t"): return (1, "\\t")
        case 0..<0x20, 0x7F: return (1, "\\u00" + hexadecimal(byte))
        // U+0080 to U+009F, which are control characters as well.
        case 0xC2 where text[index + 1] < 0xA0: return (2, "\\u00" + hexadecimal(text[index + 1]))
        // The byte order mark, and the noncharacters U+FFFE and U+FFFF.
        case 0xEF where text[index + 1] == 0xBB && text[index + 2] == 0xBF: return (3, "\\ufeff")
        case 0xEF where text[index + 1] == 0xBF && text[index + 2] >= 0xBE:
            return (3, "\\uff" + (text[index + 2] == 0xBE ? "fe" : "ff"))
        default: return nil
        }
    }
}

// MARK: - Reading

extension JSON {
    /// Parses JSON text (RFC 8259).
    ///
    /// Parsing is strict: names must be unique within an object, integers must fit into `Int`, and nothing may follow
    /// the value. There may be at most 64 levels, 2²⁰ values, and 65,536 bytes in a string.
    ///
    /// - Parameters:
    ///   - text: The JSON text.
    ///   - file: The name of the file in errors.
    /// - Throws: `.badData` with a byte offset if the text is malformed.
    package init(parsing text: String, file: String) throws(FastTrainError) {
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
    /// Consumes any value. `count` is the number of values so far.
    fileprivate mutating func value(depth: Int, _ count: inout Int) throws(Failure) -> JSON {
        guard depth < 64 else { throw failure("at most 64 levels") }
        count += 1
        guard count <= Self.maxValues else { throw failure("at most \(Self.maxValues) values") }
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
        case UInt8(ascii: "\""): return .string(try string(maxBytes: Self.maxNameBytes))
        default:
            if skipWord("true") { return .bool(true) }
            if skipWord("false") { return .bool(false) }
            if skipWord("null") { return .null }
            return try number()
        }
    }

    /// More digits than a 64-bit number takes in any notation.
    private static let maxDigits = 1024

    private mutating func number() throws(Failure) -> JSON {
        _ = peek()
        let start = position
        guard let first = peek(), first == UInt8(ascii: "-") || Self.isDigit(first) else {
            throw failure("a JSON value")
        }
        let digits = numberText()
        guard digits.count < Self.maxDigits, let number = Self.number(digits) else {
            throw Failure(
                offset: start, expected: "a number within 64 bits",
                found: String(decoding: digits.prefix(40), as: UTF8.self))
        }
        return number
    }

    /// Returns the number in `text`, according to the grammar of JSON, or `nil` if it is malformed or out of range.
    private static func number(_ text: UnsafeRawBufferPointer) -> JSON? {
        var place = 0
        func skipDigits() -> Int {
            let start = place
            while place < text.count, isDigit(text[place]) { place += 1 }
            return place - start
        }
        /// Skips one of `choices` if it comes next.
        func skip(_ choices: UInt8...) -> Bool {
            guard place < text.count, choices.contains(text[place]) else { return false }
            place += 1
            return true
        }
        _ = skip(UInt8(ascii: "-"))
        let leadingZero = place < text.count && text[place] == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0, !leadingZero || digits == 1 else { return nil }
        if place == text.count { return Int(String(decoding: text, as: UTF8.self)).map(JSON.integer) }
        if skip(UInt8(ascii: ".")) {
            guard skipDigits() > 0 else { return nil }
        }
        if skip(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            _ = skip(UInt8(ascii: "+"), UInt8(ascii: "-"))
            guard skipDigits() > 0 else { return nil }
        }
        guard place == text.count, let value = DecimalNumber.parse(text.bindMemory(to: UInt8.self)), value.isFinite
        else { return nil }
        return .number(value)
    }
}
