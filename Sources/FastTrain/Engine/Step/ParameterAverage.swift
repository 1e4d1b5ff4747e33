import KernelTypes

/// An exponential moving average of the parameters (Polyak & Juditsky 1992). It is evaluated and saved, while training
/// continues from the parameters themselves.
///
/// The parameters of t steps ago have the weight decayᵗ. Running statistics are averaged in the same way, because they
/// belong to the weights, as in PyTorch's `AveragedModel` with `use_buffers`. PyTorch's average starts from the first
/// parameters as if they had always been there; here the average is divided by the sum of its weights, as in Adam, so that
/// short runs have a meaningful average too.
struct ParameterAverage: Sendable {
    /// The network with the averages as its parameters.
    let forward: ForwardPass
    private let source: ForwardPass
    private let kernels: KernelTable

    /// Creates the average of a pass's parameters, or returns `nil` if the recipe does not enable it.
    init?(_ recipe: Recipe, of source: ForwardPass) {
        guard recipe.ema != nil else { return nil }
        self.source = source
        kernels = source.kernels
        forward = source.withOwnParameters()
    }

    /// Creates the same average, which shares its numbers, for a pass with another plan.
    init(_ other: ParameterAverage, planned source: ForwardPass) {
        self.source = source
        kernels = other.kernels
        forward = other.forward.planned(as: source)
    }

    /// Returns the weight of the newest parameters in the average after a step, which is numbered from 1.
    static func rate(_ recipe: Recipe, step: Int) -> Float {
        guard let decay = recipe.ema else { return 0 }
        return Float((1 - decay) / (1 - power(decay, step)))
    }

    /// Moves the averages of a block of parameters towards the newest ones, and the running statistics of its outputs with
    /// the block that has the layer's first inputs.
    func include(_ block: GradientPlan.Block, rate: Float) {
        forward.parameters.layout.forEachSlice(of: block) { slice in
            kernels.average(
                forward.parameters.base + slice.offset, towards: source.parameters.base + slice.offset,
                count: slice.count, rate: rate)
        }
        guard block.inputs.lowerBound == 0, let normalizer = source.normalizer else { return }
        forward.normalizer?.average(normalizer, layer: block.layer, panels: block.panels, rate: rate)
    }

    /// Derives from the averages the other forms that an evaluation reads. The whole team calls it, with a barrier before it
    /// and one after it.
    func prepareEvaluation(_ member: TeamMember) {
        for (index, layer) in forward.parameters.layout.layers.enumerated() {
            forward.pairedWeights?.refresh(
                forward.parameters, layer: index, panels: member.share(of: layer.panels), inputs: 0..<layer.inputs)
        }
        if member.rank == 0 { forward.normalizer?.prepareEvaluation() }
    }
}
