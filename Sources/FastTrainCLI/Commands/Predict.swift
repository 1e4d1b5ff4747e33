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
        guard top == nil || !probabilities else { throw .usage("--top and --probabilities cannot be combined") }
        let option = top == nil ? "--probabilities" : "--top"
        guard case .classification(let classes) = model.task else {
            throw .usage("\(option): \(source.path) predicts numbers, not classes")
        }
        guard model.hasProbabilities else {
            let loss = model.recipe.loss?.rawValue ?? ""
            throw .usage("\(option): \(source.path) was trained with \(loss), so its outputs are not probabilities")
        }
        guard let top else { return .probabilities }
        guard (1...classes.count).contains(top) else {
            throw .usage("--top: expected a number from 1 to \(classes.count), the number of classes, found \(top)")
        }
        return .top(top)
    }
}

/// The predictions as CSV text, header first, in pieces. A table's rows are read and predicted as needed.
private struct PredictionText {
    private let model: Model
    private let csv: PredictionCSV
    private var table: TableRows?
    private var source: ModelSource.Rows?
    private let threads: Int?
    private var hasHeader = false
    private var predictions: Predictions?
    /// The row numbers of `predictions`; `nil` means 0, 1, 2 and so on.
    private var rows: [Int]?
    /// The rows of `predictions` that have not been written yet.
    private var pending = 0..<0

    /// The number of a table's rows that are held in memory at once.
    private static let rows = 16_384
    /// The number of lines in a piece.
    private static let lines = 4096

    init(model: Model, csv: PredictionCSV, table: TableRows?, rows: ModelSource.Rows?, threads: Int?) {
        self.model = model
        self.csv = csv
        self.table = table
        source = rows
        self.threads = threads
    }

    /// Returns the next piece, or `nil` at the end. Throws any error of reading and predicting.
    mutating func next() throws(FastTrainError) -> String? {
        if pending.isEmpty {
            guard let (made, numbers) = try predict() else { return nil }
            (predictions, rows, pending) = (made.restored(by: model), numbers, 0..<made.count)
        }
        let piece = pending.prefix(Self.lines)
        pending = piece.upperBound..<pending.upperBound
        defer { hasHeader = true }
        return (hasHeader ? "" : csv.header) + csv.lines(predictions!, piece, numbers: rows)
    }

    private mutating func predict() throws(FastTrainError) -> (Predictions, rows: [Int]?)? {
        if let source {
            self.source = nil
            return (try model.predict(source.data, source.split, threads: threads), nil)
        }
        guard let (features, numbers) = try table?.next(most: Self.rows) else {
            if let table, table.rowCount == 0 { throw table.nothingToPredict }
            return nil
        }
        return (try model.predict(features: features, threads: threads), numbers)
    }
}
