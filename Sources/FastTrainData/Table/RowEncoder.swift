/// Computes the features of a model from rows of the table that it was trained on, without a CSV file.
///
///     let encoder = predictor.encoder!
///     let features = try encoder.encode(["area": 84.5, "city": "Rome", "rooms": nil])
///
/// Values are treated as the fields of a CSV file are: missing numbers are filled in, categories become one feature
/// each, and numbers are scaled.
public struct RowEncoder: Sendable {
    /// The number of features that the model takes, for a time series those of a whole window.
    public var featureCount: Int { rowFeatureCount * (preprocessing.window?.length ?? 1) }
    /// The number of features made from one row of the table.
    let rowFeatureCount: Int

    private let preprocessing: Preprocessing
    private let unknown: UnknownCategory
    private let steps: [Step]
    private let categories: [CategoryIndex]
    /// The position of each column in `preprocessing`, by its name.
    private let columns: [String: Int]
    /// The names of the columns to predict.
    private let targets: Set<String>

    /// The transformation of one column.
    private struct Step: Sendable {
        /// The index of the column's field in a row.
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

    /// Creates the encoder of a model's preprocessing.
    ///
    /// - Parameters:
    ///   - preprocessing: The transformation of the table's columns.
    ///   - unknown: The treatment of categories that the model does not know.
    package init(_ preprocessing: Preprocessing, unknown: UnknownCategory = .refused) {
        self.init(preprocessing, fields: Array(preprocessing.columns.indices), unknown: unknown)
    }

    /// Creates an encoder for rows that have their fields in another order.
    ///
    /// - Parameters:
    ///   - preprocessing: The transformation of the table's columns.
    ///   - fields: The index of the field of each column.
    ///   - unknown: The treatment of categories that the model does not know.
    init(_ preprocessing: Preprocessing, fields: [Int], unknown: UnknownCategory) {
        self.preprocessing = preprocessing
        self.unknown = unknown
        rowFeatureCount = preprocessing.columns.reduce(0) { $0 + $1.featureCount }
        var steps: [Step] = []
        var categories: [CategoryIndex] = []
        for (column, field) in zip(preprocessing.columns, fields) {
            var step = Step(column: field)
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
        columns = Dictionary(preprocessing.columns.enumerated().map { ($1.name, $0) }) { first, _ in first }
        targets = Set(preprocessing.targets.map(\.name))
    }

    /// Returns the features of a row, which are `featureCount` numbers.
    ///
    /// - Parameter row: The values by the names of their columns, in any order. The columns to predict may be among
    ///   them and are ignored.
    /// - Throws: `.badData` that names the column if one is missing or unknown, or its value is not valid; `.invalidUse` if
    ///   the table is a time series of windows of several rows.
    public func encode(_ row: [String: TableValue]) throws(FastTrainError) -> [Float] {
        guard (preprocessing.window?.length ?? 1) == 1 else {
            throw .invalidUse("the model takes windows of \(preprocessing.window?.length ?? 1) rows, not single rows")
        }
        return try encode(row, index: nil)
    }

    /// Returns the features of a window of a time series, which are `featureCount` numbers.
    ///
    /// - Parameter window: The rows of the window, oldest first.
    /// - Throws: `.badData` that names the row and the column if one is missing or unknown, or its value is not valid;
    ///   `.invalidUse` if the table is not a time series, or if the number of rows is not that of a window.
    public func encode(window: [[String: TableValue]]) throws(FastTrainError) -> [Float] {
        guard let length = preprocessing.window?.length else {
            throw .invalidUse("the model takes single rows, not windows of a time series")
        }
        guard window.count == length else {
            throw .invalidUse("expected a window of \(length) rows, found \(window.count)")
        }
        var features: [Float] = []
        for (index, row) in window.enumerated() { features += try encode(row, index: index) }
        return features
    }

    /// Returns the features of one row. `index` is its position in a window.
    private func encode(_ row: [String: TableValue], index: Int?) throws(FastTrainError) -> [Float] {
        let name = index.map { "row \($0) of the window" } ?? "the row"
        for column in preprocessing.columns where !row.keys.contains(column.name) {
            throw .badData(
                file: name, place: .file, expected: "a value for the column '\(column.name)' (nil if it is missing)",
                found: "none")
        }
        if row.count > columns.count, let other = row.keys.sorted().first(where: { !isKnown($0) }) {
            throw .badData(
                file: name, place: .file, expected: "columns of the model's table", found: "the column '\(other)'")
        }
        let fields = NamedFields(
            row: name, names: preprocessing.columns.map(\.name), values: preprocessing.columns.map { row[$0.name]! })
        var features = [Float](repeating: 0, count: rowFeatureCount)
        try features.withUnsafeMutableBufferPointer { (features) throws(FastTrainError) in
            guard let base = features.baseAddress else { return }
            try encode(fields, into: base)
        }
        return features
    }

    private func isKnown(_ column: String) -> Bool { columns[column] != nil || targets.contains(column) }

    /// Computes the features of a row, which are `rowFeatureCount` numbers. Throws `.badData` with the place of the
    /// field if one is not valid.
    func encode(_ table: some TableFields, into features: UnsafeMutablePointer<Float>) throws(FastTrainError) {
        var feature = features
        for index in steps.indices {
            let step = steps[index]
            if step.categories < 0 {
                if let number = table.number(step.column) {
                    try store(number, step, table, feature)
                    if step.isMarked { feature[1] = 0 }
                } else {
                    guard table.isMissing(step.column) else { throw table.fault(step.column, "a number", hint: "") }
                    guard !step.fill.isNaN else { throw table.fault(step.column, "a number", hint: "") }
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
        _ number: Double, _ step: Step, _ table: some TableFields, _ feature: UnsafeMutablePointer<Float>
    ) throws(FastTrainError) {
        let value = Float((number - step.offset) / step.divisor)
        guard value.isFinite else {
            throw table.fault(step.column, "a number within the range of single precision", hint: "")
        }
        feature.pointee = value
    }

    /// Returns the index of the feature that is 1 for a column of categories, or `nil` if all are 0.
    private func category(_ step: Step, _ table: some TableFields) throws(FastTrainError) -> Int? {
        if table.isMissing(step.column) {
            guard step.isMarked || unknown == .ignore else { throw table.fault(step.column, "a category", hint: "") }
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
}
