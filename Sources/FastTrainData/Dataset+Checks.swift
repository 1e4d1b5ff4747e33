extension Dataset {
    /// The maximum number of classes without given names. A larger label indicates damage rather than a class.
    static let maxUnnamedClasses = 65_536

    /// Creates a data set from tensors after checking that they form one.
    ///
    /// - Parameters:
    ///   - name: The name of the data set in errors.
    ///   - train: The training rows.
    ///   - test: The test rows, if any.
    ///   - task: The task, or `nil` to derive it from the targets: labels are classes and numbers are targets, named
    ///     "0", "1", ….
    ///   - scale: The scale of U8 features.
    ///   - preprocessing: How the features were made from a table, if they were.
    ///   - fingerprint: The fingerprint, or `nil` to compute it from the elements and shapes.
    /// - Throws: `.badData` if the tensors do not form a data set.
    init(
        name: String, train: RawSplit, test: RawSplit?, task: Task?, scale: Float,
        preprocessing: Preprocessing? = nil, fingerprint: String? = nil
    ) throws(FastTrainError) {
        defer {
            extendLifetime(train)
            extendLifetime(test)
        }
        let shape = try Self.checkFeatures(train.x)
        if let test {
            guard try Self.checkFeatures(test.x) == shape, test.x.type == train.x.type else {
                throw test.x.fault(
                    "rows like the training rows, \(train.x.type.rawValue) \(shape)",
                    "\(test.x.type.rawValue) \(Array(test.x.shape.dropFirst()))")
            }
        }
        for split in [train, test].compactMap({ $0 }) { try Self.checkRows(split) }
        let task = if let task { task } else { try Self.unnamedTask([train, test].compactMap { $0 }) }
        try Self.checkTask(task, name: name)
        try preprocessing?.check(file: name, featureShape: shape, task: task)
        self.name = name
        self.task = task
        featureShape = shape
        self.preprocessing = preprocessing
        func split(_ raw: RawSplit) throws(FastTrainError) -> DataSplit {
            try Self.split(raw, name: name, shape: shape, task, scale, preprocessing)
        }
        self.train = try split(train)
        self.test = if let test { try split(test) } else { nil }
        self.fingerprint = fingerprint ?? Self.hash([train, test].compactMap { $0 })
    }

    /// The maximum number of rows. Minibatches are gathered by 32-bit row indices.
    static let maxRows = Int(Int32.max)

    /// Checks that there are as many targets as rows of features, and at most `maxRows`.
    private static func checkRows(_ split: RawSplit) throws(FastTrainError) {
        guard split.x.rows <= maxRows else { throw split.x.fault("at most \(maxRows) rows", "\(split.x.rows)") }
        guard split.y.rows == split.x.rows else {
            throw RawSplit.otherRows(split.x.rows, file: split.y.file, place: split.y.place, found: split.y.rows)
        }
        guard !split.y.shape.contains(0) else { throw split.y.fault("no extent of 0", "\(split.y.shape)") }
    }

    /// Returns the task that the type of the targets implies.
    private static func unnamedTask(_ splits: [RawSplit]) throws(FastTrainError) -> Task {
        if splits[0].y.type == .f32 {
            let outputs = splits[0].y.shape.count == 1 ? 1 : splits[0].y.shape.last ?? 0
            guard outputs <= maxUnnamedClasses else {
                throw splits[0].y.fault("at most \(maxUnnamedClasses) targets a row", "\(outputs)")
            }
            return .regression(targets: (0..<outputs).map(String.init))
        }
        var classCount = 1
        for split in splits {
            let targets = try labels(split.y, classCount: maxUnnamedClasses)
            for row in 0..<split.y.rows { classCount = max(classCount, targets.label(row) + 1) }
        }
        return .classification(classes: (0..<classCount).map(String.init))
    }

    /// Checks that there are names, that they are distinct, and that they can be read back from a file.
    private static func checkTask(_ task: Task, name: String) throws(FastTrainError) {
        let (list, names) =
            switch task {
            case .classification(let classes): ("classes", classes)
            case .regression(let targets): ("targets", targets)
            }
        guard !names.isEmpty else {
            throw .badData(file: name, place: .named(list), expected: "at least one name", found: "none")
        }
        guard names.count < JSONScanner.maxValues,
            // The size as written, with escapes for control characters.
            names.allSatisfy({ JSON.string($0).text.utf8.count - 2 <= JSONScanner.maxNameBytes })
        else {
            throw .badData(
                file: name, place: .named(list),
                expected:
                    "fewer than \(JSONScanner.maxValues) names, each of at most \(JSONScanner.maxNameBytes) bytes "
                    + "(6 for a control character)",
                found: "more")
        }
        guard names.allSatisfy(\.isStreamSafe) else {
            throw .badData(
                file: name, place: .named(list), expected: "names with " + String.streamSafeExpectation, found: "more")
        }
        try checkDistinct(names, list, file: name)
    }

    /// Throws `.badData` at the metadata entry `list` of `file` if a name occurs twice.
    package static func checkDistinct(_ names: [String], _ list: String, file: String) throws(FastTrainError) {
        var seen = Set<String>()
        for name in names where !seen.insert(name).inserted {
            throw .badData(file: file, place: .named(list), expected: "each name once", found: "\"\(name)\" twice")
        }
    }

    /// Checks features and returns the shape of a row.
    private static func checkFeatures(_ x: RawTensor) throws(FastTrainError) -> [Int] {
        guard x.type == .u8 || x.type == .f32 else { throw x.fault("features of type U8 or F32", x.type.rawValue) }
        guard x.shape.count >= 2, !x.shape.contains(0) else {
            throw x.fault("features [rows, …] with no extent of 0", "\(x.shape)")
        }
        return Array(x.shape.dropFirst())
    }

    private static func split(
        _ raw: RawSplit, name: String, shape: [Int], _ task: Task, _ scale: Float, _ preprocessing: Preprocessing?
    ) throws(FastTrainError) -> DataSplit {
        let features: Features
        if raw.x.type == .u8 {
            features = .u8(try raw.x.elements(UInt8.self).baseAddress!, scale: scale)
        } else {
            let elements = try raw.x.elements(Float.self)
            try raw.x.checkFinite(elements)
            features = .f32(elements.baseAddress!)
        }
        let targets: Targets =
            switch task {
            case .classification(let classes): try labels(raw.y, classCount: classes.count)
            case .regression(let targets): try values(raw.y, outputs: targets.count)
            }
        let weights = try raw.weights.map { tensor throws(FastTrainError) in try Self.weights(tensor, rows: raw.x.rows)
        }
        return DataSplit(
            name: name, featureShape: shape, task: task, preprocessing: preprocessing, count: raw.x.rows,
            features: features, targets: targets, weights: weights, owners: raw.tensors.map(\.owner))
    }

    /// Checks row weights: F32 [rows], finite, none negative and at least one positive.
    private static func weights(_ w: RawTensor, rows: Int) throws(FastTrainError) -> UnsafePointer<Float> {
        guard w.type == .f32 else { throw w.fault("weights of type F32", w.type.rawValue) }
        guard w.shape == [rows] else { throw w.fault("weights [\(rows)], one for each row", "\(w.shape)") }
        let elements = try w.elements(Float.self)
        try w.checkFinite(elements)
        if let row = elements.firstIndex(where: { $0 < 0 }) {
            throw w.fault(row: row, "a weight of at least 0", "\(elements[row])")
        }
        guard elements.contains(where: { $0 > 0 }) else { throw w.fault("a weight above 0", "0 for all rows") }
        return elements.baseAddress!
    }

    private static func labels(_ y: RawTensor, classCount: Int) throws(FastTrainError) -> Targets {
        guard y.shape.count == 1 else { throw y.fault("labels [rows]", "\(y.shape)") }
        func check<Label: BinaryInteger>(_ labels: UnsafeBufferPointer<Label>) throws(FastTrainError) {
            for (row, label) in labels.enumerated() where label < 0 || label >= classCount {
                throw y.fault(row: row, "a label from 0 to \(classCount - 1)", "\(label)")
            }
        }
        switch y.type {
        case .u8:
            let labels = try y.elements(UInt8.self)
            try check(labels)
            return .u8(labels.baseAddress!)
        case .u16:
            let labels = try y.elements(UInt16.self)
            try check(labels)
            return .u16(labels.baseAddress!)
        case .i64:
            let labels = try y.elements(Int64.self)
            try check(labels)
            return .i64(labels.baseAddress!)
        default:
            throw y.fault("labels of type U8, U16 or I64", y.type.rawValue)
        }
    }

    private static func values(_ y: RawTensor, outputs: Int) throws(FastTrainError) -> Targets {
        guard y.type == .f32 else { throw y.fault("targets of type F32", y.type.rawValue) }
        guard y.shape == [y.rows, outputs] || (y.shape.count == 1 && outputs == 1) else {
            throw y.fault("targets [rows, \(outputs)]", "\(y.shape)")
        }
        let elements = try y.elements(Float.self)
        try y.checkFinite(elements)
        return .values(elements.baseAddress!, outputs: outputs)
    }

    /// Returns the fingerprint of data without a file of its own.
    private static func hash(_ splits: [RawSplit]) -> String {
        var hash = XXH64()
        for tensor in splits.flatMap(\.tensors) {
            hash.update("\(tensor.type.rawValue) \(tensor.shape)\n")
            hash.update(tensor.bytes)
        }
        return hexadecimal(hash.value)
    }
}
