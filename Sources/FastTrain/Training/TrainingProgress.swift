/// An event that a run reports.
public enum TrainingProgress: Sendable {
    /// A step within an epoch, reported at most about twenty times per second.
    case step(StepProgress)
    /// An epoch has finished.
    case epoch(EpochRecord)
    /// A checkpoint is on the storage device.
    case saved(path: String)
}
