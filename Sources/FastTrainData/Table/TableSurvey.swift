/// The first pass over a table: what its columns hold, and each row's class.
struct TableSurvey {
    /// Rows of the table.
    private(set) var rowCount = 0
    /// The columns to be predicted.
    let targets: [Int]
    /// The column of weights.
    let weights: Int?
    /// The columns that features are made of, in the order of the table.
    let features: [Int]
    /// Of each of `features`, what it holds.
    private(set) var kinds: [Kind]
    /// Of each of `features`, rows in which it is missing.
    private(set) var missing: [Int]
    /// Of classes; nil for a regression.
    private(set) var classes: [String]?
    /// Of each row, the class; empty for a regression.
    private(set) var labels: [Int32] = []

    /// What a column holds.
    enum Kind {
        /// Not known yet: all fields so far are missing.
        case unknown
        /// Numbers, the first of them in that line.
        case numbers(line: Int)
        /// Texts, the first of them in that line.
        case texts(Categories, line: Int)
    }

    /// The most different texts of a column: what has more is a name or a note rather than a category.
    static let mostCategories = 1000
    /// The most classes; a label then fits into 16 bits.
    static let mostClasses = 65_536

    private let options: TableOptions
    /// Columns whose numbers are categories.
    private let forced: Set<Int>

    /// Reads the whole table. Throws `.badData` with line and column, `.usage` when the options do not fit each other or
    /// the target could be classes as well as numbers.
    init(_ table: Table, _ options: TableOptions) throws(FastTrainError) {
        self.options = options
        targets = try Self.columns(options.targets, of: table, "--target")
        weights = try options.weights.map { name throws(FastTrainError) in try table.column(name, for: "--weights") }
        let ignored = Set(try Self.columns(options.ignored, of: table, "--ignore"))
        forced = Set(try Self.columns(options.categorical, of: table, "--categorical"))
        let used = targets + (weights.map { [$0] } ?? [])
        if let twice = used.first(where: { column in used.count { $0 == column } > 1 || ignored.contains(column) }) {
            throw .usage("column '\(table.name(twice))' cannot be used twice, or be a target or a weight and ignored")
        }
        let others = ignored.union(used)
        features = table.columns.indices.filter { !others.contains($0) }
        if let column = forced.first(where: others.contains) {
            throw .usage("--categorical: column '\(table.name(column))' is no feature")
        }
        guard !features.isEmpty else {
            throw .badData(
                file: table.path, place: .line(1), expected: "columns to predict from", found: "none besides the target"
            )
        }
        if let column = features.first(where: { table.columns[$0].isEmpty }) {
            throw .badData(
                file: table.path, place: .line(1), expected: "a name for each column",
                found: "none for column \(column + 1) (a row number? leave it out: --ignore \(column + 1))")
        }
        if targets.count > 1, options.task == .classification {
            throw .usage("--task classification takes one target, found \(targets.count)")
        }
        if options.testFile == nil, options.unknown != .refused { throw .usage("--unknown goes with --test-file") }
        kinds = features.map { _ in .unknown }
        missing = features.map { _ in 0 }
        try read(table)
    }

    private static func columns(
        _ names: [String], of table: Table, _ option: String
    ) throws(FastTrainError) -> [Int] {
        try names.map { name throws(FastTrainError) in try table.column(name, for: option) }
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
        guard rowCount <= Dataset.mostRows else {
            throw .badData(
                file: table.path, place: .file, expected: "at most \(Dataset.mostRows) rows", found: "\(rowCount)")
        }
        for (index, kind) in kinds.enumerated() {
            if case .unknown = kind {
                let name = table.name(features[index])
                throw .badData(
                    file: table.path, place: .file, expected: "a value in column '\(name)'",
                    found: "none in any row (leave it out: --ignore \(name))")
            }
        }
        guard let found = try target.classes(table.path) else { return }
        (classes, labels) = found
        guard options.targetScale == nil else {
            throw .usage("--scale-target: the target in \(table.path) is classes, not numbers")
        }
    }

    private mutating func readFeature(_ index: Int, _ table: Table) throws(FastTrainError) {
        let column = features[index]
        if case .numbers(let first) = kinds[index] {
            if table.number(column) != nil { return }
            if try readMissing(index, table) { return }
            throw table.fault(
                column, "a number, as in line \(first),",
                hint: " (if these are categories: --categorical \(table.name(column)))")
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

    /// Whether the field is missing, which then counts.
    private mutating func readMissing(_ index: Int, _ table: Table) throws(FastTrainError) -> Bool {
        guard table.isMissing(features[index]) else { return false }
        guard options.missing != nil else {
            throw table.fault(
                features[index], "a value", hint: " (to fill in what is missing: --missing mean or median)")
        }
        missing[index] += 1
        return true
    }

    private mutating func readText(_ index: Int, _ table: Table) throws(FastTrainError) {
        let column = features[index]
        let text = try table.text(column)
        guard case .texts(var categories, let first) = kinds[index] else { return }
        kinds[index] = .unknown  // lest the categories be copied
        if !forced.contains(column), Categories.number(text) != nil {
            throw table.fault(
                column, "a text, as in line \(first),",
                hint: " (if these are categories: --categorical \(table.name(column)))")
        }
        _ = categories.place(of: text)
        guard categories.count <= Self.mostCategories else {
            throw .badData(
                file: table.path, place: .line(table.line),
                expected: "at most \(Self.mostCategories) different texts in column '\(table.name(column))'",
                found: "one more (leave the column out: --ignore \(table.name(column)))")
        }
        kinds[index] = .texts(categories, line: first)
    }

    /// What is wrong with a field that should be a number to predict.
    static func targetFault(_ column: Int, _ table: Table) -> FastTrainError {
        table.fault(column, table.isMissing(column) ? "a value for the target" : "a number for the target")
    }
}
