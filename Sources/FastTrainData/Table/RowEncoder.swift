/// Computes features and targets from the rows of a table, as described by a `Preprocessing`.
struct RowEncoder {
    /// The columns of the table that are neither features nor targets.
    let unused: [String]
    /// The number of features of one row of the table.
    let featureCount: Int

    private let preprocessing: Preprocessing
    private let unknown: UnknownCategory
    private let steps: [Step]
    private let categories: [CategoryIndex]
    private let targets: [Int]
    private let classes: CategoryIndex?

    /// The transformation of one column.
    private struct Step {
        let column: Int
        var offset = 0.0
        var divisor = 1.0
        /// The replacement for a missing number; NaN if numbers must not be missing.
        var fill = Double.nan
        var isMarked = false
        /// The index in the list of categories, or -1 for a column of numbers.
        var categories = -1
        var width = 1
    }

    /// Finds the columns in the table, in any order. Throws `.badData` with the names of missing columns.
    init(
        _ preprocessing: Preprocessing, task: Dataset.Task, of table: Table, unknown: UnknownCategory = .refused
    ) throws(FastTrainError) {
        self.preprocessing = preprocessing
        self.unknown = unknown
        featureCount = preprocessing.columns.reduce(0) { $0 + $1.featureCount }
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
        var steps: [Step] = []
        var categories: [CategoryIndex] = []
        for column in preprocessing.columns {
            var step = Step(column: table.index(of: column.name)!)
            switch column.kind {
            case .number(let scale, let fill, let isMarked):
                (step.offset, step.divisor, step.fill) = (scale.offset, scale.divisor, fill ?? .nan)
                step.isMarked = isMarked
            case .categories(let values, let isMarked):
                (step.categories, step.width, step.isMarked) = (categories.count, values.count, isMarked)
                categories.append(CategoryIndex(values))
            }
            steps.append(step)
        }
        self.steps = steps
        self.categories = categories
        // A target without a name is identified by its position, where another table may have a feature.
        let features = Set(steps.map(\.column))
        targets = preprocessing.targets.compactMap { target in
            table.column(target.name).flatMap { features.contains($0) ? nil : $0 }
        }
        classes = if case .classification(let names) = task { CategoryIndex(names) } else { nil }
        let used = features.union(targets)
        unused = table.columns.indices.filter { !used.contains($0) }.map { table.name($0) }
    }

    /// Throws `.badData` unless the table has all targets, which `label` and `value` require. `option` is named in the
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
    func encode(_ table: Table, into features: UnsafeMutablePointer<Float>) throws(FastTrainError) {
        var feature = features
        for index in steps.indices {
            let step = steps[index]
            if step.categories < 0 {
                if let number = table.number(step.column) {
                    try store(number, step, table, feature)
                    if step.isMarked { feature[1] = 0 }
                } else {
                    guard table.isMissing(step.column) else { throw table.fault(step.column, "a number") }
                    guard !step.fill.isNaN else { throw table.fault(step.column, "a number") }
                    try store(step.fill, step, table, feature)
                    if step.isMarked { feature[1] = 1 }
                }
            } else {
                feature.update(repeating: 0, count: step.width + (step.isMarked ? 1 : 0))
                if let place = try category(step, table) { feature[place] = 1 }
            }
            feature += step.width + (step.isMarked ? 1 : 0)
        }
    }

    private func store(
        _ number: Double, _ step: Step, _ table: Table, _ feature: UnsafeMutablePointer<Float>
    ) throws(FastTrainError) {
        let value = Float((number - step.offset) / step.divisor)
        guard value.isFinite else { throw table.fault(step.column, "a number within the range of single precision") }
        feature.pointee = value
    }

    /// Returns the index of the feature that is 1 for a column of categories, or `nil` if all are 0.
    private func category(_ step: Step, _ table: Table) throws(FastTrainError) -> Int? {
        if table.isMissing(step.column) {
            guard step.isMarked || unknown == .ignore else { throw table.fault(step.column, "a category") }
            return step.isMarked ? step.width : nil
        }
        if let place = categories[step.categories][try table.text(step.column)] { return place }
        guard unknown == .ignore else {
            throw table.fault(
                step.column, "one of the \(step.width) known categories",
                hint: " (to ignore unknown categories: `unknown` ignore)")
        }
        return nil
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
