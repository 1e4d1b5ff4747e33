import ArgumentParser
import FastTrain
import ProgramSupport

/// The command `fasttrain evaluate`.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the loss, accuracy and confusion matrix of a model.",
        discussion: "For a model that predicts numbers, show the loss and R2, the coefficient of determination.")

    @OptionGroup var source: ModelSource
    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        let model = try Model(path: source.folder)
        let rows = try openRows(for: model)
        let evaluation = try model.evaluate(rows.split, threads: threads.threads)
        if json { return try Console.print(evaluation.json.text) }
        let terminal = Terminal.standardOutput
        let title = "\(source.path.printable) on \(rows.name.printable)"
        try Console.print(
            title + "\n\n" + EvaluationText.text(evaluation, width: terminal.width, style: terminal.style))
    }

    private func openRows(for model: Model) throws(FastTrainError) -> ModelSource.Rows {
        guard let table = try source.openTable(for: model) else { return try source.openRows() }
        let data = try table.dataset()
        return .init(split: data.train, name: "the rows of \(data.name)")
    }
}
