/// The settings of `fasttrain-data series`: how a time series becomes a data set.
public struct SeriesOptions: Sendable {
    /// The column to forecast.
    public var target: String
    /// The columns to forecast from. If empty, the target is forecast from its own past.
    public var columns: [String] = []
    /// The rows that a forecast is made from.
    public var window: Preprocessing.Window
    /// The share of windows held out for testing, in 0..<1. They are the last windows; 0 means none.
    public var test = 0.2
    /// How numbers are scaled to features.
    public var scale = TableOptions.Scaling.standard
    /// How numbers to forecast are scaled to targets.
    public var targetScale = TableOptions.Scaling.standard
    /// The format of the file, or `nil` to derive it from the file name.
    public var format: CSVFormat?

    /// Creates the default settings for forecasting `target`, `window.horizon` rows ahead.
    public init(target: String, window: Preprocessing.Window) {
        self.target = target
        self.window = window
    }
}

/// Converts a time series to a data set file. A series is a table whose rows are points in time, oldest first.
///
/// Each row of the data set is made from a window of rows of the table. Its target is the value `horizon` rows after
/// the last of them.
///
/// The last windows are held out for testing. No value that they forecast occurs in a window or target used for
/// training, and scales are computed from the rows before the first such value. A test window may reach back into the
/// training period, because the past is known when a forecast is made.
public enum SeriesConversion {
    /// Writes the data set of the series at `path` to `output`, atomically, and opens it.
    ///
    /// - Throws: `.badData` with line and column if a field is missing or malformed, `.noInput` if the file cannot be
    ///   read, `.usage` if the options do not match the series, and the errors of `AtomicFile.write`.
    public static func write(
        table path: String, options: SeriesOptions, to output: String
    ) throws(FastTrainError) -> Dataset {
        guard options.test >= 0, options.test < 1 else {
            throw .usage("--test: expected a share from 0 to below 1, found \(options.test)")
        }
        guard options.window.length >= 1, options.window.horizon >= 1 else {
            throw .usage(
                "--window, --horizon: expected numbers of at least 1, found \(options.window.length) and "
                    + "\(options.window.horizon)")
        }
        let series = try Series(path, options)
        let split = try Split(series.count, options, path)
        let preprocessing = try series.preprocessing(options, before: split.firstTestTarget)
        let task = Dataset.Task.regression(targets: preprocessing.targetNames)
        let writer = DatasetWriter(
            task: task, featureCount: preprocessing.featureCount, hasWeights: false, trainCount: split.trainCount,
            testCount: split.testCount)
        return try writer.write(to: output, preprocessing: preprocessing) { (rows) throws(FastTrainError) in
            for start in 0..<split.trainCount + split.testCount {
                let part = start < split.trainCount ? 0 : 1
                let (features, target) = try series.row(from: start, preprocessing)
                try rows.append(features: features, to: part)
                try rows.append(target: target, to: part)
            }
        }
    }

    /// The division of windows into training and testing. Window w starts at row w, and its target is in row w + length
    /// − 1 + horizon.
    private struct Split {
        let trainCount: Int
        let testCount: Int
        /// The row of the first value to forecast in testing.
        let firstTestTarget: Int

        init(_ rows: Int, _ options: SeriesOptions, _ path: String) throws(FastTrainError) {
            let (least, overflow) = options.window.length.addingReportingOverflow(options.window.horizon)
            guard !overflow, rows >= least else {
                throw .usage(
                    "--window \(options.window.length), --horizon \(options.window.horizon): take "
                        + "\(overflow ? "more" : "\(least)") rows at least, \(path) has \(rows)")
            }
            let windows = rows - least + 1
            testCount = Int((Double(windows) * options.test).rounded())
            trainCount = windows - testCount
            firstTestTarget = rows - testCount
            guard trainCount > 0, testCount > 0 || options.test == 0 else {
                throw .usage(
                    "--test \(options.test) of \(windows) windows in \(path) leaves \(trainCount) to train on and "
                        + "\(testCount) to test on; both must be at least 1 (--test 0: none to test on)")
            }
        }
    }
}

/// The numbers in the columns of a time series.
private struct Series {
    /// The number of rows.
    let count: Int
    private let path: String
    private let names: [String]
    private let targetName: String
    /// [count, columns]
    private let values: [Double]
    /// [count]
    private let targets: [Double]

    init(_ path: String, _ options: SeriesOptions) throws(FastTrainError) {
        let table = try Table(path: path, format: options.format ?? CSVFormat(path: path))
        let target = try table.column(options.target, for: "--column")
        var columns = [target]
        if !options.columns.isEmpty {
            columns = []
            for name in options.columns { columns.append(try table.column(name, for: "--columns")) }
        }
        guard Set(columns).count == columns.count else { throw .usage("--columns has a column twice") }
        for column in columns + [target] where table.columns[column].isEmpty {
            throw .badData(
                file: path, place: .line(1), expected: "a name for column \(column + 1)", found: "none")
        }
        var (values, targets): ([Double], [Double]) = ([], [])
        func number(_ column: Int) throws(FastTrainError) -> Double {
            guard let number = table.number(column) else {
                throw table.fault(column, table.isMissing(column) ? "a value" : "a number")
            }
            return number
        }
        while try table.next() {
            for column in columns { values.append(try number(column)) }
            targets.append(try number(target))
        }
        guard table.rowCount > 0 else { throw table.noRows }
        guard table.rowCount <= Dataset.mostRows else {
            throw .badData(file: path, place: .file, expected: "at most \(Dataset.mostRows) rows", found: "more")
        }
        self.path = path
        count = table.rowCount
        names = columns.map { table.name($0) }
        targetName = table.name(target)
        self.values = values
        self.targets = targets
    }

    /// Computes scales from the rows before `end`. Throws `.badData` if the numbers of a column are too far apart.
    func preprocessing(_ options: SeriesOptions, before end: Int) throws(FastTrainError) -> Preprocessing {
        let columns = try names.indices.map { column throws(FastTrainError) in
            var statistics = ColumnStatistics()
            for row in 0..<end { statistics.add(values[row * names.count + column]) }
            let scale = try statistics.scale(options.scale, column: names[column], file: path)
            return Preprocessing.Column(name: names[column], kind: .number(scale, fill: nil, isMarked: false))
        }
        var statistics = ColumnStatistics()
        for row in 0..<end { statistics.add(targets[row]) }
        let scale = try statistics.scale(options.targetScale, column: targetName, file: path)
        return Preprocessing(
            columns: columns, targets: [.init(name: targetName, scale: scale)], window: options.window)
    }

    /// Returns the window that starts at a row, and its target. Throws `.badData` for a number beyond single precision.
    func row(from start: Int, _ preprocessing: Preprocessing) throws(FastTrainError) -> ([Float], target: Float) {
        let window = preprocessing.window!
        let scales = preprocessing.columns.map { column in
            if case .number(let scale, _, _) = column.kind { scale } else { Preprocessing.Scale.identity }
        }
        let first = start * names.count
        let features = (first..<first + window.length * names.count).map { index in
            Float(scales[index % names.count].apply(values[index]))
        }
        let place = start + window.length - 1 + window.horizon
        let target = Float(preprocessing.targets[0].scale.apply(targets[place]))
        guard target.isFinite, features.allSatisfy(\.isFinite) else {
            throw .badData(
                file: path, place: .row(place), expected: "numbers that single precision holds", found: "larger ones")
        }
        return (features, target)
    }
}
