import CYAML

/// Reads libyaml's events one by one, so that content that is too deep or too large is rejected before it is in memory.
final class YAMLReader {
    private static let maxLevels = 32
    private static let maxValues = 100_000

    private let text: UnsafeBufferPointer<UInt8>
    private let file: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var event = yaml_event_t()
    private var values = 0
    /// The line of each name in the outermost mapping, counted from 1.
    private(set) var lines: [String: Int] = [:]

    /// Creates a reader of `text`, which must outlive the reader.
    init(_ text: UnsafeBufferPointer<UInt8>, file: String) throws(FastTrainError) {
        self.text = text
        self.file = file
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else { throw .internalError("libyaml: no memory") }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func document() throws(FastTrainError) -> JSON {
        try next()  // start of the stream
        try next()
        guard event.type == YAML_DOCUMENT_START_EVENT else { return .null }
        try next()
        let value = try value(level: 0)
        try next()  // end of the document
        try next()
        guard event.type == YAML_STREAM_END_EVENT else { throw fault("a single document", "a second one") }
        return value
    }

    private func next() throws(FastTrainError) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxFault() }
    }

    /// Reads the value that starts with the current event.
    private func value(level: Int) throws(FastTrainError) -> JSON {
        guard level < Self.maxLevels else { throw fault("at most \(Self.maxLevels) levels", "one more") }
        values += 1
        guard values <= Self.maxValues else { throw fault("at most \(Self.maxValues) values", "one more") }
        switch event.type {
        case YAML_SCALAR_EVENT:
            let text = try scalar()
            return event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? Self.meaning(of: text) : .string(text)
        case YAML_SEQUENCE_START_EVENT:
            try refuse(anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag)
            var elements: [JSON] = []
            try next()
            while event.type != YAML_SEQUENCE_END_EVENT {
                elements.append(try value(level: level + 1))
                try next()
            }
            return .array(elements)
        case YAML_MAPPING_START_EVENT:
            try refuse(anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag)
            return try mapping(level: level)
        default: throw fault("no alias (*)", "one")
        }
    }

    private func mapping(level: Int) throws(FastTrainError) -> JSON {
        var members: [JSON.Member] = []
        var names = Set<String>()
        try next()
        while event.type != YAML_MAPPING_END_EVENT {
            guard event.type == YAML_SCALAR_EVENT else {
                throw fault("a name before the colon", "another kind of value")
            }
            let name = try scalar()
            guard names.insert(name).inserted else { throw fault("each name once", "'\(name)' a second time") }
            if level == 0 { lines[name] = line }
            try next()
            members.append(JSON.Member(name, try value(level: level + 1)))
            try next()
        }
        return .object(members)
    }

    /// Returns the text of the current event.
    private func scalar() throws(FastTrainError) -> String {
        let scalar = event.data.scalar
        try refuse(anchor: scalar.anchor, tag: scalar.tag)
        let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        guard text.isStreamSafe else { throw fault(String.streamSafeExpectation, "more") }
        return text
    }

    private func refuse(anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?) throws(FastTrainError) {
        guard anchor == nil else { throw fault("no anchor (&)", "one") }
        guard tag == nil else { throw fault("no tag (!)", "one") }
    }

    /// Returns the value of an unquoted word.
    private static func meaning(of word: String) -> JSON {
        switch word {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        let isNumeric = word.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isNumeric, word.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return .string(word) }
        if let integer = Int(word) { return .integer(integer) }
        // Digits that do not fit into `Int` stay text, which `UInt64` reads.
        guard word.utf8.contains(where: { ".eE".utf8.contains($0) }), let number = Double(word), number.isFinite else {
            return .string(word)
        }
        return .number(number)
    }

    // MARK: - Faults

    private var line: Int { event.start_mark.line + 1 }

    private func fault(_ expected: String, _ found: String) -> FastTrainError {
        .badData(file: file, place: .line(line), expected: expected, found: found)
    }

    private func syntaxFault() -> FastTrainError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "an error"
        guard parser.pointee.error != YAML_MEMORY_ERROR else { return .internalError("libyaml: no memory") }
        let line =
            parser.pointee.error == YAML_READER_ERROR
            ? text.prefix(parser.pointee.problem_offset).count { $0 == 0x0A } : parser.pointee.problem_mark.line
        return .badData(
            file: file, place: .line(line + 1), expected: "valid YAML or JSON", found: "an error: \(problem)")
    }
}
