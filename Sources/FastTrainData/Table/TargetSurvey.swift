/// A survey of the target, which determines whether it consists of classes or numbers.
struct TargetSurvey {
    private let column: Int
    private let task: TableOptions.Task?
    /// Whether the target consists of numbers to predict, so that classes are no longer collected.
    private(set) var isNumeric: Bool
    private var categories = Categories()
    /// Whether the rows so far contain numbers. Used only if `task` is `nil`.
    private var areNumbers = true
    private var labels: [Int32] = []

    init(column: Int, task: TableOptions.Task?) {
        self.column = column
        self.task = task
        isNumeric = task == .regression
    }

    /// Reads the target of the current row. Throws `.badData` with line and column if it is not valid.
    mutating func read(_ table: Table) throws(FastTrainError) {
        if table.isMissing(column) { throw TableSurvey.targetFault(column, table) }
        if task == nil, table.isInfinite(column) {
            throw table.fault(
                column, "a finite number for the target", hint: " (if these are classes: `task` classification)")
        }
        let (text, known) = (try table.text(column), categories.count)
        let place = categories.place(of: text)
        labels.append(Int32(place))
        if task == nil {
            if place == known, place > 0, (Categories.number(text) != nil) != areNumbers {
                throw table.fault(
                    column, "\(areNumbers ? "a number" : "a text"), as in the lines above,",
                    hint: " (if these are classes: `task` classification)")
            }
            areNumbers = categories.areNumbers
            if categories.areNumbers, !categories.areWhole || categories.count > TableSurvey.maxClasses {
                isNumeric = true
                (categories, labels) = (Categories(), [])
            }
        }
        guard categories.count <= TableSurvey.maxClasses else {
            throw .badData(
                file: table.path, place: .line(table.line),
                expected: "at most \(TableSurvey.maxClasses) classes in column '\(table.name(column))'",
                found: "one more")
        }
    }

    /// Returns the classes and the class of each row, or `nil` if the target consists of numbers. Throws
    /// `.unsuitableSetting` if it could be either.
    func classes(_ path: String) throws(FastTrainError) -> (names: [String], labels: [Int32])? {
        if isNumeric { return nil }
        let (names, indices) = categories.sorted
        if task == nil, categories.areNumbers {
            let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
            throw .unsuitableSetting(
                name: "task",
                reason:
                    "`task`: the target in \(path) consists of whole numbers (\(shown)); "
                    + "choose classification or regression"
            )
        }
        return (names, labels.map { Int32(indices[Int($0)]) })
    }
}
