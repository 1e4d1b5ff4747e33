/// Every kernel on one thread.
let benchmarks: @Sendable () -> Void = {
    let kernels = chosenKernels()
    declarePeak(kernels)
    for layer in Layer.ofWorkloads {
        declareForward(layer, kernels)
        if layer.index > 0 { declareBackward(layer, kernels) }
        declareGradient(layer, kernels)
        if layer.outputs > 10 { declareSparse(layer, kernels) }
        if layer.index == 0 { declareOuterProducts(layer, kernels) }
    }
    for layer in Layer.awkward {
        declareForward(layer, kernels)
        declareGradient(layer, kernels)
    }
    declareUpdates(kernels)
    declareGather(kernels)
    declareLoss(kernels)
}
