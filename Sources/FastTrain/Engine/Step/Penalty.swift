import KernelDispatch

/// scikit-learn's L2 penalty: 0.5 · alpha · ‖W‖² / rows of the minibatch in the loss, alpha · W / rows in the gradient, W all
/// weights without biases and normalizations. Rows with weights of their own count by these.
struct Penalty: Sendable {
    private let alpha: Double
    private let layout: PackedLayout
    /// Σ w² of each unit, layer by layer, each padded to whole panels.
    private let squares: Buffer<Float>
    /// Each panel of weights: its layer and its number there.
    private let panels: [(layer: Int, panel: Int)]

    /// nil: there is none.
    init?(_ recipe: Recipe, layout: PackedLayout) {
        guard recipe.alpha > 0 else { return nil }
        alpha = recipe.alpha
        self.layout = layout
        panels = layout.layers.enumerated().flatMap { index, layer in (0..<layer.panels).map { (index, $0) } }
        squares = Buffer(count: panels.count * layout.panelWidth)
    }

    /// Adds up this member's share of the units, each in the order of its inputs, so that neither threads nor the vectors'
    /// width change the sum. The whole team calls it, with a barrier before `sum`.
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

    /// What the losses of a minibatch's rows are more by, all together.
    var sum: Double {
        defer { extendLifetime(self) }
        return 0.5 * alpha * (0..<squares.count).reduce(0) { $0 + Double(squares.base[$1]) }
    }

    /// What of a weight is added to its gradient, in a minibatch whose rows count so much together.
    func decay(_ rows: Double) -> Float { rows > 0 ? Float(alpha / rows) : 0 }
}

extension OptimizerState.Step {
    /// The step with more of the weights in their gradient.
    func adding(decay: Float) -> OptimizerState.Step {
        OptimizerState.Step(numbers: numbers.adding(decay: decay), averageRate: averageRate)
    }
}

extension OptimizerState.Numbers {
    fileprivate func adding(decay: Float) -> OptimizerState.Numbers {
        switch self {
        case .sgd(var step):
            step.weightDecay += decay
            return .sgd(step)
        case .adam(var step):
            step.weightDecay += decay
            return .adam(step)
        case .squares(var step):
            step.weightDecay += decay
            return .squares(step)
        case .lion:
            // Recipe.validate refuses it.
            return self
        }
    }
}
