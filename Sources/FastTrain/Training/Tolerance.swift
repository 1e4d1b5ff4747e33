/// scikit-learn's rule of its multilayer perceptrons: how many epochs in a row brought less than `tol` over the best before
/// them. The best moves with every gain, even one that does not count, so that many small ones count for nothing.
struct Tolerance: Sendable, Equatable {
    /// scikit-learn's defaults.
    static let defaultTol = 1e-4
    static let defaultEpochs = 10

    var tol: Double
    /// The most in a row that are put up with.
    var epochs: Int
    /// The highest figure so far; of losses their negative is taken.
    private(set) var best = -Double.infinity
    private var without = 0

    init(tol: Double, epochs: Int) {
        self.tol = tol
        self.epochs = epochs
    }

    /// Whether more epochs than that brought too little.
    var isExceeded: Bool { without > epochs }

    mutating func add(_ figure: Double) {
        without = figure < best + tol ? without + 1 : 0
        if figure > best { best = figure }
    }

    /// Counts from 0 again, against the same best.
    mutating func startAnew() { without = 0 }

    /// Counts from 0 again, against this best; nil: the next figure is one.
    mutating func startAnew(from best: Double?) {
        without = 0
        self.best = best ?? -.infinity
    }

    /// A fifth of a rate above a millionth; false: it is not above, and stays.
    static func lower(_ rate: inout Double) -> Bool {
        guard rate > 1e-6 else { return false }
        rate /= 5
        return true
    }
}

extension Recipe {
    /// nil where it does not apply.
    var tolerance: Tolerance? {
        guard tol != nil || nIterNoChange != nil || schedule == .adaptive else { return nil }
        return Tolerance(tol: tol ?? Tolerance.defaultTol, epochs: nIterNoChange ?? Tolerance.defaultEpochs)
    }

    /// Whether a run may end since its validation got no better, so that its best epoch is not its last.
    var endsByValidation: Bool { patience != nil || (tolerance != nil && monitor == .validationScore) }

    /// Such as "10 epochs in a row brought less than 0.0001 in training loss".
    public var toleranceText: String {
        guard let tolerance else { return "" }
        let figure = monitor == .validationScore ? "validation score" : "training loss"
        let epochs = Format.count(tolerance.epochs, "epoch")
        return "\(epochs) in a row brought less than \(Format.setting(tolerance.tol)) in \(figure)"
    }
}
