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
                    found: "none (to leave it out: `ignored` \(name))")
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
