/// Which epoch is the best so far, and whether a run ends since none has been better for long enough: the rule of Keras's
/// `EarlyStopping`, by the figures of finished epochs alone, so that a resumed run ends where a straight one does.
struct EarlyStopping: Sendable {
    private let monitor: Monitor
    private let patience: Int?
    private let minDelta: Double

    init(_ recipe: Recipe) {
        monitor = recipe.monitor
        patience = recipe.patience
        minDelta = recipe.minDelta
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

    /// Whether no epoch was better, by more than `minDelta`, in the last `patience` ones.
    func isOver(_ history: [EpochRecord]) -> Bool {
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
