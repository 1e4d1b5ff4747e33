/// The results of one finished epoch: a line of `history.jsonl`.
public struct EpochRecord: Sendable, Hashable {
    /// The number of the epoch, from 1.
    public var epoch: Int
    /// The number of minibatches since the start of the run.
    public var step: Int
    /// The mean loss per row over the epoch. Each row's loss is computed with the parameters before its minibatch's
    /// update; with L-BFGS, with the parameters after the iteration.
    public var trainLoss: Double
    /// The mean loss per validation row; `nil` without validation.
    public var validationLoss: Double?
    /// The fraction of validation rows classified correctly; `nil` without validation and for regression.
    public var validationAccuracy: Double?
    /// The coefficient of determination on the validation rows; `nil` without validation and for classification.
    public var validationR2: Double?
    /// The learning rate of the epoch's last step; with L-BFGS, the step length that the line search chose.
    public var learningRate: Double
    /// The number of rows trained per second, excluding validation and saving.
    public var samplesPerSecond: Double
    /// The wall-clock time in seconds since the start of the run, including earlier sessions of a resumed run.
    public var seconds: Double
    /// The load of the exchange with other processes; `nil` if the process was alone. No file has it.
    package var exchange: ExchangeLoad?

    /// Creates a record from its parts.
    package init(
        epoch: Int, step: Int, trainLoss: Double, validationLoss: Double? = nil, validationAccuracy: Double? = nil,
        validationR2: Double? = nil, learningRate: Double, samplesPerSecond: Double, seconds: Double,
        exchange: ExchangeLoad? = nil
    ) {
        self.epoch = epoch
        self.step = step
        self.trainLoss = trainLoss
        self.validationLoss = validationLoss
        self.validationAccuracy = validationAccuracy
        self.validationR2 = validationR2
        self.learningRate = learningRate
        self.samplesPerSecond = samplesPerSecond
        self.seconds = seconds
        self.exchange = exchange
    }
}
