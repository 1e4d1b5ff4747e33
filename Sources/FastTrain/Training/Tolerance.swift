/// The rule by which scikit-learn's multilayer perceptrons stop: too many consecutive epochs improved on the best by less
/// than `tol`.
///
/// The best moves with every gain, even with one below `tol`, so many small gains do not add up to one that counts.
struct Tolerance: Sendable, Equatable {
    /// scikit-learn's defaults.
    static let defaultTol = 1e-4
    static let defaultEpochs = 10

    /// The least improvement that counts.
    var tol: Double
    /// The number of consecutive epochs without improvement to tolerate.
    var epochs: Int
    /// The highest figure so far. Losses are added with their sign changed.
    private(set) var best = -Double.infinity
    private var without = 0

    /// Creates a rule that has seen no epoch.
    init(tol: Double, epochs: Int) {
        self.tol = tol
        self.epochs = epochs
    }

    /// Whether more than `epochs` epochs in a row brought too little.
    var isExceeded: Bool { without > epochs }

    /// Adds the figure of the next epoch.
    mutating func add(_ figure: Double) {
        without = figure < best + tol ? without + 1 : 0
        if figure > best { best = figure }
    }

    /// Starts to count again, against the same best.
    mutating func startAnew() { without = 0 }

    /// Starts to count again, against another best; `nil` means that the next figure is an improvement.
    mutating func startAnew(from best: Double?) {
        without = 0
        self.best = best ?? -.infinity
    }

    /// Divides a learning rate above a millionth by 5.
    ///
    /// - Returns: `false` if the rate is a millionth or less, and stays as it is.
    static func lower(_ rate: inout Double) -> Bool {
        guard rate > 1e-6 else { return false }
        rate /= 5
        return true
    }
}

extension Recipe {
    /// The rule of tolerance; `nil` if the recipe does not ask for it.
    var tolerance: Tolerance? {
        guard tol != nil || nIterNoChange != nil || schedule.basis == .tolerance else { return nil }
        return Tolerance(tol: tol ?? Tolerance.defaultTol, epochs: nIterNoChange ?? Tolerance.defaultEpochs)
    }

    /// Whether a run may end because validation no longer improves, so that its best epoch is not its last.
    var endsByValidation: Bool { patience != nil || (tolerance != nil && monitor == .validationScore) }

    /// The reason why a run ended by tolerance, such as "10 epochs in a row brought less than 0.0001 in training loss".
    /// Empty if the rule does not apply.
    public var toleranceText: String {
        guard let tolerance else { return "" }
        let figure = monitor == .validationScore ? "validation score" : "training loss"
        let epochs = Format.count(tolerance.epochs, "epoch")
        return "\(epochs) in a row brought less than \(Format.setting(tolerance.tol)) in \(figure)"
    }
}
