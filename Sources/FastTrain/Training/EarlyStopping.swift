/// Decides which epoch is the best so far, and whether a run ends early because no epoch has been better for long enough.
///
/// A run ends by the rule of Keras's `EarlyStopping` (`patience`) or by scikit-learn's (`Tolerance`). Both depend on the
/// records of finished epochs alone, so a resumed run ends where an uninterrupted one does.
struct EarlyStopping: Sendable {
    private let monitor: Monitor
    private let patience: Int?
    private let minDelta: Double
    private let tolerance: Tolerance?
    private let learningRate: Double
    private let isAdaptive: Bool
    private let warmup: Double

    /// Creates the rules of a recipe.
    init(_ recipe: Recipe) {
        monitor = recipe.monitor
        patience = recipe.patience
        minDelta = recipe.minDelta
        tolerance = recipe.tolerance
        learningRate = recipe.learningRate
        isAdaptive = recipe.schedule.basis == .tolerance
        warmup = recipe.warmup
    }

    /// Returns the number of the best epoch, the first of equals.
    ///
    /// - Returns: `nil` if no epoch has a figure, or if the monitor is the training loss, which does not choose a model.
    func bestEpoch(_ history: [EpochRecord]) -> Int? {
        guard monitor != .trainLoss else { return nil }
        var best: (epoch: Int, figure: Double)?
        for record in history {
            guard let figure = monitor.figure(record) else { continue }
            if best.map({ $0.figure < figure }) ?? true { best = (record.epoch, figure) }
        }
        return best?.epoch
    }

    /// Returns whether the last epoch is the best.
    func isBest(_ history: [EpochRecord]) -> Bool {
        bestEpoch(history).map { $0 == history.last?.epoch } ?? false
    }

    /// Returns the reason why the run ends after these epochs; `nil` means that it continues.
    func ending(_ history: [EpochRecord]) -> Outcome.Ending? {
        if isOutOfPatience(history) { return .patience }
        return adapt(history).isOver ? .tolerance : nil
    }

    /// Returns the learning rate of the adaptive schedule after these epochs.
    func adaptiveRate(_ history: [EpochRecord]) -> Double { adapt(history).rate }

    /// Applies scikit-learn's rule to the epochs after the warm-up. (scikit-learn itself has no warm-up.)
    private func adapt(_ history: [EpochRecord]) -> (rate: Double, isOver: Bool) {
        var rate = learningRate
        var isOver = false
        guard var tolerance else { return (rate, isOver) }
        for record in history where Double(record.epoch) > warmup {
            guard let figure = monitor == .validationScore ? monitor.figure(record) : -record.trainLoss else {
                continue
            }
            tolerance.add(figure)
            isOver = tolerance.isExceeded && !(isAdaptive && Tolerance.lower(&rate))
            if tolerance.isExceeded { tolerance.startAnew() }
        }
        return (rate, isOver)
    }

    /// Returns whether none of the last `patience` epochs was better by more than `minDelta`.
    private func isOutOfPatience(_ history: [EpochRecord]) -> Bool {
        guard let patience else { return false }
        var plateau = Plateau(patience: patience - 1)
        for record in history { if let figure = monitor.figure(record) { plateau.add(figure) { $0 - minDelta > $1 } } }
        return plateau.isAtItsEnd
    }
}
