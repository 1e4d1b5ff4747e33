/// The numbers in the columns of a time series.
struct SeriesTable {
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
        let target = try table.column(options.target, for: "`target`")
        var columns = [target]
        if !options.columns.isEmpty {
            columns = []
            for name in options.columns { columns.append(try table.column(name, for: "`columns`")) }
        }
        guard Set(columns).count == columns.count else {
            throw .unsuitableSetting(name: "columns", reason: "`columns` names a column twice")
        }
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
        guard table.rowCount <= Dataset.maxRows else {
            throw .badData(file: path, place: .file, expected: "at most \(Dataset.maxRows) rows", found: "more")
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
                file: path, place: .row(place), expected: "numbers within the range of single precision",
                found: "larger ones")
        }
        return (features, target)
    }
}
