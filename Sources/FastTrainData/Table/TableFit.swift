/// Statistics of the numbers in a column.
struct ColumnStatistics {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0
    private var least = Double.infinity
    private var greatest = -Double.infinity
    /// The number of rows without a number.
    var missing = 0
    /// All numbers, if they are needed for the median.
    private var values: [Double]?

    init(keepsValues: Bool = false) {
        values = keepsValues ? [] : nil
    }

    /// Adds a number to the sums (Welford's algorithm, which avoids cancellation).
    mutating func add(_ value: Double) {
        count += 1
        let before = value - mean
        mean += before / Double(count)
        squares += before * (value - mean)
        least = min(least, value)
        greatest = max(greatest, value)
        values?.append(value)
    }

    /// Returns the scale of the column, as in scikit-learn's StandardScaler and MinMaxScaler. The variance is that of
    /// the population. If all numbers are equal up to rounding, the divisor is 1.
    ///
    /// - Throws: `.badData` if the numbers are too far apart for a finite scale.
    func scale(
        _ scaling: TableOptions.Scaling, column: String, file: String
    ) throws(FastTrainError) -> Preprocessing.Scale {
        let scale = scale(scaling)
        guard scale.offset.isFinite, scale.divisor.isFinite else {
            throw .badData(
                file: file, place: .file, expected: "numbers in column '\(column)' whose variance is finite",
                found: "larger ones")
        }
        return scale
    }

    private func scale(_ scaling: TableOptions.Scaling) -> Preprocessing.Scale {
        switch scaling {
        case .unscaled: return .identity
        case .minMax: return .init(offset: least, divisor: greatest > least ? greatest - least : 1)
        case .standard:
            let variance = squares / Double(count)
            let rounding = Double(count) * Double.ulpOfOne
            let isConstant =
                variance.isFinite && variance <= rounding * variance + (rounding * mean) * (rounding * mean)
            return .init(offset: mean, divisor: isConstant ? 1 : variance.squareRoot())
        }
    }

    /// Returns the replacement for missing numbers.
    func fill(_ fill: TableOptions.Fill) -> Double {
        guard fill == .median, let sorted = values?.sorted() else { return mean }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2
    }
}

/// The second pass over a table, which computes scales and replacements for missing numbers from the training rows.
enum TableFit {
    /// Returns the preprocessing of a table. `isTest` marks the rows to leave out, and is empty if there are none.
    /// Throws `.badData` if a column cannot be scaled.
    static func preprocessing(
        _ table: Table, _ survey: TableSurvey, isTest: [Bool], _ options: TableOptions
    ) throws(FastTrainError) -> Preprocessing {
        let targets = survey.classes == nil ? survey.targets : []
        let columns = survey.features.indices.filter { if case .numbers = survey.kinds[$0] { true } else { false } }
        var statistics = columns.map { index in
            ColumnStatistics(keepsValues: options.missing == .median && survey.missing[index] > 0)
        }
        var targetStatistics = targets.map { _ in ColumnStatistics() }
        try table.rewind()
        while try table.next() {
            if !isTest.isEmpty, isTest[table.rowCount - 1] { continue }
            for (place, index) in columns.enumerated() {
                if let number = table.number(survey.features[index]) {
                    statistics[place].add(number)
                } else {
                    statistics[place].missing += 1
                }
            }
            for (place, column) in targets.enumerated() {
                if let number = table.number(column) { targetStatistics[place].add(number) }
            }
        }
        var described: [Preprocessing.Column] = []
        var place = 0
        for (index, column) in survey.features.enumerated() {
            let name = table.name(column)
            if case .texts(let categories, _) = survey.kinds[index] {
                described.append(
                    .init(name: name, kind: .categories(categories.sorted.names, isMarked: survey.missing[index] > 0)))
                continue
            }
            let numbers = statistics[place]
            place += 1
            guard numbers.count > 0 else {
                throw .badData(
                    file: table.path, place: .file, expected: "a number in column '\(name)' of the training rows",
                    found: "none (leave it out: --ignore \(name))")
            }
            let scale = try numbers.scale(options.scale, column: name, file: table.path)
            described.append(
                .init(
                    name: name,
                    kind: .number(scale, fill: options.missing.map { numbers.fill($0) }, isMarked: numbers.missing > 0))
            )
        }
        var learned = survey.targets.map { Preprocessing.Target(name: table.name($0)) }
        for (index, statistics) in targetStatistics.enumerated() {
            learned[index].scale = try statistics.scale(
                options.targetScale ?? .standard, column: learned[index].name, file: table.path)
        }
        return Preprocessing(columns: described, targets: learned)
    }
}
