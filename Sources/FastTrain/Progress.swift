/// What a run tells while it goes on.
public enum Progress: Sendable {
    /// Within an epoch, at most about twenty times a second.
    case step(StepProgress)
    /// An epoch is finished.
    case epoch(EpochRecord)
    /// A checkpoint is on the storage device.
    case saved(path: String)
}

/// Where a run stands within an epoch.
public struct StepProgress: Sendable, Equatable {
    /// From 1.
    public var epoch: Int
    /// Of the whole run.
    public var epochs: Int
    /// Minibatches of this epoch that are done.
    public var step: Int
    /// Minibatches of an epoch.
    public var steps: Int
    /// Mean loss of the epoch's rows so far.
    public var loss: Double
    /// Rows trained a second in this epoch, validation and saving left out.
    public var samplesPerSecond: Double
    /// For all that is left of the run, at this speed.
    public var secondsLeft: Double

    /// See the properties.
    public init(
        epoch: Int, epochs: Int, step: Int, steps: Int, loss: Double, samplesPerSecond: Double, secondsLeft: Double
    ) {
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.steps = steps
        self.loss = loss
        self.samplesPerSecond = samplesPerSecond
        self.secondsLeft = secondsLeft
    }
}

/// What a run ended with.
public struct Outcome: Sendable {
    /// The best epoch's by the recipe's monitor if rows were held out, else the last.
    public let model: Model
    /// One record for each finished epoch.
    public let history: [EpochRecord]
    /// Of `model` on the test rows; nil without test rows, or when the run was interrupted.
    public let test: Evaluation?
    /// Of `model` on the rows held out; nil without, or when the run was interrupted.
    public let validation: Evaluation?
    /// The epoch that `model` is of, from 1; nil without validation.
    public let bestEpoch: Int?
    /// The signal that ended the run early.
    public let interrupted: Int32?
    /// Why the run ended; nil when it was interrupted.
    public let ending: Ending?
    /// The newest checkpoint's path; nil without a run folder.
    public let checkpoint: String?
    /// Wall-clock time since the start of the run, earlier sessions of a resumed run included.
    public let seconds: Double

    /// Why a run ended by itself.
    public enum Ending: String, Sendable {
        /// All epochs are done.
        case epochs
        /// No epoch was better for as many as the recipe's patience.
        case patience
        /// As the recipe's `tol` has it: no epoch brought as much for more than `nIterNoChange`, at the lowest rate of an
        /// adaptive schedule.
        case tolerance = "tol"
        /// Lbfgs has found a point where the gradient is small enough or the loss does not fall any more.
        case convergence = "converged"
        /// One more epoch would have taken longer than `RunOptions.maxTime`.
        case time = "max-time"
    }
}

/// What a run takes besides its recipe.
public struct RunOptions: Sendable {
    /// Threads that work at once; nil: as many as there are usable CPUs.
    public var threads: Int?
    /// The run folder, which must not hold a run yet; nil: nothing is written.
    public var output: String?
    /// Steps between two checkpoints; nil: one after each epoch.
    public var checkpointEvery: Int?
    /// Parameters to start from; nil: random ones from the recipe's seed.
    public var initial: Parameters?
    /// Seconds that training may take: the run ends at the end of an epoch when one more would not fit, and is complete.
    /// The first epoch is always done, and a resumed run counts anew. nil: no limit. The schedule is not shortened.
    public var maxTime: Double?
    /// The folder for event files that TensorBoard reads, which must not hold any yet; nil: none are written.
    public var tensorBoard: String?
    /// The rows held out, instead of a share drawn at random.
    var fold: Fold?
    /// Whether the run folder is the `best` of a search, which makes it itself.
    var isOfSearch = false

    /// See the properties.
    public init(
        threads: Int? = nil, output: String? = nil, checkpointEvery: Int? = nil, initial: Parameters? = nil,
        maxTime: Double? = nil, tensorBoard: String? = nil
    ) {
        self.threads = threads
        self.output = output
        self.checkpointEvery = checkpointEvery
        self.initial = initial
        self.maxTime = maxTime
        self.tensorBoard = tensorBoard
    }
}
