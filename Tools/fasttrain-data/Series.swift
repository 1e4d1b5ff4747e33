import ArgumentParser
import FastTrainData

/// `fasttrain-data series FILE --column close --window 3 --horizon 1 -o FILE`
struct Series: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a data set of a series (CSV): the next value from the last ones.",
        discussion: """
            The rows of the table are times, the oldest first. A row of the data set is the values of --window rows, \
            such as close[-2], close[-1] and close[0], and what is to be learned is the value --horizon rows later, \
            close[+1]. The last part of the series is for testing: nothing that is to be forecast there is known in \
            training, the scales included.

            'fasttrain predict MODEL --data FILE.csv' makes a forecast for each row that a full window ends with; the \
            last one is for the time after the end of the series.
            """)

    @Argument(help: ArgumentHelp("The table.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("What is to be forecast.", valueName: "column"))
    var column: String

    @Option(help: ArgumentHelp("What it is forecast from. (default: its own past)", valueName: "column,…"))
    var columns: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows that a forecast is made from.", valueName: "n"))
    var window = 3

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows from the last of them to the forecast.", valueName: "n"))
    var horizon = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Share of the windows for testing, the last; 0: none.", valueName: "share"))
    var test = 0.2

    @Option(help: ArgumentHelp("How numbers become features.", valueName: "name"))
    var scale = TableOptions.Scaling.standard

    @Option(help: ArgumentHelp("How numbers to be forecast become those to be learned.", valueName: "name"))
    var scaleTarget = TableOptions.Scaling.standard

    @OptionGroup var format: FormatOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.check(reading: [file])
        var options = SeriesOptions(target: column, window: .init(length: window, horizon: horizon))
        options.columns = columnNames(columns)
        options.test = test
        options.scale = scale
        options.targetScale = scaleTarget
        options.format = try format.format(of: file)
        try output.report(SeriesConversion.write(table: file, options: options, to: output.output))
    }
}
