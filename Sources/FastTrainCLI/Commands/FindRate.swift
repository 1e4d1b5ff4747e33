import ArgumentParser
import FastTrain
import ProgramSupport

struct FindRate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find-rate",
        abstract: "Find a learning rate by a short training at rising rates.",
        discussion: """
            Trains a few minibatches, each with a learning rate that is higher by the same factor, until the loss explodes. \
            Data, network and training options work as in 'train', except for the schedule, the epochs and early \
            stopping. A good rate is the valley, the middle of the longest fall of the loss; the steepest point is \
            another. Only the curve is written, with --output.
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("Learning rate of the first step.", valueName: "rate"))
    var from = RateTest().from

    @Option(parsing: .unconditional, help: ArgumentHelp("Learning rate of the last step.", valueName: "rate"))
    var to = RateTest().to

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of steps, one minibatch each.", valueName: "n"))
    var steps = RateTest().steps

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "File for the curve: a picture (.svg) or its numbers (.json). May be given twice.", valueName: "file"))
    var output: [String] = []

    @Option(
        help: ArgumentHelp("Settings, in a file as for 'fasttrain train'.", valueName: "file"))
    var config: String?

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        guard !training.settings.changes.names.contains("learning_rate") else {
            throw FastTrainError.invalidUse("--learning-rate is what find-rate looks for, between --from and --to")
        }
        let test = RateTest(from: from, to: to, steps: steps)
        try test.validate()
        let configuration = try config.map { path throws(FastTrainError) in try RunConfiguration(path: path) }
        for path in output {
            try RateCurve.checkOutput(
                path, reading: [config, data.path(configuration), network.initial].compactMap(\.self))
        }
        let recipe = try training.recipe(data, network, over: configuration)
        let dataset = try data.open(configuration)
        let initial = try network.parameters(recipe, for: dataset)
        try SignalFlag.watch()
        let status = StatusLine(Terminal.standardError)
        let isQuiet = report.quiet
        let curve = try test.run(
            recipe, on: dataset, options: RunOptions(threads: threads.threads, initial: initial),
            stop: SignalFlag.hasArrived,
            onStep: { step, point in
                guard !isQuiet, step % 10 == 0 else { return }
                status.show { _ in
                    "step \(step)/\(test.steps)  learning rate \(RateCurve.text(point.rate))  loss "
                        + Format.loss(point.smoothed)
                }
            })
        status.replace()
        let signal = curve.isInterrupted ? SignalFlag.received() : nil
        if signal == nil { for path in output { try curve.write(to: path) } }
        try report.close(RateResult(curve: curve, files: output), interrupted: signal)
    }
}
