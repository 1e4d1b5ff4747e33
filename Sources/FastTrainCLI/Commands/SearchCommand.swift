import ArgumentParser
import FastTrain

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find a good network on held-out rows, and train it.",
        discussion: """
            Recipes are drawn from a space and compared on rows that are held out of the training rows; the best is then \
            trained on all of these and evaluated on the test rows, once. By hyperband, many recipes are trained for one \
            epoch, the best third of them for three, and so on. What is given of the network and of training is what all \
            trials have alike. --epochs is the most that a trial is trained for, --monitor what trials are told apart by: \
            \(Search.standardEpochs) and validation-score, unless given. The same options and data give the same trials and \
            the same winner, with any number of threads, also after Ctrl-C and 'fasttrain resume'; only --time makes a \
            difference.
            """)

    @OptionGroup(title: "Search") var options: SpaceOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Training") var training: RecipeOptions
    @Option(
        help: ArgumentHelp(
            "Settings that all trials have alike, as 'fasttrain train' takes them.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            """
            Folder for the trials and, in its subfolder 'best', the winner's run. One that holds this very search goes on \
            with it. (default: nothing is written)
            """,
            valueName: "folder"))
    var output: String?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        guard network.initial == nil else {
            throw FastTrainError.usage("--init: trials start from random parameters, not from a file")
        }
        let configuration = try config.map { path throws(FastTrainError) in try RunConfiguration(path: path) }
        let given = training.changes(data, network).names + (configuration?.changes.names ?? [])
        var recipe = try training.recipe(data, network, over: configuration)
        if !given.contains("epochs") { recipe.epochs = Search.standardEpochs }
        // A longer training makes a network surer of itself, and its loss on other rows larger, while it still gets more of
        // them right: on MNIST the loss would choose 3 epochs (0.059, 98.15%) before 9 (0.064, 98.67%).
        if !given.contains("monitor") { recipe.monitor = .validationScore }
        let dataset = try data.open(configuration)
        var options = SearchOptions()
        options.method = self.options.method
        options.trials = self.options.trials
        options.folds = self.options.folds
        options.finalEpochs = self.options.finalEpochs
        options.time = self.options.time?.seconds
        options.threads = threads.threads
        options.output = output
        let search = try Search(
            recipe, space: try space(for: dataset, recipe, given: given), on: dataset,
            dataPath: data.path(configuration),
            options: options)
        try SearchSession(search, report: report).run()
    }

    private func space(
        for data: Dataset, _ recipe: Recipe, given: [String]
    ) throws(FastTrainError) -> SearchSpace {
        guard let space = options.space else {
            guard options.method != .grid else {
                throw .usage("--method grid needs lists of values to combine: --space")
            }
            return .standard(for: data, recipe: recipe, given: given)
        }
        let own = try SearchSpace(path: space)
        let changes = training.changes(self.data, network).names
        if let twice = own.dimensions.first(where: { changes.contains($0.name) }) {
            throw .usage("\(space) varies '\(twice.name)', which is given on the command line, too")
        }
        return own
    }
}

/// What is tried, how and for how long.
struct SpaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What to try, in YAML or JSON: for each setting, by its name in recipe.json, a list of values or {low: 1e-4, \
            high: 1e-2, log: true}. (default: sizes, activation, adam or adamw, learning rate, minibatch, dropout, weight \
            decay, label smoothing)
            """,
            valueName: "file"))
    var space: String?

    @Option(help: ArgumentHelp("How to go about the trials.", valueName: "name"))
    var method = SearchMethod.hyperband

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many recipes to try. (default: 50; of a grid all)", valueName: "n"))
    var trials: Int?

    @Option(
        help: ArgumentHelp(
            """
            Begin no trial that would not fit into this time, such as 90s, 10m or 1.5h, the winner's training included. \
            (default: no limit)
            """,
            valueName: "time"))
    var time: TimeSpan?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Hold out each of so many parts of the training rows in turn, instead of one share.", valueName: "n"))
    var folds: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Epochs of the winner's training. (default: those by which it won)", valueName: "n"))
    var finalEpochs: Int?
}

extension SearchMethod: ExpressibleByArgument {}
