import ArgumentParser
import FastTrain

struct Train: GroupCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network (the default).",
        usage: "fasttrain [train] [<options>]",
        discussion: """
            The same options and data give the same parameters, bit for bit, with any number of threads and on any \
            CPU. Ctrl-C finishes the current step and saves a checkpoint in the folder of the run; continue with \
            'fasttrain resume'.
            """)

    @Option(
        help: ArgumentHelp(
            """
            Read settings from a YAML or JSON file, by their names in recipe.json; options given here override them. The \
            recipe.json of a run repeats that run.
            """,
            valueName: "file"))
    var config: String?

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Training") var training: TrainingOptions

    @Option(
        help: ArgumentHelp(
            "Folder for the model, the history and the checkpoints of the run. (default: nothing is written)",
            valueName: "folder"))
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Steps between two checkpoints. (default: one epoch)", valueName: "n"))
    var checkpointEvery: Int?

    @Flag(
        help: """
            Resume the run in the folder of --output if there is one. The same command then starts a run and, after a kill or \
            a requeue, continues it.
            """)
    var autoResume = false

    @OptionGroup var tensorBoard: TensorBoardOptions
    @OptionGroup var time: TimeOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var processes: GroupOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        let planning = try Planning.chosen()
        if checkpointEvery != nil, output == nil {
            throw FastTrainError.invalidUse("--checkpoint-every needs a folder to save in: --output")
        }
        if autoResume, output == nil {
            throw FastTrainError.invalidUse("--auto-resume needs the folder of the run: --output")
        }
        let configuration = try config.map { path throws(FastTrainError) in try RunConfiguration(path: path) }
        if let configuration, configuration.isFromParameters, network.initial == nil {
            throw FastTrainError.invalidUse(
                "\(configuration.file): that run started from a file of parameters, give --init")
        }
        let recipe = try training.recipe(data, network, over: configuration)
        let group = try processes.join()
        var options = RunOptions()
        options.threads = threads.threads
        options.output = output
        options.checkpointEvery = checkpointEvery ?? configuration?.checkpointEvery
        options.maxTime = time.maxTime?.seconds
        options.tensorBoard = tensorBoard.tensorboard
        options.group = group
        let dataset = try data.open(configuration)
        options.initial = try network.parameters(recipe, for: dataset)
        let path = data.path(configuration)
        let resumed =
            autoResume ? try Training.resumeIfBegun(recipe, on: dataset, dataPath: path, options: options) : nil
        let training = try resumed ?? Training(recipe, on: dataset, dataPath: path, options: options)
        try RunSession(training, planning: planning, report: report).run()
    }
}
