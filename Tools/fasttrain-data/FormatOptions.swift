import ArgumentParser
import FastTrainData

/// The options for the text format of a table.
struct FormatOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The character between two fields, or tab. (default: a comma; tab for .tsv)",
            valueName: "character"))
    var delimiter: String?

    @Flag(help: "The first line is a row. Columns are named by their positions, from 1.")
    var noHeader = false

    /// Returns the format of `path`: the options, with defaults derived from the file name.
    func format(of path: String) throws(FastTrainError) -> CSVFormat {
        var format = CSVFormat(path: path)
        format.hasHeader = !noHeader
        if let delimiter { format.delimiter = try CSVFormat.delimiter(delimiter) }
        return format
    }
}
