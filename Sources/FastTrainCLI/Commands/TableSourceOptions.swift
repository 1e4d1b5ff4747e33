import ArgumentParser
import FastTrain

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
