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
