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
        let data: Dataset
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
            guard table.isDefault else { throw .usage("\(table.used): --data does not name a table") }
            return nil
        }
        guard split == nil else { throw .usage("--split: \(data) is a table, and all of its rows are used") }
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
        return Rows(data: data, split: try split.rows(of: data), name: "the \(split.rawValue) rows of \(data.name)")
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

extension RunDescription {
    /// Returns the path of the data set: the given one, or that of the run if `path` is a run folder; otherwise `nil`.
    static func dataPath(_ given: String?, model path: String) throws(FastTrainError) -> String? {
        if let given { return given }
        guard try System.status(path)?.isFolder ?? false else { return nil }
        return try RunDescription(folder: path).data
    }

    /// Opens the data set that `dataPath(_:model:)` finds.
    ///
    /// - Returns: The data set, which is the built-in sample for a run folder that records no path; `nil` if there is
    ///   neither a given path nor a run folder.
    /// - Throws: `.badData` if the run's data set has changed since the run was started, and any error of
    ///   `Dataset(path:)`.
    static func openData(_ given: String?, model path: String) throws(FastTrainError) -> Dataset? {
        if let given { return try Dataset(path: given) }
        guard try System.status(path)?.isFolder ?? false else { return nil }
        return try RunDescription(folder: path).openData(in: path)
    }
}

/// The options that describe how a table is read.
struct TableSourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "For a table: the character between fields, or 'tab'. (default: a comma, or a tab for .tsv)",
            valueName: "character"))
    var delimiter: String?

    @Flag(help: "For a table: the first line is a row, not a header.")
    var noHeader = false

    @Option(
        help: ArgumentHelp(
            "For a table: how to handle categories that the model does not know.", valueName: "name"))
    var unknown = UnknownCategory.refused

    /// Returns the format of the table at `path`; options override what its name suggests.
    func format(of path: String) throws(FastTrainError) -> CSVFormat {
        var format = CSVFormat(path: path)
        format.hasHeader = !noHeader
        if let delimiter { format.delimiter = try CSVFormat.delimiter(delimiter) }
        return format
    }

    /// Whether none of the options was given.
    var isDefault: Bool { used.isEmpty }

    /// The names of the options that were given.
    var used: String {
        ((delimiter == nil ? [] : ["--delimiter"]) + (noHeader ? ["--no-header"] : [])
            + (unknown == .refused ? [] : ["--unknown"])).joined(separator: ", ")
    }
}

extension UnknownCategory: ExpressibleByArgument {}
