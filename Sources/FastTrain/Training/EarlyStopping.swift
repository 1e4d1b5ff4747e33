/// Which epoch is the best so far, and whether a run ends since none has been better for long enough: by the rule of
/// Keras's `EarlyStopping` (`patience`) or of scikit-learn (`Tolerance`), by the figures of finished epochs alone, so that
/// a resumed run ends where a straight one does.
struct EarlyStopping: Sendable {
    private let monitor: Monitor
    private let patience: Int?
    private let minDelta: Double
    private let tolerance: Tolerance?
    private let learningRate: Double
    private let isAdaptive: Bool
    private let warmup: Double

    init(_ recipe: Recipe) {
        monitor = recipe.monitor
        patience = recipe.patience
        minDelta = recipe.minDelta
        tolerance = recipe.tolerance
        learningRate = recipe.learningRate
        isAdaptive = recipe.schedule == .adaptive
        warmup = recipe.warmup
    }

    /// The figure of an epoch, with the sign that makes more the better; nil if it has none.
    func figure(_ record: EpochRecord) -> Double? {
        switch monitor {
        case .validationLoss: record.validationLoss.map { -$0 }
        case .validationScore: record.validationAccuracy ?? record.validationR2
        case .trainLoss: -record.trainLoss
        }
    }

    /// The epoch that is better than all before it and as good as any after it; nil if none has a figure. None is, by what
    /// it was trained on.
    func bestEpoch(_ history: [EpochRecord]) -> Int? {
        guard monitor != .trainLoss else { return nil }
        var best: (epoch: Int, figure: Double)?
        for record in history {
            guard let figure = figure(record) else { continue }
            if best.map({ $0.figure < figure }) ?? true { best = (record.epoch, figure) }
        }
        return best?.epoch
    }

    /// Whether the last epoch is the best.
    func isBest(_ history: [EpochRecord]) -> Bool {
        bestEpoch(history).map { $0 == history.last?.epoch } ?? false
    }

    /// Why the run is over after these epochs; nil: it goes on.
    func ending(_ history: [EpochRecord]) -> Outcome.Ending? {
        if isOutOfPatience(history) { return .patience }
        return adapt(history).isOver ? .tolerance : nil
    }

    /// The rate of the adaptive schedule after these epochs.
    func adaptiveRate(_ history: [EpochRecord]) -> Double { adapt(history).rate }

    /// scikit-learn's rule over the epochs after the warm-up, which it does not have.
    private func adapt(_ history: [EpochRecord]) -> (rate: Double, isOver: Bool) {
        var rate = learningRate
        var isOver = false
        guard var tolerance else { return (rate, isOver) }
        for record in history where Double(record.epoch) > warmup {
            guard let figure = monitor == .validationScore ? figure(record) : -record.trainLoss else { continue }
            tolerance.add(figure)
            isOver = tolerance.isExceeded && !(isAdaptive && Tolerance.lower(&rate))
            if tolerance.isExceeded { tolerance.startAnew() }
        }
        return (rate, isOver)
    }

    /// Whether no epoch was better, by more than `minDelta`, in the last `patience` ones.
    private func isOutOfPatience(_ history: [EpochRecord]) -> Bool {
        guard let patience else { return false }
        var plateau = Plateau(patience: patience - 1)
        for record in history { if let figure = figure(record) { plateau.add(figure) { $0 - minDelta > $1 } } }
        return plateau.isAtItsEnd
    }
}

/// A row of figures, and how often none was better for longer than a patience.
struct Plateau {
    let patience: Int
    private(set) var count = 0
    /// Whether the last figure completed one.
    private(set) var isAtItsEnd = false
    private var best: Double?
    private var without = 0

    init(patience: Int) { self.patience = patience }

    /// `isBetter`: than the best so far, which it then is.
    mutating func add(_ figure: Double, isBetter: (Double, Double) -> Bool) {
        without += 1
        if best.map({ isBetter(figure, $0) }) ?? true {
            best = figure
            without = 0
        }
        isAtItsEnd = without > patience
        if isAtItsEnd {
            count += 1
            without = 0
        }
    }
}
