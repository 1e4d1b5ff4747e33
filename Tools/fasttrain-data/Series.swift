import ArgumentParser
import FastTrainData

/// `fasttrain-data series FILE --column close --window 3 --horizon 1 -o FILE`
struct Series: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert a time series (CSV) to a data set for forecasting.",
        discussion: """
            The rows of the table are points in time, oldest first. A row of the data set contains the values of \
            --window rows, such as close[-2], close[-1] and close[0], and its target is the value --horizon rows \
            later, close[+1]. The last part of the series is for testing: nothing that is forecast there is used for \
            training, which includes the scales.

            'fasttrain predict MODEL --data FILE.csv' makes a forecast for each row that ends a full window. The last \
            forecast is for the time after the end of the series.
            """)

    @Argument(help: ArgumentHelp("The table.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The column to forecast.", valueName: "column"))
    var column: String

    @Option(help: ArgumentHelp("The columns to forecast from. (default: the column itself)", valueName: "column,…"))
    var columns: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of rows that a forecast is made from.", valueName: "n"))
    var window = 3

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of rows from the last of them to the forecast.", valueName: "n"))
    var horizon = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Share of windows for testing, the last ones. 0 means none.", valueName: "share"))
    var test = 0.2

    @Option(help: ArgumentHelp("How to scale numbers to features.", valueName: "name"))
    var scale = TableOptions.Scaling.standard

    @Option(help: ArgumentHelp("How to scale numbers to forecast.", valueName: "name"))
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
