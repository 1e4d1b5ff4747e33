import BenchmarkSupport
import KernelTypes

/// Declares the optimizers on a block in cache, as in the engine, and on all parameters of `mnist-medium`.
func declareUpdates(_ kernels: KernelTable) {
    for (name, count) in [("one block", 128 * 32), ("mnist-medium", 669_696)] {
        declareSGD(name, count: count, kernels)
        declareAdam(name, count: count, kernels)
    }
}

private func declareSGD(_ name: String, count: Int, _ kernels: KernelTable) {
    let step = SGDStep(learningRate: 1e-6, momentum: 0.9, nesterov: false, weightDecay: 0)
    // Reads weight, gradient and momentum, writes weight and momentum.
    declare("update: SGD with momentum, \(name), \(count) floats", .bytes(5 * 4 * count)) {
        let weights = Memory<Float>(randomCount: count)
        let gradient = Memory<Float>(randomCount: count)
        let momentum = Memory<Float>(randomCount: count)
        return {
            kernels.updateSGD(
                weights: weights.base, gradient: gradient.base, momentum: momentum.base, count: count, step)
            extendLifetime((weights, gradient, momentum))
        }
    }
}

private func declareAdam(_ name: String, count: Int, _ kernels: KernelTable) {
    let step = AdamStep(
        stepSize: 1e-6, meanRate: 0.1, squareDecay: 0.999, squareRate: 0.001, squareScale: 1, epsilon: 1e-8,
        weightDecay: 0, shrink: 1)
    // Reads weight, gradient, mean and square, writes all but the gradient.
    declare("update: Adam, \(name), \(count) floats", .bytes(7 * 4 * count)) {
        let weights = Memory<Float>(randomCount: count)
        let gradient = Memory<Float>(randomCount: count)
        let mean = Memory<Float>(randomCount: count)
        let square = Memory<Float>(count: count) { _ in 1 }
        return {
            kernels.updateAdam(
                weights: weights.base, gradient: gradient.base, mean: mean.base, square: square.base, count: count, step
            )
            extendLifetime((weights, gradient, mean, square))
        }
    }
}
