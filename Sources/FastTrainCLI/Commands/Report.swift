import ArgumentParser
import FastTrain
import ProgramSupport

/// The command `fasttrain report`.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the report.html of a run anew.",
        discussion: """
            A run writes it when it is complete. This is for runs of earlier versions, and for one that was stopped: its \
            newest sound checkpoint is reported on.
            """)

    @Argument(help: ArgumentHelp("The folder of the run (its --output).", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("Where the data set lies now, if it has moved.", valueName: "file"))
    var data: String?

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let path = try Training.report(folder, data: dataset, threads: threads.threads, warn: Console.warning)
        try Console.print("wrote \(path)".printable)
    }
}
