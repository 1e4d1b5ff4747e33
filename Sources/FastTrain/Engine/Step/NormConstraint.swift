import KernelTypes

/// A limit to the norm of each unit's incoming weights: they are scaled down after an update that exceeds it (Srebro &
/// Shraibman 2005; Keras's `MaxNorm`).
struct NormConstraint: Sendable {
    private let most: Float
    private let kernels: KernelTable
    /// The panels of each thread, with all inputs.
    let shares: [[GradientPlan.Block]]
    /// The factors of a panel's units, for each thread.
    private let factors: [Buffer<Float>]

    /// Creates the constraint, or returns `nil` if the recipe sets no limit.
    init?(_ recipe: Recipe, layout: PackedLayout, threads: Int, kernels: KernelTable) {
        guard let most = recipe.maxNorm else { return nil }
        self.most = Float(most)
        self.kernels = kernels
        let panels = layout.layers.enumerated().flatMap { index, layer in
            (0..<layer.panels).map { GradientPlan.Block(layer: index, panels: $0..<$0 + 1, inputs: 0..<layer.inputs) }
        }
        shares = GradientPlan.evenShares(panels.map { Double($0.inputs.count) }, threads: threads).map {
            Array(panels[$0])
        }
        factors = (0..<threads).map { _ in Buffer(count: kernels.panelWidth) }
    }

    /// Scales the weights of a thread's panel down to the limit. The weights of a unit whose norm is not finite become NaN,
    /// so that a run that diverges does not look as if it stood still.
    func apply(_ block: GradientPlan.Block, _ parameters: PackedParameters, rank: Int) {
        let layer = parameters.layout.layers[block.layer]
        let factors = factors[rank].base
        let weights = parameters.base + layer.weights + block.panels.lowerBound * layer.panelStride
        kernels.columnProducts(weights, weights, rows: layer.inputs, into: factors)
        var isAbove = false
        for unit in 0..<kernels.panelWidth {
            let norm = factors[unit].squareRoot()
            isAbove = isAbove || !(norm <= most)
            factors[unit] = norm <= most ? 1 : norm.isFinite ? most / norm : .nan
        }
        if isAbove { kernels.scaleColumns(weights, rows: layer.inputs, by: factors) }
    }
}
