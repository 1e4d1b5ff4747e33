import KernelTypes

/// Gradient clipping by global norm.
///
/// It needs the gradient of all parameters at once, because no update can be made before the last number of the gradient
/// is known.
struct GradientClipping: Sendable {
    /// The gradient in the packed layout; its padding is zero.
    let gradient: PackedParameters
    private let most: Double
    private let pieces: PackedPieces
    /// The sums of the squares of each piece.
    let squares: Buffer<Float>
    private let kernels: KernelTable

    /// Creates the memory for the gradient, or returns `nil` if the recipe does not clip by norm.
    init?(_ recipe: Recipe, layout: PackedLayout, threads: Int, kernels: KernelTable) {
        guard let most = recipe.clipNorm else { return nil }
        self.most = most
        self.kernels = kernels
        gradient = PackedParameters(layout)
        pieces = PackedPieces(layout, threads: threads, kernels: kernels)
        squares = Buffer(count: pieces.sumCount)
    }

    /// Stores the gradient of a slice.
    func keep(_ slice: PackedLayout.Slice, _ values: UnsafePointer<Float>) {
        (gradient.base + slice.offset).update(from: values, count: slice.count)
    }

    /// Multiplies the gradient of a slice.
    func scale(_ slice: PackedLayout.Slice, by factor: Float) {
        let values = gradient.base + slice.offset
        kernels.adjustGradient(
            gradient: values, weights: values, count: slice.count, GradientAdjustment(scale: factor))
    }

    /// Computes a thread's part of the norm, between two barriers.
    func measure(rank: Int) { pieces.products(gradient.base, gradient.base, into: squares, rank: rank) }

    /// Computes the norm's part of some pieces.
    func measure(_ range: Range<Int>) {
        pieces.products(gradient.base, gradient.base, into: squares, of: range)
    }

    /// The factor of the gradient, as in `torch.nn.utils.clip_grad_norm_`; 1 means that it is not clipped. Every thread may
    /// read it.
    ///
    /// It is NaN if the gradient or the sum of its squares is not finite, so that a run that diverges does not look as if it
    /// stood still.
    var factor: Float {
        let norm = pieces.total(squares).squareRoot()
        return norm.isFinite ? Float(min(1, most / (norm + 1e-6))) : .nan
    }
}
