/// Counts how often a sequence of figures stayed without an improvement for longer than a patience. Larger figures are
/// better.
struct Plateau {
    /// The number of consecutive figures without an improvement to tolerate.
    let patience: Int
    /// The number of plateaus so far.
    private(set) var count = 0
    /// Whether the last figure completed a plateau.
    private(set) var isAtItsEnd = false
    private var best: Double?
    private var without = 0

    /// Creates a plateau counter without figures.
    init(patience: Int) { self.patience = patience }

    /// Adds the next figure.
    ///
    /// - Parameter isBetter: Returns whether its first argument, the new figure, improves on its second, the best so far.
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
