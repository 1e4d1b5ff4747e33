import ArgumentParser
import FastTrain
import ProgramSupport

/// The command `fasttrain report`.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the report.html of a run again.",
        discussion: """
            A run writes its report when it is complete. Use this command for runs of earlier versions, and for a stopped \
            run, whose newest intact checkpoint is reported.
            """)

    @Argument(help: ArgumentHelp("The folder of the run (its --output).", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("The current path of the data set, if it has moved.", valueName: "file"))
    var data: String?

    @OptionGroup var threads: ThreadOptions

    func run() throws {
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let path = try Training.report(folder, data: dataset, threads: threads.threads, warn: Console.warning)
        try Console.print("wrote \(path)".printable)
    }
}
