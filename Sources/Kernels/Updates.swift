import CIntrinsics
import KernelTypes

extension Kernels {
    /// Updates a slice of the weights by SGD: g += λw; v = μv + g; g = v, or g + μv for Nesterov; w −= ηg.
    public static func updateSGD(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, momentum: UnsafeMutablePointer<Float>?,
        count: Int, _ step: SGDStep
    ) {
        let decay = Wide(repeating: step.weightDecay)
        let mu = Wide(repeating: step.momentum)
        let minusRate = Wide(repeating: -step.learningRate)
        for i in stride(from: 0, to: count, by: wideCount) {
            let weight = loadWide(weights + i)
            var direction = positiveZeros(loadWide(gradient + i)).addingProduct(weight, decay)
            if let momentum {
                let velocity = direction.addingProduct(loadWide(momentum + i), mu)
                storeWide(velocity, to: momentum + i)
                direction = step.nesterov ? direction.addingProduct(velocity, mu) : velocity
            }
            storeWide(weight.addingProduct(minusRate, direction), to: weights + i)
        }
    }

    /// Updates a slice of the weights by Adam or AdamW:
    /// m += (1 − β₁)(g − m); v = β₂v + (1 − β₂)g²; w −= η / (1 − β₁ᵗ) · m / (√v · 1/√(1 − β₂ᵗ) + ε).
    public static func updateAdam(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, mean: UnsafeMutablePointer<Float>,
        square: UnsafeMutablePointer<Float>, count: Int, _ step: AdamStep
    ) {
        let decay = Wide(repeating: step.weightDecay)
        let shrink = Wide(repeating: step.shrink)
        let meanRate = Wide(repeating: step.meanRate)
        let squareDecay = Wide(repeating: step.squareDecay)
        let squareRate = Wide(repeating: step.squareRate)
        let squareScale = Wide(repeating: step.squareScale)
        let minusRate = Wide(repeating: -step.stepSize)
        for i in stride(from: 0, to: count, by: wideCount) {
            let weight = loadWide(weights + i) * shrink
            let slope = positiveZeros(loadWide(gradient + i)).addingProduct(weight, decay)
            let oldMean = loadWide(mean + i)
            let newMean = oldMean.addingProduct(slope - oldMean, meanRate)
            let newSquare = (loadWide(square + i) * squareDecay).addingProduct(slope * squareRate, slope)
            var root = newSquare
            withUnsafeMutablePointer(to: &root) { ft_square_root($0) }
            let denominator = Wide(repeating: step.epsilon).addingProduct(root, squareScale)
            storeWide(newMean, to: mean + i)
            storeWide(newSquare, to: square + i)
            storeWide(weight.addingProduct(minusRate, newMean / denominator), to: weights + i)
        }
    }

    /// Updates a slice of the weights by RMSprop or Adagrad:
    /// g += λw; v = αv + (1 − α)g², or v += g² for Adagrad; w −= η g / (√v + ε).
    public static func updateBySquares(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, square: UnsafeMutablePointer<Float>,
        count: Int, _ step: SquareStep
    ) {
        let weightDecay = Wide(repeating: step.weightDecay)
        let decay = Wide(repeating: step.decay)
        let rate = Wide(repeating: step.rate)
        let epsilon = Wide(repeating: step.epsilon)
        let minusRate = Wide(repeating: -step.learningRate)
        for i in stride(from: 0, to: count, by: wideCount) {
            let weight = loadWide(weights + i)
            let slope = positiveZeros(loadWide(gradient + i)).addingProduct(weight, weightDecay)
            let newSquare = (loadWide(square + i) * decay).addingProduct(slope * rate, slope)
            var root = newSquare
            withUnsafeMutablePointer(to: &root) { ft_square_root($0) }
            storeWide(newSquare, to: square + i)
            storeWide(weight.addingProduct(minusRate, slope / (root + epsilon)), to: weights + i)
        }
    }

    /// Updates a slice of the weights by Lion:
    /// w −= ηλw; w −= η sign(m + (1 − β₁)(g − m)); m += (1 − β₂)(g − m).
    public static func updateLion(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, momentum: UnsafeMutablePointer<Float>,
        count: Int, _ step: LionStep
    ) {
        let shrink = Wide(repeating: step.shrink)
        let directionRate = Wide(repeating: step.directionRate)
        let momentumRate = Wide(repeating: step.momentumRate)
        let minusRate = Wide(repeating: -step.learningRate)
        for i in stride(from: 0, to: count, by: wideCount) {
            let weight = loadWide(weights + i) * shrink
            let old = loadWide(momentum + i)
            let difference = positiveZeros(loadWide(gradient + i)) - old
            let direction = old.addingProduct(difference, directionRate)
            // Zero stays zero, and NaN stays NaN: otherwise a diverging run would look as if it stood still.
            let sign = direction.replacing(with: 1, where: direction .> 0).replacing(with: -1, where: direction .< 0)
            storeWide(old.addingProduct(difference, momentumRate), to: momentum + i)
            storeWide(weight.addingProduct(minusRate, sign), to: weights + i)
        }
    }
}

/// Returns a part of the gradient with −0 replaced by +0.
///
/// A sum that underflowed may be either, depending on whether links with a factor 0 were omitted from its chain. The
/// difference must not reach an optimizer's memory.
@inline(__always) private func positiveZeros(_ gradient: Wide) -> Wide { gradient + 0 }
