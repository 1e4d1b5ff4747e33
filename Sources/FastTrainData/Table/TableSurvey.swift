/// The first pass over a table, which determines the content of its columns and the class of each row.
struct TableSurvey {
    /// The number of rows in the table.
    private(set) var rowCount = 0
    /// The columns to predict.
    let targets: [Int]
    /// The column of row weights, if any.
    let weights: Int?
    /// The columns that features are made from, in the order of the table.
    let features: [Int]
    /// The content of each column in `features`.
    private(set) var kinds: [Kind]
    /// The number of rows in which each column in `features` is missing.
    private(set) var missing: [Int]
    /// The names of the classes, or `nil` for a regression.
    private(set) var classes: [String]?
    /// The class of each row; empty for a regression.
    private(set) var labels: [Int32] = []

    /// The content of a column.
    enum Kind {
        /// Not known yet, because all fields so far are missing.
        case unknown
        /// Numbers, the first of them on the given line.
        case numbers(line: Int)
        /// Texts, the first of them on the given line.
        case texts(Categories, line: Int)
    }

    /// The maximum number of distinct texts in a column. A column with more contains names or notes rather than
    /// categories.
    static let maxCategories = 1000
    /// The maximum number of classes, for which a label fits into 16 bits.
    static let maxClasses = 65_536

    private let options: TableOptions
    /// The columns whose numbers are categories.
    private let forced: Set<Int>

    /// Reads the whole table.
    ///
    /// - Throws: `.badData` with line and column if a field is not valid, a usage error if the options conflict or the
    ///   target could be either classes or numbers.
    init(_ table: Table, _ options: TableOptions) throws(FastTrainError) {
        self.options = options
        targets = try Self.columns(options.targets, of: table, "`targets`")
        weights = try options.weights.map { name throws(FastTrainError) in try table.column(name, for: "`weights`") }
        let ignored = Set(try Self.columns(options.ignored, of: table, "`ignored`"))
        forced = Set(try Self.columns(options.categorical, of: table, "`categorical`"))
        let used = targets + (weights.map { [$0] } ?? [])
        if let twice = used.first(where: { column in used.count { $0 == column } > 1 || ignored.contains(column) }) {
            throw .unsuitableSetting(
                name: "targets",
                reason: "column '\(table.name(twice))' cannot be used twice, or be ignored if it is a target or weight")
        }
        let others = ignored.union(used)
        features = table.columns.indices.filter { !others.contains($0) }
        if let column = forced.first(where: others.contains) {
            throw .unsuitableSetting(
                name: "categorical", reason: "`categorical`: column '\(table.name(column))' is not a feature")
        }
        guard !features.isEmpty else {
            throw .badData(
                file: table.path, place: .line(1), expected: "columns to predict from", found: "none besides the target"
            )
        }
        if let column = features.first(where: { table.columns[$0].isEmpty }) {
            throw .badData(
                file: table.path, place: .line(1), expected: "a name for each column",
                found: "none for column \(column + 1) (if it is a row number, leave it out: `ignored` \(column + 1))")
        }
        if targets.count > 1, options.task == .classification {
            throw .unsuitableSetting(
                name: "task", reason: "`task` classification takes one target, found \(targets.count)")
        }
        if options.testFile == nil, options.unknown != .refused {
            throw .unsuitableSetting(name: "unknown", reason: "`unknown` requires `testFile`")
        }
        kinds = features.map { _ in .unknown }
        missing = features.map { _ in 0 }
        try read(table)
    }

    private static func columns(
        _ names: [String], of table: Table, _ setting: String
    ) throws(FastTrainError) -> [Int] {
        try names.map { name throws(FastTrainError) in try table.column(name, for: setting) }
    }

    private mutating func read(_ table: Table) throws(FastTrainError) {
        var target = TargetSurvey(column: targets[0], task: targets.count > 1 ? .regression : options.task)
        while try table.next() {
            for index in features.indices { try readFeature(index, table) }
            if target.isNumeric {
                for column in targets where table.number(column) == nil {
                    throw Self.targetFault(column, table)
                }
            } else {
                try target.read(table)
            }
            if let weights {
                guard let weight = table.number(weights), weight >= 0, weight <= Double(Float.greatestFiniteMagnitude)
                else { throw table.fault(weights, "a weight of at least 0") }
            }
        }
        rowCount = table.rowCount
        guard rowCount > 0 else { throw table.noRows }
        guard rowCount <= Dataset.maxRows else {
            throw .badData(
                file: table.path, place: .file, expected: "at most \(Dataset.maxRows) rows", found: "\(rowCount)")
        }
        for (index, kind) in kinds.enumerated() {
            if case .unknown = kind {
                let name = table.name(features[index])
                throw .badData(
                    file: table.path, place: .file, expected: "a value in column '\(name)'",
                    found: "none in any row (to leave it out: `ignored` \(name))")
            }
        }
        guard let found = try target.classes(table.path) else { return }
        (classes, labels) = found
        guard options.targetScale == nil else {
            throw .unsuitableSetting(
                name: "targetScale",
                reason: "`targetScale`: the target in \(table.path) consists of classes, not numbers")
        }
    }

    private mutating func readFeature(_ index: Int, _ table: Table) throws(FastTrainError) {
        let column = features[index]
        if case .numbers(let first) = kinds[index] {
            if table.number(column) != nil { return }
            if try readMissing(index, table) { return }
            throw table.fault(
                column, "a number, as in line \(first),",
                hint: " (if these are categories: `categorical` \(table.name(column)))")
        }
        if try readMissing(index, table) { return }
        switch kinds[index] {
        case .unknown:
            guard forced.contains(column) || !table.isInfinite(column) else {
                throw table.fault(column, "a finite number")
            }
            if forced.contains(column) || table.number(column) == nil {
                kinds[index] = .texts(Categories(), line: table.line)
                try readText(index, table)
            } else {
                kinds[index] = .numbers(line: table.line)
            }
        case .texts: try readText(index, table)
        case .numbers: break
        }
    }

    /// Returns whether a field is missing, and counts it if so.
    private mutating func readMissing(_ index: Int, _ table: Table) throws(FastTrainError) -> Bool {
        guard table.isMissing(features[index]) else { return false }
        guard options.missing != nil else {
            throw table.fault(
                features[index], "a value", hint: " (to fill in missing values: `missing` mean or median)")
        }
        missing[index] += 1
        return true
    }

    private mutating func readText(_ index: Int, _ table: Table) throws(FastTrainError) {
        let column = features[index]
        let text = try table.text(column)
        guard case .texts(var categories, let first) = kinds[index] else { return }
        kinds[index] = .unknown  // releases the categories so that they are not copied
        if !forced.contains(column), Categories.number(text) != nil {
            throw table.fault(
                column, "a text, as in line \(first),",
                hint: " (if these are categories: `categorical` \(table.name(column)))")
        }
        _ = categories.place(of: text)
        guard categories.count <= Self.maxCategories else {
            throw .badData(
                file: table.path, place: .line(table.line),
                expected: "at most \(Self.maxCategories) distinct texts in column '\(table.name(column))'",
                found: "one more (to leave the column out: `ignored` \(table.name(column)))")
        }
        kinds[index] = .texts(categories, line: first)
    }

    /// Returns the error for a field that should be a number to predict.
    static func targetFault(_ column: Int, _ table: Table) -> FastTrainError {
        table.fault(column, table.isMissing(column) ? "a value for the target" : "a number for the target")
    }
}
