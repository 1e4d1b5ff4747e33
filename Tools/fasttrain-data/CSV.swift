import ArgumentParser
import FastTrainData

/// `fasttrain-data csv FILE --target COL[,COL…] -o FILE`
struct CSV: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a data set of a table (CSV), of any size.",
        discussion: """
            Columns are named by the header, or by their positions from 1. Columns of numbers become features, \
            standardised by what the training rows say; columns of text become one feature for each of their texts. \
            What was done goes into the data set and from there into the model, so that 'fasttrain predict' takes raw \
            rows.

            The target is classes if it is text or --task says so, else numbers; these are standardised too, and \
            predictions come in the column's own units. (Losses that take targets as they are, such as those of \
            counts or of several yes-or-no targets, take --scale-target none.)

            Fields may be quoted (RFC 4180); lines end with LF, CR LF or CR. A field is missing if it is empty, NA, \
            N/A, NaN, null, none or ?.
            """)

    @Argument(help: ArgumentHelp("The table.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("What is to be predicted; several columns are numbers.", valueName: "column,…"))
    var target: String

    @Option(
        help: ArgumentHelp(
            "What is to be learned. (default: as the target is; whole numbers could be either)", valueName: "name"))
    var task: TableOptions.Task?

    @OptionGroup var format: FormatOptions

    @Option(help: ArgumentHelp("Columns that are not used.", valueName: "column,…"))
    var ignore: String?

    @Option(help: ArgumentHelp("Columns of numbers that are categories.", valueName: "column,…"))
    var categorical: String?

    @Option(help: ArgumentHelp("The column that says how much a row counts.", valueName: "column"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            """
            What stands for missing numbers, with a feature more that says where; a missing text is a category. \
            (default: nothing may be missing)
            """,
            valueName: "name"))
    var missing: TableOptions.Fill?

    @Option(help: ArgumentHelp("How numbers become features.", valueName: "name"))
    var scale = TableOptions.Scaling.standard

    @Option(
        help: ArgumentHelp(
            "How numbers to be predicted become those to be learned. (default: standard)", valueName: "name"))
    var scaleTarget: TableOptions.Scaling?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of the rows for testing, of each class alike; 0: none. (default: 0.2)", valueName: "share"))
    var test: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("What that share is drawn by.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("A table of rows for testing, with the same columns in any order.", valueName: "file"))
    var testFile: String?

    @Option(
        help: ArgumentHelp("What to do with a category that is in the --test-file alone.", valueName: "name"))
    var unknown = UnknownCategory.refused

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard test == nil || testFile == nil else { throw ValidationError("--test and --test-file exclude each other") }
    }

    func run() throws {
        try output.check(reading: [file, testFile])
        var options = TableOptions(targets: columnNames(target))
        options.task = task
        options.categorical = columnNames(categorical)
        options.ignored = columnNames(ignore)
        options.weights = weights
        options.scale = scale
        options.targetScale = scaleTarget
        options.missing = missing
        options.test = test ?? options.test
        options.testFile = testFile
        options.seed = seed
        options.format = try format.format(of: file)
        options.unknown = unknown
        let dataset = try TableConversion.write(table: file, options: options, to: output.output)
        try output.report(dataset)
    }
}

/// The options for the text format of a table.
struct FormatOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What is between two fields: a character, or tab. (default: a comma; tab for .tsv)",
            valueName: "character"))
    var delimiter: String?

    @Flag(help: "The first line is a row already; columns are named by their positions, from 1.")
    var noHeader = false

    /// Returns the format of `path`: the options, with defaults derived from the file name.
    func format(of path: String) throws(FastTrainError) -> CSVFormat {
        var format = CSVFormat(path: path)
        format.hasHeader = !noHeader
        if let delimiter { format.delimiter = try CSVFormat.delimiter(delimiter) }
        return format
    }
}

/// Returns the names in a comma-separated list.
func columnNames(_ list: String?) -> [String] {
    list?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
}

extension TableOptions.Task: ExpressibleByArgument {}
extension TableOptions.Scaling: ExpressibleByArgument {}
extension TableOptions.Fill: ExpressibleByArgument {}
extension UnknownCategory: ExpressibleByArgument {}
