/// Converts a time series to a data set file. A series is a table whose rows are points in time, oldest first.
///
/// Each row of the data set is made from a window of rows of the table. Its target is the value `horizon` rows after
/// the last of them.
///
/// The last windows are held out for testing. No value that they forecast occurs in a window or target used for
/// training, and scales are computed from the rows before the first such value. A test window may reach back into the
/// training period, because the past is known when a forecast is made.
package enum SeriesConversion {
    /// Writes the data set of the series at `path` to `output`, atomically, and opens it.
    ///
    /// - Throws: `.badData` with line and column if a field is missing or malformed, `.noInput` if the file cannot be
    ///   read, a usage error if the options do not match the series, and the errors of `AtomicFile.write`.
    package static func write(
        table path: String, options: SeriesOptions, to output: String
    ) throws(FastTrainError) -> Dataset {
        guard options.test >= 0, options.test < 1 else {
            throw .invalidSetting(name: "test", expected: "a share of at least 0 and below 1", found: "\(options.test)")
        }
        guard options.window.length >= 1, options.window.horizon >= 1 else {
            throw .unsuitableSetting(
                name: "window",
                reason: "`window.length`, `window.horizon`: expected numbers of at least 1, found "
                    + "\(options.window.length) and \(options.window.horizon)")
        }
        let series = try SeriesTable(path, options)
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
                throw .unsuitableSetting(
                    name: "window",
                    reason:
                        "`window.length` \(options.window.length) and `window.horizon` \(options.window.horizon) "
                        + "require \(overflow ? "more" : "at least \(least)") rows, but \(path) has \(rows)")
            }
            let windows = rows - least + 1
            testCount = Int((Double(windows) * options.test).rounded())
            trainCount = windows - testCount
            firstTestTarget = rows - testCount
            guard trainCount > 0, testCount > 0 || options.test == 0 else {
                throw .unsuitableSetting(
                    name: "test",
                    reason:
                        "`test` \(options.test) of \(windows) windows in \(path) leaves \(trainCount) for training and "
                        + "\(testCount) for testing; both must be at least 1 (for no testing: `test` 0)")
            }
        }
    }
}
