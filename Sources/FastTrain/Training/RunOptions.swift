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
