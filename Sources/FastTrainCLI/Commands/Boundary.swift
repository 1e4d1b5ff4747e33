import ArgumentParser
import FastTrain

/// The command `fasttrain boundary`.
struct Boundary: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw the predictions of a model with two inputs over a plane.",
        discussion: """
            Classes have colors, which are paler where the model is less certain, and lines mark where the predicted class \
            changes. Numbers are shown on a color scale. The rows of the data are drawn on top, test rows as diamonds. The \
            picture is a PNG file.
            """)

    @Argument(help: ArgumentHelp("A model or checkpoint file, or the folder of a run.", valueName: "model"))
    var path: String

    @Option(
        help: ArgumentHelp(
            "Data set whose rows to draw. (default: the run's data for a folder, otherwise none)", valueName: "file"))
    var data: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Range of the first input, such as -1,1. (default: the range of the rows)", valueName: "range"))
    var xRange: AxisRange?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Range of the second input. (default: the range of the rows)", valueName: "range"))
    var yRange: AxisRange?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of points to evaluate along each side.", valueName: "n"))
    var grid = 101

    @Option(help: ArgumentHelp("Target to show if the model predicts several.", valueName: "name"))
    var target: String?

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        try OutputFile.check(
            output, reading: [path, try RunDescription.dataPath(data, model: path)].compactMap(\.self))
        let model = try Model(path: path)
        let rows: Dataset? =
            if model.parameters.layers[0].inputs == 2 {
                try RunDescription.openData(data, model: path)
            } else { nil }
        let picture = try BoundaryPicture(
            model, name: path, data: rows, xRange: xRange?.bounds, yRange: yRange?.bounds, grid: grid, target: target,
            threads: threads.threads)
        try rows?.checkUnchanged()
        try picture.write(to: output)
    }
}
