import KernelDispatch

/// The mean of the parameters after each step of a run, that of t steps ago counting decayᵗ: what is evaluated and kept,
/// while training goes on from the parameters themselves (Polyak & Juditsky 1992).
///
/// PyTorch's `AveragedModel` with `use_buffers`: running statistics are averaged likewise, as they belong to the weights.
/// Its moving average counts the first step as if the weights had been so for ever; here the sum of what counts is divided
/// out, as in Adam, so that short runs have an average too.
struct ParameterAverage: Sendable {
    /// By the averages.
    let forward: ForwardPass
    private let source: ForwardPass
    private let kernels: KernelTable

    /// nil if the recipe asks for none.
    init?(_ recipe: Recipe, of source: ForwardPass) {
        guard recipe.ema != nil else { return nil }
        self.source = source
        kernels = source.kernels
        forward = source.withOwnParameters()
    }

    /// What the newest parameters count in the average; `step` counts from 1.
    static func rate(_ recipe: Recipe, step: Int) -> Float {
        guard let decay = recipe.ema else { return 0 }
        return Float((1 - decay) / (1 - power(decay, step)))
    }

    /// Takes in a block of the newest parameters, and the running statistics of its outputs with their layer's first input.
    func follow(_ block: GradientPlan.Block, rate: Float) {
        forward.parameters.layout.forEachSlice(of: block) { slice in
            kernels.average(
                forward.parameters.base + slice.offset, source.parameters.base + slice.offset, slice.count, rate)
        }
        guard block.inputs.lowerBound == 0, let normalizer = source.normalizer else { return }
        forward.normalizer?.average(normalizer, layer: block.layer, panels: block.panels, rate: rate)
    }

    /// Makes what rows are evaluated by; the whole team calls it, with a barrier before and after.
    func prepareEvaluation(_ member: TeamMember) {
        for (index, layer) in forward.parameters.layout.layers.enumerated() {
            forward.pairedWeights?.follow(
                forward.parameters, layer: index, panels: member.share(of: layer.panels), inputs: 0..<layer.inputs)
        }
        if member.rank == 0 { forward.normalizer?.prepareEvaluation() }
    }
}
