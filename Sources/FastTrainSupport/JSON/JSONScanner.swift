/// A strict scanner that reads JSON text (RFC 8259) token by token and keeps track of its position.
///
/// The header of a safetensors file is read with it directly, so that errors have a byte offset, and opening a file
/// takes a single pass over its header.
package struct JSONScanner {
    /// A syntax error and its position in the text.
    package struct Failure: Error, Equatable {
        var offset: Int
        var expected: String
        var found: String
    }

    /// The maximum size of a name or string in bytes, before escapes are decoded. Metadata entries may be longer.
    package static let maxNameBytes = 65_536
    /// The maximum number of members of an object: enough for the tensors of a thousand layers with their optimizer
    /// state.
    package static let maxMembers = 100_000
    /// The maximum number of values in a text: enough for the records of the largest allowed number of epochs.
    package static let maxValues = 1 << 20

    private let text: UnsafeRawBufferPointer
    /// The offset of the next unread byte.
    private(set) var position = 0

    /// Creates a scanner at the start of UTF-8 text, which must outlive the scanner.
    package init(_ text: UnsafeRawBufferPointer) { self.text = text }

    /// Returns the next byte that is not white space, without consuming it, or `nil` at the end.
    package mutating func peek() -> UInt8? {
        while position < text.count, Self.isSpace(text[position]) { position += 1 }
        return position < text.count ? text[position] : nil
    }

    /// Consumes white space and `byte` if it comes next. Returns whether it did.
    package mutating func skip(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// Consumes white space and `byte`, or throws if something else comes next.
    package mutating func expect(_ byte: UInt8) throws(Failure) {
        guard skip(byte) else { throw failure("'\(Character(UnicodeScalar(byte)))'") }
    }

    /// Consumes white space up to the end of the text, or throws if something else comes next.
    package mutating func expectEnd() throws(Failure) {
        guard peek() == nil else { throw failure("the end of the JSON text") }
    }

    /// Consumes a word such as `true` if it comes next. Returns whether it did.
    package mutating func skipWord(_ word: StaticString) -> Bool {
        _ = peek()
        let count = word.utf8CodeUnitCount
        guard text.count - position >= count else { return false }
        for index in 0..<count where text[position + index] != word.utf8Start[index] { return false }
        position += count
        return true
    }

    /// Consumes `{ "key": … }`, calling `member` with each key in front of its value. Throws if a key is repeated.
    package mutating func object(
        _ member: (inout JSONScanner, _ key: String, _ keyOffset: Int) throws(Failure) -> Void
    ) throws(Failure) {
        try expect(UInt8(ascii: "{"))
        if skip(UInt8(ascii: "}")) { return }
        var keys = Set<String>()
        repeat {
            _ = peek()
            let offset = position
            let key = try string(maxBytes: Self.maxNameBytes)
            guard keys.count < Self.maxMembers else {
                throw Failure(offset: offset, expected: "at most \(Self.maxMembers) members", found: "one more")
            }
            guard keys.insert(key).inserted else {
                throw Failure(offset: offset, expected: "each name once", found: "\"\(key)\" a second time")
            }
            try expect(UInt8(ascii: ":"))
            try member(&self, key, offset)
        } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
    }

    /// Consumes `[ … ]`, calling `element` in front of each value.
    package mutating func array(_ element: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
        try expect(UInt8(ascii: "["))
        if skip(UInt8(ascii: "]")) { return }
        repeat { try element(&self) } while skip(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
    }

    /// Consumes an integer from 0 to `Int.max` without a fraction or an exponent.
    package mutating func count() throws(Failure) -> Int {
        _ = peek()
        let start = position
        let digits = numberText()
        guard let first = digits.first, digits.allSatisfy(Self.isDigit), first != UInt8(ascii: "0") || digits.count == 1
        else {
            position = start
            throw failure("an integer of at least 0")
        }
        guard digits.count < 20, let value = Int(String(decoding: digits, as: UTF8.self)) else {
            throw Failure(
                offset: start, expected: "an integer below 2^63",
                found: String(decoding: digits.prefix(40), as: UTF8.self))
        }
        return value
    }

    /// Consumes the characters that can be part of a number.
    package mutating func numberText() -> UnsafeRawBufferPointer {
        _ = peek()
        let start = position
        while position < text.count, Self.isDigit(text[position]) || "+-.eE".utf8.contains(text[position]) {
            position += 1
        }
        return UnsafeRawBufferPointer(rebasing: text[start..<position])
    }

    /// Consumes a string and decodes its escapes.
    ///
    /// - Parameter maxBytes: The maximum size of the string in bytes, before escapes are decoded.
    /// - Throws: A failure if the string is longer, malformed or not `isStreamSafe`.
    package mutating func string(maxBytes: Int = .max) throws(Failure) -> String {
        guard skip(UInt8(ascii: "\"")) else { throw failure("a string") }
        let start = position
        var hasEscapes = false
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            guard text[position] >= 0x20 else { throw failure("a control character to be escaped") }
            guard position - start < maxBytes else {
                throw Failure(offset: start, expected: "at most \(maxBytes) bytes", found: "a longer string")
            }
            if text[position] == UInt8(ascii: "\\") {
                hasEscapes = true
                position += 1
            }
            position += 1
        }
        guard position < text.count else {
            position = text.count
            throw failure("the end of a string")
        }
        let end = position
        // Each escape stands for whole characters, so the raw bytes are valid UTF-8 if and only if the decoded ones
        // are.
        let raw = UnsafeRawBufferPointer(rebasing: text[start..<end]).assumingMemoryBound(to: UInt8.self)
        let isStreamSafe: Bool
        do { isStreamSafe = try UTF8Span(validating: raw.span).isStreamSafe } catch {
            throw Failure(offset: start, expected: "a string of valid UTF-8", found: "invalid bytes")
        }
        func tooManyMarks() -> Failure {
            Failure(offset: start, expected: String.streamSafeExpectation, found: "more")
        }
        guard isStreamSafe else { throw tooManyMarks() }
        position = start
        let string = hasEscapes ? try decoded(to: end) : String(decoding: raw, as: UTF8.self)
        guard !hasEscapes || string.isStreamSafe else { throw tooManyMarks() }
        position = end + 1
        return string
    }

    /// Decodes the escapes in the valid UTF-8 from `position` to `end`. It writes directly into the string, which may
    /// be long.
    private mutating func decoded(to end: Int) throws(Failure) -> String {
        var failure: Failure?
        let string = String(unsafeUninitializedCapacity: end - position) { buffer in
            var count = 0
            func append(_ byte: UInt8) {
                buffer[count] = byte
                count += 1
            }
            do throws(Failure) {
                while position < end {
                    guard text[position] == UInt8(ascii: "\\") else {
                        append(text[position])
                        position += 1
                        continue
                    }
                    try decodeEscape(append)
                }
            } catch {
                failure = error
            }
            return count
        }
        if let failure { throw failure }
        return string
    }

    /// Returns a failure at the current position, naming the byte found there.
    package func failure(_ expected: String) -> Failure {
        guard position < text.count else { return Failure(offset: position, expected: expected, found: "the end") }
        let byte = text[position]
        let found = (0x21..<0x7F).contains(byte) ? "'\(Character(UnicodeScalar(byte)))'" : "byte 0x\(hexadecimal(byte))"
        return Failure(offset: position, expected: expected, found: found)
    }

    private mutating func decodeEscape(_ append: (UInt8) -> Void) throws(Failure) {
        position += 1
        switch text[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): append(text[position])
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "u"): return String(Character(try unicodeEscape())).utf8.forEach(append)
        default: throw failure("an escape sequence")
        }
        position += 1
    }

    /// Decodes `uXXXX`, or a surrogate pair `uXXXX\uXXXX`.
    private mutating func unicodeEscape() throws(Failure) -> UnicodeScalar {
        let start = position
        let high = try fourHexDigits()
        if let scalar = UnicodeScalar(high) { return scalar }
        if (0xD800..<0xDC00).contains(high), position < text.count, text[position] == UInt8(ascii: "\\") {
            position += 1
            let low = try fourHexDigits()
            if (0xDC00..<0xE000).contains(low),
                let scalar = UnicodeScalar((high - 0xD800) << 10 + (low - 0xDC00) + 0x10000)
            {
                return scalar
            }
        }
        throw Failure(offset: start, expected: "a pair of surrogates", found: "only half of one")
    }

    private mutating func fourHexDigits() throws(Failure) -> UInt32 {
        guard position < text.count, text[position] == UInt8(ascii: "u") else { throw failure("a \\u escape") }
        position += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < text.count, let digit = Character(UnicodeScalar(text[position])).hexDigitValue,
                text[position] < 0x80
            else { throw failure("a hexadecimal digit") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    package static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
