/// The progress of an estimator's fit: one finished epoch, or one iteration of L-BFGS.
public struct FitProgress: Sendable, Hashable {
    /// The number of the epoch or iteration in this fit, from 1.
    public let iteration: Int
    /// The loss, the last value of `lossCurve`.
    public let loss: Double
    /// The accuracy or R² on the validation rows; `nil` without `earlyStopping`.
    public let validationScore: Double?
    /// The learning rate of the epoch; `nil` for L-BFGS.
    public let learningRate: Double?
}

/// The functions that watch a fit and can end it.
struct FitWatch: Sendable {
    /// Polled after each step; true ends the fit.
    var stop: @Sendable () -> Bool = { false }
    /// Called after each epoch or iteration.
    var progress: @Sendable (FitProgress) -> Void = { _ in }
}
