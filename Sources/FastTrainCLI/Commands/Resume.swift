import ArgumentParser
import FastTrain

/// The command `fasttrain resume`.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go on with a run or a search that was stopped.",
        discussion: """
            A run goes on from its newest sound checkpoint, a search after the last trial that was finished. The result \
            is that of a run that was never stopped, to the bit. With more epochs it is that of a run \
            started with so many, but for the schedules cosine and one-cycle, which go by the number of steps. A run \
            that --patience ended stays ended.
            """)

    @Argument(help: ArgumentHelp("The folder of the run or the search (its --output).", valueName: "folder"))
    var folder: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Epochs in all. (default: as the run was started with)", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Where the data set lies now, if it has moved.", valueName: "file"))
    var data: String?

    @OptionGroup var tensorBoard: TensorBoardOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        if try Search.isSearch(folder) { return try resumeSearch() }
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let training = try Training.resume(
            folder, epochs: epochs, threads: threads.threads, data: dataset, dataPath: data,
            maxTime: time.maxTime?.seconds, tensorBoard: tensorBoard.tensorboard)
        try RunSession(training, report: report).run()
    }

    private func resumeSearch() throws {
        guard epochs == nil else {
            throw FastTrainError.usage("--epochs: those of a search are settled when it starts")
        }
        guard tensorBoard.tensorboard == nil else {
            throw FastTrainError.usage("--tensorboard: a search writes no event files")
        }
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let search = try Search.resume(folder, threads: threads.threads, time: time.maxTime?.seconds, data: dataset)
        try SearchSession(search, report: report).run()
    }
}
