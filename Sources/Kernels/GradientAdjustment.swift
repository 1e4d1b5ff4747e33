import KernelTypes

/// What comes between a slice of the gradient and its update: g = clip(s g + λ₁ sign(w), ±limit), with sign(0) = 0.
///
/// What is not a number stays so. `count` is a multiple of 16.
public func adjustGradient(
    gradient: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, count: Int, _ adjustment: GradientAdjustment
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
        storeWide(
            slope.replacing(with: most, where: slope .> most).replacing(with: least, where: slope .< least),
            to: gradient + i)
    }
}
