/// The state that a run needs to continue as if it had never stopped.
package struct TrainingState: Sendable, Equatable {
    /// The parameters after `step` minibatches.
    package var parameters: Parameters
    /// The exponential moving average of the parameters; `nil` unless the recipe has `ema`.
    package var average: Parameters?
    /// The optimizer's state for each parameter, under PyTorch's names.
    ///
    /// - SGD: "momentum" if there is momentum, otherwise nothing.
    /// - Adam and AdamW: "exp_avg" and "exp_avg_sq".
    /// - RMSprop: "square_avg". Adagrad: "sum". Lion: "exp_avg".
    /// - L-BFGS: the last steps "s1", "s2" and so on, newest first, and the changes of the gradient along them, "y1",
    ///   "y2" and so on. Those that do not exist yet are 0.
    package var optimizer: [String: Parameters]
    /// The best epoch by the recipe's monitor so far; `nil` without validation.
    package var best: Best?
    /// The number of minibatches since the start of the run.
    package var step: Int
    /// The sum of the losses of the rows seen in the unfinished epoch. A minibatch's losses are added in row order
    /// within each shard and by the fixed tree over shards; minibatches are added in order.
    package var lossSum: Double
    /// The records of the finished epochs.
    package var history: [EpochRecord]
    /// Whether L-BFGS has converged, which ends the run.
    package var hasConverged: Bool
    /// The wall-clock time in seconds that the run has taken in all its sessions. No result depends on it.
    package var seconds: Double

    /// The parameters of the best epoch.
    package struct Best: Sendable, Equatable {
        /// The number of the epoch, from 1.
        package var epoch: Int
        /// The parameters, or their average if the recipe has `ema`, at the end of the epoch.
        package var parameters: Parameters

        /// Creates the record of a best epoch from its parts.
        package init(epoch: Int, parameters: Parameters) {
            self.epoch = epoch
            self.parameters = parameters
        }
    }

    /// Creates a state from its parts.
    package init(
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
