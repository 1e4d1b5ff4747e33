@_spi(Benchmarks) import FastTrain
import KernelDispatch
import KernelTypes

/// Benchmarks of all kernels, on one thread.
let benchmarks: @Sendable () -> Void = {
    let kernels = try! InstructionSet.chosen().kernels
    declarePeak(kernels)
    for layer in Layer.ofWorkloads {
        for precision in KernelPrecision.measured(kernels) {
            declareForward(layer, kernels, precision)
            if layer.index > 0 { declareBackward(layer, kernels, precision) }
            declareGradient(layer, kernels, precision)
        }
        if layer.outputs > 10 { declareSparse(layer, kernels) }
        declarePairs(layer, kernels)
        if layer.index == 0 { declareOuterProducts(layer, kernels) }
    }
    for layer in Layer.awkward {
        declareForward(layer, kernels, .f32)
        declareGradient(layer, kernels, .f32)
    }
    declareUpdates(kernels)
    declareGather(kernels)
    declareLoss(kernels)
}
