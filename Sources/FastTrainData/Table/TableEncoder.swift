/// Computes features and targets from the rows of a table, as described by a `Preprocessing`.
struct TableEncoder {
    /// The columns of the table that are neither features nor targets.
    let unused: [String]
    /// The number of features of one row of the table.
    var featureCount: Int { features.rowFeatureCount }

    private let preprocessing: Preprocessing
    private let features: RowEncoder
    private let targets: [Int]
    private let classes: CategoryIndex?

    /// Finds the columns in the table, in any order. Throws `.badData` with the names of missing columns.
    init(
        _ preprocessing: Preprocessing, task: Dataset.Task, of table: Table, unknown: UnknownCategory = .refused
    ) throws(FastTrainError) {
        self.preprocessing = preprocessing
        let missing = preprocessing.columns.map(\.name).filter { table.index(of: $0) == nil }
        guard missing.isEmpty else {
            let names = missing.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
            let more = missing.count > 20 ? " and \(missing.count - 20) more" : ""
            let hint = missing.allSatisfy { Int($0) != nil } ? " (if there is no header: `hasHeader = false`)" : ""
            throw .badData(
                file: table.path, place: .line(1),
                expected: (missing.count == 1 ? "the column " : "the columns ") + names + more,
                found: table.columnList + hint)
        }
        let columns = preprocessing.columns.map { table.index(of: $0.name)! }
        features = RowEncoder(preprocessing, fields: columns, unknown: unknown)
        // A target without a name is identified by its position, where another table may have a feature.
        let taken = Set(columns)
        targets = preprocessing.targets.compactMap { target in
            table.column(target.name).flatMap { taken.contains($0) ? nil : $0 }
        }
        classes = if case .classification(let names) = task { CategoryIndex(names) } else { nil }
        let used = taken.union(targets)
        unused = table.columns.indices.filter { !used.contains($0) }.map { table.name($0) }
    }

    /// Throws `.badData` unless the table has all targets, which `label` and `value` require. `setting` is named in the
    /// error as the reason they are needed.
    func expectTargets(_ table: Table, for setting: String) throws(FastTrainError) {
        for target in preprocessing.targets {
            guard let column = table.column(target.name), targets.contains(column) else {
                throw table.noColumn(target.name, for: setting)
            }
        }
    }

    /// Computes the features of the current row, which are `featureCount` numbers. Throws `.badData` with line and
    /// column if a field is not valid.
    func encode(_ table: Table, into target: UnsafeMutablePointer<Float>) throws(FastTrainError) {
        try features.encode(table, into: target)
    }

    /// Returns the class of the current row. Throws `.badData` with line and column if it is not a known class.
    func label(_ table: Table) throws(FastTrainError) -> Int {
        guard !table.isMissing(targets[0]), let label = classes?[try table.text(targets[0])] else {
            throw table.fault(targets[0], "one of the known classes")
        }
        return label
    }

    /// Returns the value to learn for target `index` of the current row. Throws `.badData` with line and column if it
    /// is not a number.
    func value(_ table: Table, target index: Int) throws(FastTrainError) -> Float {
        guard let number = table.number(targets[index]) else { throw TableSurvey.targetFault(targets[index], table) }
        let value = Float(preprocessing.targets[index].scale.apply(number))
        guard value.isFinite else { throw table.fault(targets[index], "a number within the range of single precision") }
        return value
    }
}
