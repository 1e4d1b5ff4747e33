import ArgumentParser
import FastTrain

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Loss and accuracy of a model, and what it confuses.",
        discussion: "For a model that predicts numbers: the loss and R2, the coefficient of determination.")

    @OptionGroup var source: ModelSource
    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print the result as one JSON object.")
    var json = false

    func run() throws {
        let (model, data, rows) = try source.open()
        let evaluation = try model.evaluate(data, rows, threads: threads.threads)
        if json { return try Console.print(evaluation.json.text) }
        let terminal = Terminal.standardOutput
        let title = "\(source.path.printable) on the \(source.split.rawValue) rows of \(data.name.printable)"
        try Console.print(
            title + "\n\n" + EvaluationText.text(evaluation, width: terminal.width, style: terminal.style))
    }
}
