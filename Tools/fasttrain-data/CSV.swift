import ArgumentParser
import FastTrainData

/// `fasttrain-data csv FILE --target COL[,COL…] -o FILE`
struct CSV: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert a table (CSV) of any size to a data set.",
        discussion: """
            Columns are named by the header, or by their positions from 1. A column of numbers becomes a feature, \
            standardized with statistics of the training rows. A column of text becomes one feature for each distinct \
            text. The data set and the models trained on it describe these steps, so 'fasttrain predict' accepts raw \
            rows.

            The target consists of classes if it is text or --task says so, and of numbers otherwise. Numbers are \
            standardized, too, and predictions are in the units of the column. (Losses that require unscaled targets, \
            such as those for counts or for several yes-or-no targets, need --scale-target none.)

            Fields may be quoted (RFC 4180); lines end with LF, CR LF or CR. A field is missing if it is empty, NA, \
            N/A, NaN, null, none or ?.
            """)

    @Argument(help: ArgumentHelp("The table.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The columns to predict. Several columns must be numbers.", valueName: "column,…"))
    var target: String

    @Option(
        help: ArgumentHelp(
            "The kind of target. (default: from the target; whole numbers require a choice)", valueName: "name"))
    var task: TableOptions.Task?

    @OptionGroup var format: FormatOptions

    @Option(help: ArgumentHelp("Columns to leave out.", valueName: "column,…"))
    var ignore: String?

    @Option(help: ArgumentHelp("Columns of numbers to treat as categories.", valueName: "column,…"))
    var categorical: String?

    @Option(help: ArgumentHelp("The column with the weights of the rows.", valueName: "column"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            """
            The replacement for missing numbers, with an additional feature that marks them. A missing text becomes \
            a category. (default: missing values are errors)
            """,
            valueName: "name"))
    var missing: TableOptions.Fill?

    @Option(help: ArgumentHelp("How to scale numbers to features.", valueName: "name"))
    var scale = TableOptions.Scaling.standard

    @Option(
        help: ArgumentHelp(
            "How to scale numbers to predict. (default: standard)", valueName: "name"))
    var scaleTarget: TableOptions.Scaling?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of rows for testing, equal in each class. 0 means none. (default: 0.2)", valueName: "share"))
    var test: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("Seed for drawing the rows for testing.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("A table of rows for testing, with the same columns in any order.", valueName: "file"))
    var testFile: String?

    @Option(
        help: ArgumentHelp("What to do with a category that occurs only in the --test-file.", valueName: "name"))
    var unknown = UnknownCategory.refused

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard test == nil || testFile == nil else { throw ValidationError("--test and --test-file cannot be combined") }
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

/// Returns the names in a comma-separated list.
func columnNames(_ list: String?) -> [String] {
    list?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
}

extension TableOptions.Task: ExpressibleByArgument {}
extension TableOptions.Scaling: ExpressibleByArgument {}
extension TableOptions.Fill: ExpressibleByArgument {}
extension UnknownCategory: ExpressibleByArgument {}
