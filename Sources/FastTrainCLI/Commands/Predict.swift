import ArgumentParser
import FastTrain

struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a model makes of each row, as CSV.",
        discussion: """
            One line a row: its number (from 0) and the class, or the numbers for a model of regression. \
            Give -o to write a file, which appears under its name only when it is complete.
            """)

    @OptionGroup var source: ModelSource

    @Flag(help: "Add the probability of each class.")
    var probabilities = false

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write. (default: standard output)", valueName: "file"))
    var output: String?

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        let (model, data, rows) = try source.open()
        if probabilities { try requireProbabilities(of: model) }
        let predictions = try model.predict(data, rows, threads: threads.threads)
        let csv = PredictionCSV(predictions, task: model.task, probabilities: probabilities)
        guard let output else {
            for piece in csv.pieces { try Console.write(piece) }
            return
        }
        try AtomicFile.write(to: output) { (sink) throws(FastTrainError) in
            for piece in csv.pieces { try sink.write(piece) }
        }
    }

    private func requireProbabilities(of model: Model) throws(FastTrainError) {
        guard case .classification = model.task else {
            throw .usage("--probabilities: \(source.path) predicts numbers, not classes")
        }
        guard model.recipe.loss != .squaredError else {
            throw .usage("--probabilities: \(source.path) was trained with squared-error, its outputs are none")
        }
    }
}
