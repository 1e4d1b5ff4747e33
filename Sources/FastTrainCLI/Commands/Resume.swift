import ArgumentParser
import FastTrain

struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on with a run that was stopped, from its newest sound checkpoint.",
        discussion: """
            The result is that of a run that was never stopped, to the bit. With more epochs it is that of a run \
            started with so many, but for the schedules cosine and one-cycle, which go by the number of steps. A run \
            that --patience ended stays ended.
            """)

    @Argument(help: ArgumentHelp("The folder of the run (its --output).", valueName: "folder"))
    var folder: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Epochs in all. (default: as the run was started with)", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Where the data set lies now, if it has moved.", valueName: "file"))
    var data: String?

    @OptionGroup var time: TimeOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let training = try Training.resume(
            folder, epochs: epochs, threads: threads.threads, data: dataset, dataPath: data,
            maxTime: time.maxTime?.seconds)
        try RunSession(training, report: report).run()
    }
}
