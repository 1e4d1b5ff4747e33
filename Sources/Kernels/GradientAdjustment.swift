import KernelTypes

extension Kernels {
    /// Adjusts a slice of the gradient before the update: g = clip(s g + λ₁ sign(w), ±limit), where sign(0) = 0.
    public static func adjustGradient(
        gradient: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, count: Int,
        _ adjustment: GradientAdjustment
    ) {
        let scale = Wide(repeating: adjustment.scale)
        let up = Wide(repeating: adjustment.l1)
        let down = Wide(repeating: -adjustment.l1)
        let most = Wide(repeating: adjustment.limit)
        let least = Wide(repeating: -adjustment.limit)
        let zero = Wide(repeating: 0)
        for i in stride(from: 0, to: count, by: wideCount) {
            let weight = loadWide(weights + i)
            let penalty = zero.replacing(with: up, where: weight .> 0).replacing(with: down, where: weight .< 0)
            let slope = penalty.addingProduct(loadWide(gradient + i), scale)
            // NaN is neither above nor below the limit, so it stays.
            storeWide(
                slope.replacing(with: most, where: slope .> most).replacing(with: least, where: slope .< least),
                to: gradient + i)
        }
    }
}
