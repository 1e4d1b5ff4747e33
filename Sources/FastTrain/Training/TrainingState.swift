/// All that a run needs to go on as if it had never stopped.
public struct TrainingState: Sendable, Equatable {
    /// As they are after `step` minibatches.
    public var parameters: Parameters
    /// Of the parameters over the steps, if the recipe has an `ema`.
    public var average: Parameters?
    /// The optimizer's memory by its name in PyTorch: "momentum" for SGD with momentum; "exp_avg" and "exp_avg_sq" for
    /// Adam and AdamW; "square_avg" for RMSprop; "sum" for Adagrad; "exp_avg" for Lion; empty for plain
    /// SGD. Of lbfgs the last steps "s1", "s2" …, newest first, and the changes of the gradient along them "y1", "y2" …; 0 of
    /// those that are not there yet.
    public var optimizer: [String: Parameters]
    /// The parameters, or their average, of the best epoch by the recipe's monitor so far, when rows are held out.
    public var best: Best?
    /// Minibatches seen since the start of the run.
    public var step: Int
    /// Sum of the losses of the rows seen in the unfinished epoch: each minibatch's in row order within a shard, shards
    /// in the fixed tree; minibatches in their order.
    public var lossSum: Double
    /// One record for each finished epoch.
    public var history: [EpochRecord]
    /// Whether lbfgs has found what it looks for, so that the run is over.
    public var hasConverged: Bool
    /// Wall-clock time that the run has taken, all its sessions together. It decides nothing.
    public var seconds: Double

    /// The parameters worth keeping.
    public struct Best: Sendable, Equatable {
        /// From 1.
        public var epoch: Int
        /// At its end.
        public var parameters: Parameters

        /// See the properties.
        public init(epoch: Int, parameters: Parameters) {
            self.epoch = epoch
            self.parameters = parameters
        }
    }

    /// See the properties.
    public init(
        parameters: Parameters, average: Parameters? = nil, optimizer: [String: Parameters], best: Best?, step: Int,
        lossSum: Double, history: [EpochRecord], hasConverged: Bool = false, seconds: Double = 0
    ) {
        self.parameters = parameters
        self.average = average
        self.optimizer = optimizer
        self.best = best
        self.step = step
        self.lossSum = lossSum
        self.history = history
        self.hasConverged = hasConverged
        self.seconds = seconds
    }
}
