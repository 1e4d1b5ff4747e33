import KernelTypes

/// scikit-learn's L2 penalty, alpha: it adds 0.5 · alpha · ‖W‖² / rows to the loss of a minibatch and alpha · W / rows to
/// the gradient. W are all weights, without biases and normalizations; if rows have weights, their sum takes the place of
/// their number.
struct Penalty: Sendable {
    private let alpha: Double
    private let layout: PackedLayout
    /// The sum of w² of each unit, layer by layer, each layer padded to whole panels.
    private let squares: Buffer<Float>
    /// Each panel of weights, by its layer and its position in the layer.
    private let panels: [(layer: Int, panel: Int)]

    /// Creates the penalty, or returns `nil` if alpha is 0.
    init?(_ recipe: Recipe, layout: PackedLayout) {
        guard recipe.alpha > 0 else { return nil }
        alpha = recipe.alpha
        self.layout = layout
        panels = layout.layers.enumerated().flatMap { index, layer in (0..<layer.panels).map { (index, $0) } }
        squares = Buffer(count: panels.count * layout.panelWidth)
    }

    /// Adds up the squares of the calling member's share of the units. The whole team calls it, with a barrier before `sum`.
    ///
    /// The squares of a unit are added in the order of its inputs, so the sum depends neither on the number of threads nor
    /// on the width of vectors.
    func add(_ parameters: PackedParameters, member: TeamMember) {
        let width = layout.panelWidth
        for place in member.share(of: panels.count) {
            let layer = layout.layers[panels[place].layer]
            let weights = parameters.base + layer.weights + panels[place].panel * layer.panelStride
            let sums = squares.base + place * width
            sums.update(repeating: 0, count: width)
            for input in 0..<layer.inputs {
                let row = weights + input * width
                for lane in 0..<width { sums[lane] += row[lane] * row[lane] }
            }
        }
    }

    /// The penalty of a minibatch, which is added to the sum of its rows' losses.
    var sum: Double {
        defer { extendLifetime(self) }
        return 0.5 * alpha * (0..<squares.count).reduce(0) { $0 + Double(squares.base[$1]) }
    }

    /// Returns the factor by which a weight is added to its gradient.
    ///
    /// - Parameter rows: The sum of the weights of the minibatch's rows.
    func decay(_ rows: Double) -> Float { rows > 0 ? Float(alpha / rows) : 0 }
}
