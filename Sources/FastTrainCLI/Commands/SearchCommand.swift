import ArgumentParser
import FastTrain

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find a good network on held-out rows, and train it.",
        discussion: """
            Draws recipes from a space and compares them on rows that are held out of the training rows. The best recipe is \
            then trained on all training rows and evaluated on the test rows, once. Hyperband trains many recipes for one \
            epoch, the best third of them for three, and so on. Network and training options apply to all trials. \
            --epochs limits the epochs of a trial (\(Search.standardEpochs) unless given), and --monitor selects the figure \
            by which trials are compared (validation-score unless given). The same options and data give the same trials \
            and the same winner, with any number of threads, and also after Ctrl-C and 'fasttrain resume'. Only --time can \
            change them.
            """)

    @OptionGroup(title: "Search") var options: SpaceOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @Option(
        help: ArgumentHelp(
            "Settings of all trials, in a file as for 'fasttrain train'.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            """
            Folder for the trials and, in its subfolder 'best', the winner's run. If it holds the same search, the search \
            is continued. (default: nothing is written)
            """,
            valueName: "folder"))
    var output: String?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        guard network.initial == nil else {
            throw FastTrainError.invalidUse("--init: trials start from random parameters, not from a file")
        }
        let space = try givenSpace()
        let configuration = try config.map { path throws(FastTrainError) in try RunConfiguration(path: path) }
        let given = training.changes(data, network).names + (configuration?.changes.names ?? [])
        var recipe = try training.recipe(data, network, over: configuration, varying: space)
        if !given.contains("epochs") { recipe.epochs = Search.standardEpochs }
        // Longer training makes a network more confident: its loss on other rows grows while its accuracy still improves.
        // On MNIST the loss would prefer 3 epochs (0.059, 98.15%) to 9 (0.064, 98.67%).
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
            recipe, space: space ?? .standard(for: dataset, recipe: recipe, given: given), on: dataset,
            dataPath: data.path(configuration), options: options)
        try SearchSession(search, report: report).run()
    }

    /// Returns the space in the file that was given; `nil` if none was.
    private func givenSpace() throws(FastTrainError) -> SearchSpace? {
        guard let path = options.space else {
            guard options.method != .grid else {
                throw .invalidUse("--method grid needs lists of values to combine: --space")
            }
            return nil
        }
        let space = try SearchSpace(path: path)
        let changes = training.changes(data, network).names
        if let twice = space.dimensions.first(where: { changes.contains($0.name) }) {
            throw .invalidUse("\(path) varies '\(twice.name)', which is given on the command line, too")
        }
        return space
    }
}

/// The recipes to try, the method and the budget.
struct SpaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Space to search, in a YAML or JSON file: for each setting, by its name in recipe.json, a list of values or \
            {low: 1e-4, high: 1e-2, log: true}. (default: layer sizes, activation, adam or adamw, learning rate, batch \
            size, dropout, weight decay, label smoothing)
            """,
            valueName: "file"))
    var space: String?

    @Option(help: ArgumentHelp("Search method.", valueName: "name"))
    var method = SearchMethod.hyperband

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of recipes to try. (default: 50; all recipes of a grid)", valueName: "n"))
    var trials: Int?

    @Option(
        help: ArgumentHelp(
            """
            Start no trial that would not fit into this time, such as 90s, 10m or 1.5h, including the winner's training. \
            (default: no limit)
            """,
            valueName: "time"))
    var time: TimeSpan?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Compare recipes by cross-validation with this many folds, instead of one held-out share.", valueName: "n"))
    var folds: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Epochs of the winner's final training. (default: the epochs after which it won)", valueName: "n"))
    var finalEpochs: Int?
}

extension SearchMethod: ExpressibleByArgument {}
