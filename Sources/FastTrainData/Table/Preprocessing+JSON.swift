/// The JSON in the metadata entry `preprocessing` of data sets, models and checkpoints, for example:
///
///     {"columns":[{"name":"age","kind":"number","offset":38.6,"divisor":13.6,"fill":37.0,"marked":true},
///                 {"name":"city","kind":"categories","values":["Oslo","Rome"],"marked":false}],
///      "targets":[{"name":"price","offset":0.0,"divisor":1.0}],
///      "window":{"length":3,"horizon":1}}
extension Preprocessing: JSONConvertible {
    package init?(json: JSON) { try? self.init(json: json, file: "", place: .file) }
    package static var expectation: String { "an object with columns and targets" }

    /// The name of the metadata entry.
    package static let key = "preprocessing"

    /// The value as JSON. `fill` and `window` are present only if they are set.
    package var json: JSON {
        var members = [
            JSON.Member("columns", .array(columns.map(\.json))), JSON.Member("targets", .array(targets.map(\.json))),
        ]
        if let window { members.append(JSON.Member("window", window.json)) }
        return .object(members)
    }

    /// Parses the output of `json`. Throws `.badData` with the name of the faulty member.
    package init(json: JSON, file: String, place: FastTrainError.Place) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: place)
        columns = try reader.take("columns")
        targets = try reader.take("targets")
        window = try reader.take("window")
        try reader.finish()
    }

    /// Reads the metadata entry of a file. Returns `nil` if there is none.
    package init?(metadata: [String: String], file: String) throws(FastTrainError) {
        guard let text = metadata[Self.key] else { return nil }
        let place = FastTrainError.Place.named(Self.key)
        self = try Preprocessing(json: JSON(parsing: text, file: file, place: place), file: file, place: place)
    }

    /// Throws `.badData` unless this makes features of `featureShape` and, for a regression, the targets of `task`.
    package func check(file: String, featureShape: [Int], task: Dataset.Task) throws(FastTrainError) {
        guard featureShape == [featureCount] else {
            throw .badData(
                file: file, place: .named(Self.key), expected: "columns that make features \(featureShape)",
                found: "\(featureCount) features")
        }
        switch task {
        case .classification:
            guard targets.count == 1 else {
                throw .badData(
                    file: file, place: .named(Self.key), expected: "one target, the classes' column",
                    found: "\(targets.count)")
            }
        case .regression(let names):
            guard targetNames == names else {
                throw .badData(
                    file: file, place: .named(Self.key), expected: "the targets \(names.joined(separator: ", "))",
                    found: targetNames.joined(separator: ", "))
            }
        }
    }
}

extension Preprocessing.Column: JSONConvertible {
    package static var expectation: String {
        "an object with a name and the kind number or categories, with what belongs to it"
    }

    package init?(json: JSON) {
        guard let column = try? Self.read(json) else { return nil }
        self = column
    }

    private static func read(_ json: JSON) throws(FastTrainError) -> Self? {
        var reader = try ObjectReader(json, file: "", place: .file)
        let (name, kind): (String, String) = (try reader.take("name"), try reader.take("kind"))
        let isMarked: Bool = try reader.take("marked")
        let column: Self
        switch kind {
        case "number":
            let fill: Double? = try reader.take("fill")
            guard let scale = Preprocessing.Scale(&reader), fill?.isFinite ?? true else { return nil }
            column = Self(name: name, kind: .number(scale, fill: fill, isMarked: isMarked))
        case "categories":
            let values: [String] = try reader.take("values")
            guard Set(values).count == values.count else { return nil }
            column = Self(name: name, kind: .categories(values, isMarked: isMarked))
        default: return nil
        }
        try reader.finish()
        return column
    }

    package var json: JSON {
        var members = [JSON.Member("name", name.json)]
        switch kind {
        case .number(let scale, let fill, let isMarked):
            members += [JSON.Member("kind", "number".json)] + scale.members
            if let fill { members.append(JSON.Member("fill", fill.json)) }
            members.append(JSON.Member("marked", isMarked.json))
        case .categories(let values, let isMarked):
            members += [
                JSON.Member("kind", "categories".json), JSON.Member("values", values.json),
                JSON.Member("marked", isMarked.json),
            ]
        }
        return .object(members)
    }
}

extension Preprocessing.Target: JSONConvertible {
    package static var expectation: String { "an object with name, offset and divisor" }

    package init?(json: JSON) {
        guard var reader = try? ObjectReader(json, file: "", place: .file), let name: String = try? reader.take("name"),
            let scale = Preprocessing.Scale(&reader), (try? reader.finish()) != nil
        else { return nil }
        self.init(name: name, scale: scale)
    }

    package var json: JSON { .object([JSON.Member("name", name.json)] + scale.members) }
}

extension Preprocessing.Window: JSONConvertible {
    package static var expectation: String { "an object with length and horizon, each at least 1" }

    package init?(json: JSON) {
        guard var reader = try? ObjectReader(json, file: "", place: .file),
            let length: Int = try? reader.take("length"),
            let horizon: Int = try? reader.take("horizon"), (try? reader.finish()) != nil, length >= 1, horizon >= 1,
            length < 1 << 31, horizon < 1 << 31
        else { return nil }
        self.init(length: length, horizon: horizon)
    }

    package var json: JSON {
        .object([JSON.Member("length", length.json), JSON.Member("horizon", horizon.json)])
    }
}

extension Preprocessing.Scale {
    fileprivate init?(_ reader: inout ObjectReader) {
        guard let offset: Double = try? reader.take("offset"), let divisor: Double = try? reader.take("divisor"),
            offset.isFinite, divisor.isFinite, divisor > 0
        else { return nil }
        self.init(offset: offset, divisor: divisor)
    }

    fileprivate var members: [JSON.Member] {
        [JSON.Member("offset", offset.json), JSON.Member("divisor", divisor.json)]
    }
}
