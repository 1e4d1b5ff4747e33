import BenchmarkSupport
import KernelDispatch
import KernelTypes

/// X·Wᵀ + b and ReLU.
func declareForward(_ layer: Layer, _ kernels: KernelTable) {
    declare("forward: \(layer.description)", .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let input = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let output = Matrix(rows: layer.rows, width: layer.outputs, panelWidth: width)
        let weights = Matrix(rows: layer.inputs, width: layer.outputs, panelWidth: width)
        let biases = Memory<Float>(randomCount: (layer.outputs + width - 1) / width * width)
        return {
            kernels.product(
                ProductArguments(
                    input: input.panels, output: output.panels, weights: weights.panels.base,
                    weightPanelStride: weights.panels.panelStride, initial: biases.base, firstRow: 0,
                    endRow: layer.rows, activation: .relu, slope: 0, derivativeAt: nil))
            extendLifetime((input, output, weights, biases))
        }
    }
}

/// (δ·W) ∘ ReLU′: the gradient of the layer's inputs.
func declareBackward(_ layer: Layer, _ kernels: KernelTable) {
    declare("backward: \(layer.description)", .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let delta = Matrix(rows: layer.rows, width: layer.outputs, panelWidth: width)
        let result = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let activations = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let transposed = Matrix(rows: layer.outputs, width: layer.inputs, panelWidth: width)
        return {
            kernels.product(
                ProductArguments(
                    input: delta.panels, output: result.panels, weights: transposed.panels.base,
                    weightPanelStride: transposed.panels.panelStride, initial: nil, firstRow: 0, endRow: layer.rows,
                    activation: .relu, slope: 0, derivativeAt: activations.panels.base))
            extendLifetime((delta, result, activations, transposed))
        }
    }
}

/// δᵀ·X and the sums of δ, block by block as the engine cuts it (`GradientPlan`); each block goes to the same place.
func declareGradient(_ layer: Layer, _ kernels: KernelTable) {
    declare("gradient: \(layer.description)", .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let inputsPerBlock = 128
        let input = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let delta = Matrix(rows: layer.rows, width: layer.outputs, panelWidth: width)
        let block = Memory<Float>(randomCount: inputsPerBlock * width)
        let biasBlock = Memory<Float>(randomCount: width)
        return {
            for first in stride(from: 0, to: layer.inputs, by: inputsPerBlock) {
                for panel in 0..<(layer.outputs + width - 1) / width {
                    kernels.gradient(
                        GradientArguments(
                            input: input.panels, delta: delta.panels, panel: panel, firstInput: first,
                            endInput: min(first + inputsPerBlock, layer.inputs), firstRow: 0, endRow: layer.rows,
                            block: block.base, biasBlock: first == 0 ? biasBlock.base : nil))
                }
            }
            extendLifetime((input, delta, block, biasBlock))
        }
    }
}
