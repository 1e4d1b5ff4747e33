import ArgumentParser
import FastTrain
import ProgramSupport

/// The model argument together with the options that name the data to use the model on.
struct ModelSource: ParsableArguments {
    @Argument(help: ArgumentHelp("A model or checkpoint file, or the folder of a run or search.", valueName: "model"))
    var path: String

    @Option(
        help: ArgumentHelp(
            """
            A data set made by fasttrain-data or, for a model of a table, a CSV table with the same columns. (default: \
            the run's data for a folder, otherwise the built-in MNIST sample)
            """,
            valueName: "file"))
    var data: String?

    @Option(
        help: ArgumentHelp("Rows of the data set to use. (default: test)", valueName: "name"))
    var split: Split?

    @OptionGroup var table: TableSourceOptions

    /// The requested rows of a data set.
    struct Rows {
        let split: DataSplit
        /// The name of the rows, for messages.
        let name: String
    }

    /// Throws if the output file would replace a file that is read, or a file of a run.
    func checkOutput(_ output: String) throws(FastTrainError) {
        let folder = try folder
        try OutputFile.check(
            output, reading: [folder, try RunDescription.dataPath(data, model: folder)].compactMap(\.self))
    }

    /// Opens the table that `--data` names for reading with `model`.
    ///
    /// A warning on standard error names the columns that the model does not use.
    ///
    /// - Returns: The table, or `nil` if `--data` names a data set.
    func openTable(for model: Model) throws(FastTrainError) -> TableRows? {
        guard let data, CSVFormat.isTable(data) else {
            guard table.isDefault else { throw .invalidUse("\(table.used): --data does not name a table") }
            return nil
        }
        guard split == nil else { throw .invalidUse("--split: \(data) is a table, and all of its rows are used") }
        guard let preprocessing = model.preprocessing else {
            throw .badData(
                file: data, place: .file,
                expected: "a data set made by fasttrain-data, because \(path) is not a model of a table",
                found: "a table")
        }
        let rows = try TableRows(
            path: data, format: table.format(of: data), preprocessing, task: model.task, unknown: table.unknown)
        if !rows.unusedColumns.isEmpty {
            let names = rows.unusedColumns.prefix(10).joined(separator: ", ")
            let more = rows.unusedColumns.count > 10 ? " and \(rows.unusedColumns.count - 10) more" : ""
            Console.warning("\(data): the model does not use the columns \(names)\(more)")
        }
        return rows
    }

    /// Opens the data set and returns the requested rows.
    func openRows() throws(FastTrainError) -> Rows {
        let data = try openData()
        let split = split ?? .test
        return Rows(split: try split.rows(of: data), name: "the \(split.rawValue) rows of \(data.name)")
    }

    /// The path of the model or, for the folder of a search, of the winner's run.
    var folder: String {
        get throws(FastTrainError) { try Search.isSearch(path) ? path + "/best" : path }
    }

    private func openData() throws(FastTrainError) -> Dataset {
        let folder = try folder
        if let data = try RunDescription.openData(data, model: folder) { return data }
        return try .mnistSample()
    }
}
