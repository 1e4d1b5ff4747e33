import KernelDispatch
import KernelTypes
import Platform
import Synchronization

/// A training run of a recipe on a data set, from the start or from a checkpoint.
///
///     let data = try Dataset(path: "mnist.safetensors")
///     var recipe = Recipe()
///     recipe.hidden = [256]
///     let outcome = try Training(recipe, on: data).train()
///     print(outcome.test!.accuracy!)
///
/// The result depends only on the recipe and the data, bit for bit. It does not depend on the number of threads, the
/// CPU, or how often the run was paused, or stopped and resumed.
public final class Training: Sendable {
    /// The recipe, with its loss resolved.
    public let recipe: Recipe
    /// The data set to train on.
    public let data: Dataset
    /// The network to train.
    package let network: Network
    /// The number of threads.
    public let threads: Int
    /// The instruction set of the kernels in use.
    package let instructionSet: InstructionSet
    /// The path of the run folder; `nil` if there is none.
    public let output: String?
    /// The processes that train the run together; `nil` means this one alone.
    package let group: ProcessGroup?
    /// The folder of event files for TensorBoard; `nil` if there is none.
    package var eventFolder: String? { tensorBoard?.folder }
    /// Messages to show before the run starts, such as a damaged checkpoint that was skipped.
    public let warnings: [String]
    /// The step that the run resumes from; 0 if it starts from the beginning.
    public let resumedFromStep: Int

    /// The density of the features.
    let density: FeatureDensity
    let sampling: Sampling
    /// The run folder, which the process of rank 0 owns; `nil` elsewhere, and if nothing is written.
    let folder: RunFolder?
    /// The number of steps between checkpoints; `nil` means one checkpoint after each epoch.
    package let checkpointEvery: Int?
    let initial: Parameters?
    /// The state that the run continues from, until the run takes it.
    private let startState: Mutex<TrainingState?>
    /// The seconds that the run took in earlier sessions.
    let secondsBefore: Double
    private let hasBegun = Atomic(false)
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
    /// - Throws: A usage error if a setting is out of range or does not fit the data, and any error of
    ///   `RunFolder.create(_:)`.
    public convenience init(
        _ recipe: Recipe, on data: Dataset, dataPath: String? = nil, options: RunOptions = RunOptions()
    ) throws(FastTrainError) {
        let resolved = try recipe.resolved(for: data)
        if let every = options.checkpointEvery, every < 1 {
            throw .invalidSetting(name: "checkpointEvery", expected: "at least 1", found: "\(every)")
        }
        let setup = try Setup(
            recipe: resolved, data: data, threads: options.threads, maxTime: options.maxTime, fold: options.fold,
            isSaved: options.output != nil, group: options.group)
        if let initial = options.initial, !setup.network.fits(initial) {
            throw .unsuitableSetting(
                name: "initial", reason: "the initial parameters do not fit the network \(setup.network)")
        }
        let output = try options.output.map { path throws(FastTrainError) in try FileSystem.trimmed(path) }
        let description = RunDescription(
            recipe: resolved, data: dataPath.map { FileSystem.absolute($0) }, fingerprint: data.fingerprint,
            checkpointEvery: options.checkpointEvery, isFromParameters: options.initial != nil)
        try options.group?.expectSame(description, setup, output: output, initial: options.initial)
        // Files belong to rank 0.
        let isLead = options.group.isLead
        let tensorBoard = try options.tensorBoard.flatMap { path throws(FastTrainError) in
            isLead ? try TensorBoardLog(path, isResumed: false) : nil
        }
        let folder = try output.flatMap { path throws(FastTrainError) in
            isLead ? try RunFolder.create(path, isOfSearch: options.isOfSearch) : nil
        }
        self.init(
            setup, output: output, folder: folder, checkpointEvery: options.checkpointEvery,
            initial: options.initial, start: nil, warnings: setup.warnings, tensorBoard: tensorBoard)
        try folder?.writeRecipe(description)
        // A run from given parameters cannot start again from its recipe alone, so they are saved as step 0.
        if options.initial != nil { _ = try folder?.save(checkpoint(firstState)) }
    }

    init(
        _ setup: Setup, output: String?, folder: RunFolder?, checkpointEvery: Int?, initial: Parameters?,
        start: TrainingState?, warnings: [String], tensorBoard: TensorBoardLog?
    ) {
        recipe = setup.recipe
        data = setup.data
        density = setup.density
        network = setup.network
        sampling = setup.sampling
        threads = setup.threads
        maxTime = setup.maxTime
        instructionSet = setup.instructionSet
        group = setup.group
        self.output = output
        self.folder = folder
        self.checkpointEvery = checkpointEvery
        self.initial = initial
        startState = Mutex(start)
        secondsBefore = start?.seconds ?? 0
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

    /// Trains and evaluates the model on the calling thread. With a run folder, writes all results there. A run is
    /// trained once.
    ///
    /// - Parameters:
    ///   - stop: A function that is polled after each step. If it returns true, the run ends once a checkpoint is
    ///     saved, and the outcome's `ending` is `.interrupted`.
    ///   - progress: A function that is called with the progress of the run, on the calling thread.
    /// - Returns: The trained model and its results.
    /// - Throws: `.invalidUse` if the run was trained before or is being trained; `.diverged` if the loss or a
    ///   parameter is not finite; and any error of writing the files.
    public func train(
        stop: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) throws(FastTrainError) -> Outcome {
        try train(planning: .fixed, stop: stop, progress: progress)
    }

    /// Trains as `train(stop:progress:)`, with a plan of the steps that may be measured and remembered.
    ///
    /// - Parameters:
    ///   - planning: How the plan is chosen.
    ///   - stop: A function that is polled after each step; true ends the run.
    ///   - progress: A function that is called with the progress of the run.
    package func train(
        planning: Planning, stop: @escaping @Sendable () -> Bool = { false },
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) throws(FastTrainError) -> Outcome {
        try claim()
        let plan = RunPlanner(planning, self)
        let outcome = try run(RunLoop(self, planner: plan?.planner, stop: stop, progress: progress))
        plan?.remember()
        return outcome
    }

    /// Throws `.invalidUse` unless this is the first call.
    func claim() throws(FastTrainError) {
        guard !hasBegun.exchange(true, ordering: .relaxed) else {
            throw .invalidUse("train: expected a run that was not trained before; create another, or resume it")
        }
    }

    /// Trains and evaluates the model, and writes the results.
    func run(_ session: RunLoop) throws(FastTrainError) -> Outcome {
        try session.run()
        let model = model(session.best?.parameters ?? session.evaluated)
        var test: Evaluation?
        var validation: Evaluation?
        // The other processes have nothing to write.
        if !session.isInterrupted, group.isLead {
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
            ending: session.isInterrupted ? .interrupted : session.ending ?? .epochs,
            checkpoint: session.newestCheckpoint, seconds: session.seconds)
        if let folder, !session.isInterrupted { try writeReport(outcome, in: folder) }
        return outcome
    }

    /// Returns the state that the run continues from and releases it, because it takes as much memory as the session's
    /// own.
    func takeStart() -> TrainingState? {
        startState.withLock { start in
            defer { start = nil }
            return start
        }
    }

    /// Returns a model with the given parameters and everything needed to use it on raw rows.
    func model(_ parameters: Parameters) -> Model {
        Model(
            NetworkDescription(
                recipe: recipe, featureShape: data.featureShape, scale: data.scale, task: data.task,
                preprocessing: data.preprocessing),
            parameters)
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
