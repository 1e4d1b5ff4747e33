import ArgumentParser
import FastTrain

/// The argument MODEL|DIR with the data to use the model on.
struct ModelSource: ParsableArguments {
    @Argument(help: ArgumentHelp("A model or checkpoint file, or the folder of a run.", valueName: "model"))
    var path: String

    @Option(
        help: ArgumentHelp(
            "A data set of fasttrain-data. (default: that of the run, for a folder; else the built-in MNIST sample)",
            valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("Which rows of the data set.", valueName: "name"))
    var split = Split.test

    /// The model, the data set and its rows that were asked for.
    func open() throws(FastTrainError) -> (model: Model, data: Dataset, rows: DataSplit) {
        let model = try Model(path: path)
        let data = try openData()
        return (model, data, try split.rows(of: data))
    }

    private func openData() throws(FastTrainError) -> Dataset {
        let isFolder = System.status(path)?.isFolder ?? false
        let run = isFolder && data == nil ? try RunDescription(folder: path).data : nil
        if let file = data ?? run { return try Dataset(path: file) }
        return try .mnistSample()
    }
}
