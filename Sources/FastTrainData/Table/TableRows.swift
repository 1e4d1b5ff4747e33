/// The rows of a CSV file in the form a model takes, read piece by piece for `fasttrain predict`.
package struct TableRows {
    /// The columns that the model does not use, not counting its targets.
    package var unusedColumns: [String] { encoder.unused }
    /// The number of rows that have been returned so far.
    package private(set) var rowCount = 0

    private let table: Table
    private let preprocessing: Preprocessing
    private let task: Dataset.Task
    private let encoder: TableEncoder
    private var window: SeriesWindow?

    /// Opens the table.
    ///
    /// - Parameters:
    ///   - path: The CSV file.
    ///   - format: The format of the file.
    ///   - preprocessing: The preprocessing of the model.
    ///   - task: The task of the model.
    ///   - unknown: The treatment of categories that the model does not know.
    /// - Throws: `.noInput` if the file cannot be read, `.badData` with the names of missing columns.
    package init(
        path: String, format: CSVFormat, _ preprocessing: Preprocessing, task: Dataset.Task,
        unknown: UnknownCategory = .refused
    ) throws(FastTrainError) {
        table = try Table(path: path, format: format)
        self.preprocessing = preprocessing
        self.task = task
        encoder = try TableEncoder(preprocessing, task: task, of: table, unknown: unknown)
        window = preprocessing.window.map { SeriesWindow(length: $0.length, width: encoder.featureCount) }
    }

    /// Returns the next rows to predict for, or `nil` if there are none left.
    ///
    /// - Parameter maxCount: The maximum number of rows.
    /// - Returns: The features, [count, features], and for each row its index in the table, counted from 0. For a time
    ///   series, this is the index of the last row of the window.
    /// - Throws: `.badData` with line and column if a field is not valid.
    package mutating func next(maxCount: Int) throws(FastTrainError) -> (features: [Float], rows: [Int])? {
        let width = encoder.featureCount
        var features: [Float] = []
        var rows: [Int] = []
        var row = [Float](repeating: 0, count: width)
        while rows.count < maxCount, try table.next() {
            try row.withUnsafeMutableBufferPointer { (row) throws(FastTrainError) in
                try encoder.encode(table, into: row.baseAddress!)
            }
            if window != nil {
                guard let full = window?.append(row) else { continue }
                features += full
            } else {
                features += row
            }
            rows.append(table.rowCount - 1)
        }
        rowCount += rows.count
        return rows.isEmpty ? nil : (features, rows)
    }

    /// The error for a table without any row to predict for.
    package var nothingToPredict: FastTrainError {
        guard let window = preprocessing.window, table.rowCount > 0 else { return table.noRows }
        return .badData(
            file: table.path, place: .file, expected: "at least \(window.length) rows, which is one window",
            found: "\(table.rowCount)")
    }

    /// Returns all rows with their targets, in memory, for `fasttrain evaluate`. The table must not be a time series.
    ///
    /// - Throws: `.badData` with line and column if a field is missing or not valid, `.invalidUse` for a time series.
    package func dataset() throws(FastTrainError) -> Dataset {
        guard preprocessing.window == nil else {
            throw .invalidUse(
                "\(table.path): a time series cannot be evaluated as a table; predict from it, or hold out windows for "
                    + "testing when making its data set (`SeriesOptions.test`)")
        }
        try encoder.expectTargets(table, for: "the target")
        var (features, labels, targets): ([Float], [Int], [Float]) = ([], [], [])
        var row = [Float](repeating: 0, count: encoder.featureCount)
        while try table.next() {
            try row.withUnsafeMutableBufferPointer { (row) throws(FastTrainError) in
                try encoder.encode(table, into: row.baseAddress!)
            }
            features += row
            if case .regression = task {
                for target in preprocessing.targets.indices { targets.append(try encoder.value(table, target: target)) }
            } else {
                labels.append(try encoder.label(table))
            }
        }
        guard table.rowCount > 0 else { throw table.noRows }
        let shape = [encoder.featureCount]
        let made =
            switch task {
            case .classification(let classes):
                try Dataset(name: table.path, features: features, featureShape: shape, labels: labels, classes: classes)
            case .regression(let names):
                try Dataset(
                    name: table.path, features: features, featureShape: shape, targets: targets, targetNames: names)
            }
        return made.prepared(by: preprocessing)
    }
}
