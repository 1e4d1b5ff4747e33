/// The options of a run that do not affect its numbers.
public struct RunOptions: Sendable {
    /// The number of threads; `nil` means one for each usable CPU, but no more than a step has work for.
    public var threads: Int?
    /// The run folder, which must not hold a run yet; `nil` means that nothing is written.
    public var output: String?
    /// The number of steps between checkpoints; `nil` means one checkpoint after each epoch.
    public var checkpointEvery: Int?
    /// The initial parameters; `nil` means random ones from the recipe's seed.
    public var initial: Parameters?
    /// The time limit of training in seconds; `nil` means no limit.
    ///
    /// The run ends, complete, after an epoch if one more would exceed the limit. The first epoch always runs, and a
    /// resumed run starts counting anew. The learning-rate schedule is not shortened.
    public var maxTime: Double?
    /// The folder for event files for TensorBoard, which must not hold any yet; `nil` means that none are written.
    public var tensorBoard: String?
    /// The rows to hold out, in place of a random fraction.
    var fold: Fold?
    /// The processes that train the run together; `nil` means this one alone.
    package var group: ProcessGroup?
    /// Whether the run folder is the `best` folder of a search, which only the search may create.
    var isOfSearch = false

    /// Creates options from their parts.
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
