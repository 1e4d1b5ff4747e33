/// The position of a run within an epoch.
public struct StepProgress: Sendable, Equatable {
    /// The number of the epoch, from 1.
    public var epoch: Int
    /// The number of epochs in the run.
    public var epochs: Int
    /// The number of finished minibatches in this epoch.
    public var step: Int
    /// The number of minibatches in an epoch.
    public var steps: Int
    /// The mean loss of the epoch's rows so far.
    public var loss: Double
    /// The number of rows trained per second in this epoch, excluding validation and saving.
    public var samplesPerSecond: Double
    /// The estimated time in seconds until the run ends, at the current speed.
    public var secondsLeft: Double
    /// The load of the exchange with other processes in this epoch; `nil` if the process is alone.
    package var exchange: ExchangeLoad?

    /// Creates a progress report from its parts.
    package init(
        epoch: Int, epochs: Int, step: Int, steps: Int, loss: Double, samplesPerSecond: Double, secondsLeft: Double,
        exchange: ExchangeLoad? = nil
    ) {
        self.epoch = epoch
        self.epochs = epochs
        self.step = step
        self.steps = steps
        self.loss = loss
        self.samplesPerSecond = samplesPerSecond
        self.secondsLeft = secondsLeft
        self.exchange = exchange
    }
}
