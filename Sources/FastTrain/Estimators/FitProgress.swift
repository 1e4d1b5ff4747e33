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

/// The functions that watch a fit and can end it. Both run with the floating-point state of the caller of the fit.
struct FitWatch: Sendable {
    /// Polled after each step and epoch; true ends the fit.
    let stop: @Sendable () -> Bool
    /// Called after each epoch or iteration.
    let progress: @Sendable (FitProgress) -> Void

    init(
        stop: @escaping @Sendable () -> Bool = { false }, progress: @escaping @Sendable (FitProgress) -> Void = { _ in }
    ) {
        self.stop = { Team.callOut(stop) }
        self.progress = { epoch in Team.callOut { progress(epoch) } }
    }
}
