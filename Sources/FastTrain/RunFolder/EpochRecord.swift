/// What is known of one finished epoch: a line of `history.jsonl`.
public struct EpochRecord: Sendable, Equatable {
    /// From 1.
    public var epoch: Int
    /// Minibatches since the start of the run.
    public var step: Int
    /// Mean loss of a row over the epoch, each at the parameters that its minibatch met; of lbfgs at those that the iteration
    /// came to.
    public var trainLoss: Double
    /// Mean loss of a held-out row; nil without validation.
    public var validationLoss: Double?
    /// Share of held-out rows classified rightly (classification).
    public var validationAccuracy: Double?
    /// Coefficient of determination on the held-out rows (regression).
    public var validationR2: Double?
    /// Of the epoch's last step; of lbfgs how far the line search went.
    public var learningRate: Double
    /// Rows trained a second, validation and saving left out.
    public var samplesPerSecond: Double
    /// Wall-clock time since the start of the run, earlier sessions of a resumed run included.
    public var seconds: Double

    /// See the properties.
    public init(
        epoch: Int, step: Int, trainLoss: Double, validationLoss: Double? = nil, validationAccuracy: Double? = nil,
        validationR2: Double? = nil, learningRate: Double, samplesPerSecond: Double, seconds: Double
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
    }
}
