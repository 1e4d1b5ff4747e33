import ArgumentParser
import FastTrain

/// The command `fasttrain resume`.
struct Resume: GroupCommand {
    static let configuration = CommandConfiguration(
        abstract: "Resume a run or a search that was stopped.",
        discussion: """
            A run continues from its newest intact checkpoint, a search after its last finished trial. The result is \
            identical to that of a run that was never stopped. With more epochs, it is identical to that of a run started \
            with that many, except for the schedules cosine and one-cycle, which depend on the total number of steps. A \
            run that --patience ended stays ended.
            """)

    @Argument(help: ArgumentHelp("The folder of the run or search (its --output).", valueName: "folder"))
    var folder: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Total number of epochs. (default: as when the run was started)", valueName: "n"))
    var epochs: Int?

    @Option(help: ArgumentHelp("The current path of the data set, if it has moved.", valueName: "file"))
    var data: String?

    @OptionGroup var tensorBoard: TensorBoardOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var processes: GroupOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        let group = try processes.join()
        if try group.isLead && Search.isSearch(folder) { return try resumeSearch(group) }
        let planning = try Planning.chosen()
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let training = try Training.resume(
            folder, epochs: epochs, threads: threads.threads, data: dataset, dataPath: data,
            maxTime: time.maxTime?.seconds, tensorBoard: tensorBoard.tensorboard, group: group)
        try RunSession(training, planning: planning, report: report).run()
    }

    private func resumeSearch(_ group: ProcessGroup?) throws {
        guard group == nil else {
            throw FastTrainError.invalidUse("\(folder): a search runs in one process; resume it without mpirun or srun")
        }
        guard epochs == nil else {
            throw FastTrainError.invalidUse("--epochs: the epochs of a search cannot change after it has started")
        }
        guard tensorBoard.tensorboard == nil else {
            throw FastTrainError.invalidUse("--tensorboard: a search writes no event files")
        }
        let dataset: Dataset? = if let data { try Dataset(path: data) } else { nil }
        let search = try Search.resume(folder, threads: threads.threads, time: time.maxTime?.seconds, data: dataset)
        try SearchSession(search, report: report).run()
    }
}
