/// The rows of a table as a model takes them, made in pieces: what `fasttrain predict` reads of a CSV file.
public struct TableRows {
    /// Columns that the model does not take, its targets aside.
    public var unusedColumns: [String] { encoder.unused }
    /// Rows of the table whose features have been made.
    public private(set) var rowCount = 0

    private let table: Table
    private let preprocessing: Preprocessing
    private let task: Dataset.Task
    private let encoder: RowEncoder
    private var window: SeriesWindow?

    /// Opens the table. `task` is that of the model. Throws `.noInput`, or `.badData` that names the columns which are
    /// missing.
    public init(
        path: String, format: CSVFormat, _ preprocessing: Preprocessing, task: Dataset.Task,
        unknown: UnknownCategory = .refused
    ) throws(FastTrainError) {
        table = try Table(path: path, format: format)
        self.preprocessing = preprocessing
        self.task = task
        encoder = try RowEncoder(preprocessing, task: task, of: table, unknown: unknown)
        window = preprocessing.window.map { SeriesWindow(length: $0.length, width: encoder.featureCount) }
    }

    /// Rows to predict for, at most `most`: their features [count, features], and of each its row in the table, from 0 (of
    /// a series the last row of its window). nil: there are no more. Throws `.badData` with line and column.
    public mutating func next(most: Int) throws(FastTrainError) -> (features: [Float], rows: [Int])? {
        let width = encoder.featureCount
        var features: [Float] = []
        var rows: [Int] = []
        var row = [Float](repeating: 0, count: width)
        while rows.count < most, try table.next() {
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

    /// What is wrong with a table of which no row can be predicted for.
    public var nothingToPredict: FastTrainError {
        guard let window = preprocessing.window, table.rowCount > 0 else { return table.noRows }
        return .badData(
            file: table.path, place: .file, expected: "at least \(window.length) rows, a window",
            found: "\(table.rowCount)")
    }

    /// All rows with their targets, in memory: what `fasttrain evaluate` reads of a CSV file. For a table without a
    /// window. Throws `.badData` when a target is missing.
    public func dataset() throws(FastTrainError) -> Dataset {
        guard preprocessing.window == nil else {
            throw .usage(
                "\(table.path): a series has no targets apart: predict from it; or hold windows out to evaluate on when its "
                    + "data set is made (fasttrain-data series --test)")
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

/// The rows of a series that were read last: those of one window.
struct SeriesWindow {
    let length: Int
    let width: Int
    private var values: [Float] = []

    init(length: Int, width: Int) {
        self.length = length
        self.width = width
    }

    /// Takes the next row; returns the window that it ends, the oldest row first, once there are enough rows.
    mutating func append(_ row: [Float]) -> [Float]? {
        if values.count == length * width { values.removeFirst(width) }
        values += row
        return values.count == length * width ? values : nil
    }
}
