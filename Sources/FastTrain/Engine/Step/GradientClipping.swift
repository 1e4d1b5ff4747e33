import KernelDispatch

/// The gradient of all parameters at once, which clipping by its norm takes: no update can be made before the last number of
/// the gradient is there.
struct GradientClipping: Sendable {
    /// In the packed layout; padding is zero.
    let gradient: PackedParameters
    private let most: Double
    private let pieces: PackedPieces
    private let squares: Buffer<Float>

    /// nil if the recipe does not ask for it.
    init?(_ recipe: Recipe, layout: PackedLayout, threads: Int, kernels: KernelTable) {
        guard let most = recipe.clipNorm else { return nil }
        self.most = most
        gradient = PackedParameters(layout)
        pieces = PackedPieces(layout, threads: threads, kernels: kernels)
        squares = Buffer(count: pieces.sumCount)
    }

    /// A thread's part of the norm, with a barrier before and after.
    func measure(rank: Int) { pieces.products(gradient.base, gradient.base, into: squares, rank: rank) }

    /// What the gradient is to be multiplied by, as in `torch.nn.utils.clip_grad_norm_`; 1: nothing. Every thread may call it.
    ///
    /// NaN of a gradient that is not finite, or whose squares are not: a run that diverges must not look as if it stood still.
    var factor: Float {
        let norm = pieces.total(squares).squareRoot()
        return norm.isFinite ? Float(min(1, most / (norm + 1e-6))) : .nan
    }
}
