import ArgumentParser
import FastTrain
import ProgramSupport

/// The command `fasttrain predict`.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model's prediction for each row as CSV.",
        discussion: """
            Each line has a row's number, from 0, and its class, or its numbers for a regression model. \
            With -o, the output file appears under its name only when it is complete.

            A model of a table accepts raw rows: --data names a CSV table with the columns that the model was trained on, \
            in any order. For a time series, there is a line for each row that ends a full window; the last line is the \
            forecast.
            """)

    @OptionGroup var source: ModelSource

    @Flag(help: "Add the probability of each class.")
    var probabilities = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Show the n most probable classes, each with its probability.", valueName: "n"))
    var top: Int?

    @Option(name: .shortAndLong, help: ArgumentHelp("The output file. (default: standard output)", valueName: "file"))
    var output: String?

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        if let output { try source.checkOutput(output) }
        let model = try Model(path: source.folder)
        let csv = PredictionCSV(task: model.task, detail: try detail(of: model))
        let table = try source.openTable(for: model)
        var text = PredictionText(
            model: model, csv: csv, table: table, rows: table == nil ? try source.openRows() : nil,
            threads: threads.threads)
        guard let output else {
            while let piece = try text.next() { try Console.write(piece) }
            return
        }
        try AtomicFile.write(to: output) { (sink) throws(FastTrainError) in
            while let piece = try text.next() { try sink.write(piece) }
        }
    }

    private func detail(of model: Model) throws(FastTrainError) -> PredictionCSV.Detail {
        guard probabilities || top != nil else { return .none }
        guard top == nil || !probabilities else { throw .invalidUse("--top and --probabilities cannot be combined") }
        let option = top == nil ? "--probabilities" : "--top"
        guard case .classification(let classes) = model.task else {
            throw .invalidUse("\(option): \(source.path) predicts numbers, not classes")
        }
        guard model.hasProbabilities else {
            let loss = model.recipe.loss?.rawValue ?? ""
            throw .invalidUse(
                "\(option): \(source.path) was trained with \(loss), so its outputs are not probabilities")
        }
        guard let top else { return .probabilities }
        guard (1...classes.count).contains(top) else {
            throw .invalidUse(
                "--top: expected a number from 1 to \(classes.count), the number of classes, found \(top)")
        }
        return .top(top)
    }
}
