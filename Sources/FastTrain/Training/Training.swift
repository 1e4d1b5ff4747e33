import Glibc
import KernelDispatch

/// A training run of a recipe on a data set, from the start or from a checkpoint.
///
///     let data = try Dataset(path: "mnist.safetensors")
///     var recipe = Recipe()
///     recipe.hidden = [256]
///     let outcome = try Training(recipe, on: data).train()
///     print(outcome.test!.accuracy!)
///
/// The result depends only on the recipe and the data, bit for bit. It does not depend on the number of threads, the
/// CPU, or how often the run was stopped and resumed.
public final class Training {
    /// The recipe, with its loss resolved.
    public let recipe: Recipe
    /// The data set to train on.
    public let data: Dataset
    /// The network to train.
    public let network: Network
    /// The number of threads.
    public let threads: Int
    /// The instruction set of the kernels in use.
    public let instructionSet: InstructionSet
    /// The path of the run folder; `nil` if there is none.
    public var output: String? { folder?.path }
    /// The folder of event files for TensorBoard; `nil` if there is none.
    public var eventFolder: String? { tensorBoard?.folder }
    /// Messages to show before the run starts, such as a damaged checkpoint that was skipped.
    public private(set) var warnings: [String]
    /// The step that the run resumes from; 0 if it starts from the beginning.
    public let resumedFromStep: Int

    let sampling: Sampling
    let folder: RunFolder?
    /// The number of steps between checkpoints; `nil` means one checkpoint after each epoch.
    public let checkpointEvery: Int?
    let initial: Parameters?
    private(set) var start: TrainingState?
    private let isResumed: Bool
    /// The time limit in seconds; see `RunOptions.maxTime`.
    let maxTime: Double?
    let tensorBoard: TensorBoardLog?

    /// Creates a new run. If `options.output` is set, takes ownership of that folder and writes the recipe there.
    ///
    /// - Parameters:
    ///   - recipe: The recipe.
    ///   - data: The data set to train on.
    ///   - dataPath: The path of the data set file that `recipe.json` records for resuming.
    ///   - options: The options of the run.
    /// - Throws: `.usage` if a setting is out of range or does not fit the data, and any error of
    ///   `RunFolder.create(_:)`.
    public convenience init(
        _ recipe: Recipe, on data: Dataset, dataPath: String? = nil, options: RunOptions = RunOptions()
    ) throws(FastTrainError) {
        let resolved = try recipe.resolved(for: data)
        if let every = options.checkpointEvery, every < 1 {
            throw .usage("--checkpoint-every: expected at least 1, found \(every)")
        }
        let setup = try Setup(
            recipe: resolved, data: data, threads: options.threads, maxTime: options.maxTime, fold: options.fold,
            isSaved: options.output != nil)
        if let initial = options.initial, !setup.network.fits(initial) {
            throw .usage("the initial parameters are not those of a network \(setup.network)")
        }
        let tensorBoard = try options.tensorBoard.map { path throws(FastTrainError) in
            try TensorBoardLog(path, isResumed: false)
        }
        let folder = try options.output.map { path throws(FastTrainError) in
            try RunFolder.create(path, isOfSearch: options.isOfSearch)
        }
        self.init(
            setup, folder: folder, checkpointEvery: options.checkpointEvery, initial: options.initial, start: nil,
            warnings: [], tensorBoard: tensorBoard)
        try folder?.writeRecipe(
            RunDescription(
                recipe: resolved, data: dataPath.map { absolutePath($0) }, fingerprint: data.fingerprint,
                checkpointEvery: options.checkpointEvery, isFromParameters: options.initial != nil))
        // A run from given parameters cannot start again from its recipe alone, so they are saved as step 0.
        if options.initial != nil { _ = try folder?.save(checkpoint(firstState)) }
    }

    /// Resumes the run in a folder from its newest intact checkpoint, or from the start if it has saved none.
    ///
    /// - Parameters:
    ///   - path: The path of the run folder.
    ///   - epochs: A new total number of epochs, which the cosine and one-cycle schedules follow from here on; `nil`
    ///     keeps
    ///     the number.
    ///   - threads: The number of threads; `nil` means one for each usable CPU.
    ///   - data: The data set that the run was started on; `nil` opens the file that `recipe.json` names.
    ///   - dataPath: The current path of the data set file, to be recorded in `recipe.json`; `nil` keeps the path.
    ///   - maxTime: The time limit of this session in seconds; see `RunOptions.maxTime`.
    ///   - tensorBoard: The folder for event files; see `RunOptions.tensorBoard`. It may already hold this run's
    ///     events.
    /// - Throws: `.noInput` if there is no run; `.badData` if the data is not that of the run or no checkpoint is
    ///   intact; `.folderInUse` if another process owns the folder; `.usage` if an argument is out of range.
    public static func resume(
        _ path: String, epochs: Int? = nil, threads: Int? = nil, data: Dataset? = nil, dataPath: String? = nil,
        maxTime: Double? = nil, tensorBoard: String? = nil
    ) throws(FastTrainError) -> Training {
        let folder = try RunFolder.open(path)
        var run = try folder.readRecipe()
        let data = try self.data(of: run, in: path, given: data)
        if let epochs { run.recipe.epochs = epochs }
        let setup = try Setup(
            recipe: try run.recipe.resolved(for: data), data: data, threads: threads, maxTime: maxTime, isSaved: true)
        let newest = try folder.newestSoundCheckpoint(of: run)
        if let newest { try newest.checkpoint.expectDescription(of: data, path: newest.path) }
        if newest == nil && run.isFromParameters {
            throw .badData(
                file: folder.checkpointPath(step: 0), place: .file,
                expected: "the parameters that the run started from", found: "no checkpoint")
        }
        if newest == nil { try folder.expectNothingDone() }
        let training = Training(
            setup, folder: folder, checkpointEvery: run.checkpointEvery, initial: nil, start: newest?.checkpoint.state,
            warnings: newest?.warnings ?? [],
            tensorBoard: try tensorBoard.map { path throws(FastTrainError) in
                try TensorBoardLog(path, isResumed: true)
            })
        if let newest { try training.checkStart(newest.path) }
        if epochs != nil, let start = training.start,
            let ending = EarlyStopping(training.recipe).ending(start.history)
        {
            let what = ending == .patience ? "patience" : "tolerance"
            training.warnings.append(
                "more epochs change nothing: after epoch \(start.history.count) the run's \(what) ended it")
        }
        if let dataPath { run.data = absolutePath(dataPath) }
        if epochs != nil || dataPath != nil { try folder.writeRecipe(run) }
        return training
    }

    /// Throws unless the run can continue from `start`.
    private func checkStart(_ checkpoint: String) throws(FastTrainError) {
        guard let start else { return }
        let finished = start.history.count
        guard (finished * stepsPerEpoch..<(finished + 1) * stepsPerEpoch).contains(start.step) else {
            throw .badData(
                file: checkpoint, place: .named("step"),
                expected: "\(finished * stepsPerEpoch) to \((finished + 1) * stepsPerEpoch - 1) with \(finished) "
                    + "finished epochs of \(stepsPerEpoch)", found: "\(start.step)")
        }
        guard start.step <= totalSteps else {
            let begun = (start.step + stepsPerEpoch - 1) / stepsPerEpoch
            throw .usage("--epochs: expected at least \(begun), which are begun, found \(recipe.epochs)")
        }
    }

    /// Returns the data set of the run in the folder `path`: `given`, or the data set that `recipe.json` names.
    ///
    /// - Throws: `.badData` if it is not the data that the run was started on, and any error of `Dataset(path:)`.
    static func data(
        of run: RunDescription, in path: String, given: Dataset?
    ) throws(FastTrainError) -> Dataset {
        let data: Dataset =
            if let given { given } else if let file = run.data { try Dataset(path: file) } else { try .mnistSample() }
        try run.expect(data, in: path)
        try OutputFile.expectNoInput(data.name, inRun: path)
        return data
    }

    /// The values derived from the recipe and the data, checked for consistency.
    private struct Setup {
        let recipe: Recipe
        let data: Dataset
        let network: Network
        let sampling: Sampling
        let threads: Int
        let maxTime: Double?
        let instructionSet: InstructionSet

        init(
            recipe: Recipe, data: Dataset, threads: Int?, maxTime: Double?, fold: Fold? = nil, isSaved: Bool
        ) throws(FastTrainError) {
            guard maxTime.map({ $0 > 0 && $0.isFinite }) ?? true else {
                throw .usage("--max-time: expected a time above 0, found \(maxTime ?? 0) s")
            }
            self.maxTime = maxTime
            instructionSet = try InstructionSet.chosen(for: recipe.precision)
            self.threads = try checkedThreads(threads)
            network = recipe.network(for: data)
            if isSaved { try Checkpoint.expectSavable(network, recipe) }
            try MemoryLimit.check(
                network, recipe: recipe, rows: StepEngine.rows(recipe, of: data.train.count, threads: self.threads),
                threads: self.threads, isSaved: isSaved)
            sampling = try Sampling(recipe: recipe, split: data.train, task: data.task, fold: fold)
            let weights = RowWeights(
                recipe.classWeight, task: data.task, split: data.train, trainRows: sampling.trainRows, rows: 0)
            guard weights?.sum(sampling.trainRows, count: sampling.trainRows.count) ?? 1 > 0 else {
                throw .usage("\(data.name): expected a training row of a weight above 0, found none")
            }
            self.recipe = recipe
            self.data = data
        }
    }

    private init(
        _ setup: Setup, folder: RunFolder?, checkpointEvery: Int?, initial: Parameters?, start: TrainingState?,
        warnings: [String], tensorBoard: TensorBoardLog?
    ) {
        recipe = setup.recipe
        data = setup.data
        network = setup.network
        sampling = setup.sampling
        threads = setup.threads
        maxTime = setup.maxTime
        instructionSet = setup.instructionSet
        self.folder = folder
        self.checkpointEvery = checkpointEvery
        self.initial = initial
        self.start = start
        isResumed = start != nil
        resumedFromStep = start?.step ?? 0
        self.warnings = warnings
        self.tensorBoard = tensorBoard
    }

    /// The number of rows used for training.
    public var trainRows: Int { sampling.trainRows.count }
    /// The number of validation rows, which are held out to choose the best epoch.
    public var validationRows: Int { sampling.validationRows.count }
    /// The number of minibatches in an epoch, including a smaller last one.
    public var stepsPerEpoch: Int { recipe.stepsPerEpoch(rows: trainRows) }
    /// The number of minibatches in the whole run.
    public var totalSteps: Int { stepsPerEpoch * recipe.epochs }

    /// Trains and evaluates the model. With a run folder, writes all results there. Call this only once.
    ///
    /// - Parameters:
    ///   - stop: A function that is polled after each step. If it returns a signal number, the run ends once a
    ///     checkpoint is
    ///     saved.
    ///   - progress: A function that is called with the progress of the run, on the calling thread.
    /// - Returns: The trained model and its results.
    /// - Throws: `.diverged` if the loss or a parameter is not finite, and any error of writing the files.
    public func train(
        stop: @escaping @Sendable () -> Int32? = { nil }, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws(FastTrainError) -> Outcome {
        guard !isResumed || start != nil else { throw .internalError("a resumed run that was trained before") }
        let session = RunLoop(self, stop: stop, progress: progress)
        try session.run()
        let model = model(session.best?.parameters ?? session.evaluated)
        var test: Evaluation?
        var validation: Evaluation?
        if session.interrupted == nil {
            test = try data.test.map { split throws(FastTrainError) in try model.evaluate(split, threads: threads) }
            if validationRows > 0 {
                validation = try model.evaluate(data.train, rows: sampling.validationRows, threads: threads)
            }
            try data.checkUnchanged()
            try folder?.writeModel(model)
            try folder?.writeMetrics(test: test, validation: validation)
        }
        let outcome = Outcome(
            model: model, history: session.history, test: test, validation: validation, bestEpoch: session.best?.epoch,
            interrupted: session.interrupted, ending: session.interrupted == nil ? session.ending : nil,
            checkpoint: session.newestCheckpoint, seconds: session.seconds)
        if let folder, session.interrupted == nil { try writeReport(outcome, in: folder) }
        return outcome
    }

    /// Returns the state that the run continues from and releases it, because it takes as much memory as the session's
    /// own.
    func takeStart() -> TrainingState? {
        defer { start = nil }
        return start
    }

    /// Returns a model with the given parameters and everything needed to use it on raw rows.
    func model(_ parameters: Parameters) -> Model {
        Model(
            recipe: recipe, featureShape: data.featureShape, scale: data.scale, task: data.task,
            preprocessing: data.preprocessing, parameters: parameters)
    }

    func checkpoint(_ state: TrainingState) -> Checkpoint {
        Checkpoint(
            recipe: recipe, fingerprint: data.fingerprint, featureShape: data.featureShape, scale: data.scale,
            task: data.task, preprocessing: data.preprocessing, state: state)
    }

    /// The initial parameters of a new run.
    var firstParameters: Parameters {
        initial ?? network.initialParameters(recipe)
    }

    /// The initial state of a new run.
    private var firstState: TrainingState {
        var memories: [String: Parameters] = [:]
        for name in recipe.optimizerState { memories[name] = network.zeroParameters() }
        return TrainingState(
            parameters: firstParameters, average: recipe.ema == nil ? nil : firstParameters, optimizer: memories,
            best: nil, step: 0, lossSum: 0, history: [])
    }
}

extension Dataset {
    /// The factor that U8 features are multiplied by; `nil` if the features are floats.
    var scale: Float? {
        if case .u8(_, let scale) = train.features { scale } else { nil }
    }
}

/// Returns a path that names the same file from any working directory.
///
/// The path is returned unchanged if there is no working directory or its path is not UTF-8.
func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
    defer { free(here) }
    return String(validatingCString: here).map { $0 + "/" + path } ?? path
}

/// Returns the requested number of threads, or the number of usable CPUs if it is `nil`. Throws `.usage` if it is out
/// of range.
func checkedThreads(_ threads: Int?) throws(FastTrainError) -> Int {
    guard let threads else { return CPUs.usable().count }
    guard (1...1024).contains(threads) else {
        throw .usage("--threads: expected a number from 1 to 1024, found \(threads)")
    }
    return threads
}
