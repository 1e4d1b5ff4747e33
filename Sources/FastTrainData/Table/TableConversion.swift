/// Converts a CSV file of any size to a data set file.
///
/// The table is read in three passes. A piece of it is in memory, and a few bytes for each row: its class and its
/// split.
public enum TableConversion {
    /// Writes the data set of the table at `path` to `output`, atomically, and opens it.
    ///
    /// Training rows and test rows each keep the order of the table.
    ///
    /// - Throws: `.badData` with line and column if a field is not valid, `.noInput` if a file cannot be read, a usage
    ///   error if the options do not match the table or each other, and the errors of `AtomicFile.write`.
    public static func write(
        table path: String, options: TableOptions, to output: String
    ) throws(FastTrainError) -> Dataset {
        guard options.test >= 0, options.test < 1 else {
            throw .invalidSetting(name: "test", expected: "a share of at least 0 and below 1", found: "\(options.test)")
        }
        let table = try Table(path: path, format: options.format ?? CSVFormat(path: path))
        let survey = try TableSurvey(table, options)
        let isTest = try testRows(survey, options, path)
        let testTable = try options.testFile.map { path throws(FastTrainError) in
            try Table(path: path, format: options.format ?? CSVFormat(path: path))
        }
        let preprocessing = try TableFit.preprocessing(table, survey, isTest: isTest, options)
        let task: Dataset.Task =
            if let classes = survey.classes { .classification(classes: classes) } else {
                .regression(targets: preprocessing.targetNames)
            }
        let sources = try Sources(table, testTable, preprocessing, task, options)
        let testCount = isTest.count { $0 } + sources.testFileRows
        let writer = DatasetWriter(
            task: task, featureCount: preprocessing.featureCount, hasWeights: options.weights != nil,
            trainCount: survey.rowCount - isTest.count { $0 }, testCount: testCount)
        return try writer.write(to: output, preprocessing: preprocessing) { (rows) throws(FastTrainError) in
            try sources.copy(to: &rows, isTest: isTest)
        }
    }

    /// Returns whether each row is for testing. Empty if there are no test rows in the table.
    private static func testRows(
        _ survey: TableSurvey, _ options: TableOptions, _ path: String
    ) throws(FastTrainError) -> [Bool] {
        guard options.testFile == nil, options.test > 0 else { return [] }
        let isTest = HoldOut.rows(
            count: survey.rowCount, classCount: survey.classes?.count ?? 1, share: options.test,
            Philox(seed: options.seed, purpose: .testSplit)
        ) { survey.labels.isEmpty ? 0 : Int(survey.labels[$0]) }
        let testCount = isTest.count { $0 }
        guard testCount > 0, testCount < survey.rowCount else {
            throw .unsuitableSetting(
                name: "test",
                reason:
                    "`test` \(options.test) of \(survey.rowCount) rows in \(path) leaves "
                    + "\(survey.rowCount - testCount) for training and \(testCount) for testing; both must be "
                    + "at least 1 (for no testing: `test` 0)")
        }
        return isTest
    }

    /// The tables that rows come from, with their encoders.
    private struct Sources {
        private let table: Table
        private let encoder: TableEncoder
        private let weights: Int?
        private let test: (table: Table, encoder: TableEncoder, weights: Int?)?
        /// The number of rows in the table of test rows.
        let testFileRows: Int

        init(
            _ table: Table, _ testTable: Table?, _ preprocessing: Preprocessing, _ task: Dataset.Task,
            _ options: TableOptions
        ) throws(FastTrainError) {
            self.table = table
            encoder = try TableEncoder(preprocessing, task: task, of: table)
            weights = try options.weights.map { name throws(FastTrainError) in try table.column(name, for: "`weights`")
            }
            guard let testTable else {
                (test, testFileRows) = (nil, 0)
                return
            }
            let testEncoder = try TableEncoder(preprocessing, task: task, of: testTable, unknown: options.unknown)
            try testEncoder.expectTargets(testTable, for: "`targets`")
            let testWeights = try options.weights.map { name throws(FastTrainError) in
                try testTable.column(name, for: "`weights`")
            }
            test = (testTable, testEncoder, testWeights)
            var count = 0
            while try testTable.next() { count += 1 }
            guard count > 0 else { throw testTable.noRows }
            testFileRows = count
        }

        /// Encodes and appends all rows, in the order of the tables.
        func copy(to rows: inout DatasetWriter.Rows, isTest: [Bool]) throws(FastTrainError) {
            try table.rewind()
            while try table.next() {
                let split = !isTest.isEmpty && isTest[table.rowCount - 1] ? 1 : 0
                try rows.append(table, encoder, weights: weights, to: split)
            }
            try expectWeight(rows, 0, table)
            guard let test else {
                if isTest.contains(true) { try expectWeight(rows, 1, table) }
                return
            }
            try test.table.rewind()
            while try test.table.next() {
                try rows.append(test.table, test.encoder, weights: test.weights, to: 1)
            }
            try expectWeight(rows, 1, test.table)
        }

        private func expectWeight(
            _ rows: DatasetWriter.Rows, _ split: Int, _ table: Table
        ) throws(FastTrainError) {
            guard let weights, !rows.haveWeight[split] else { return }
            throw .badData(
                file: table.path, place: .file,
                expected:
                    "a weight above 0 in column '\(self.table.name(weights))' of a \(split == 0 ? "training" : "test") row",
                found: "none")
        }
    }
}
