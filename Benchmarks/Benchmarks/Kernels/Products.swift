import BenchmarkSupport
import KernelTypes

/// Declares the forward product: X·Wᵀ + b and ReLU.
func declareForward(_ layer: Layer, _ kernels: KernelTable, _ precision: KernelPrecision) {
    let name = "forward: \(layer.description)\(precision.suffix)"
    declare(name, .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let input = Matrix(rows: layer.rows, width: precision.places(layer.inputs), panelWidth: width)
        let output = Matrix(rows: layer.rows, width: layer.outputs, panelWidth: width)
        let weights = Matrix(rows: precision.places(layer.inputs), width: layer.outputs, panelWidth: width)
        let biases = Memory<Float>(randomCount: (layer.outputs + width - 1) / width * width)
        return {
            kernels.product(
                ProductArguments(
                    precision: precision, input: .panels(input.panels), output: output.panels,
                    weights: weights.panels.base, weightPanelStride: weights.panels.panelStride, initial: biases.base,
                    rows: 0..<layer.rows, epilogue: Epilogue(activation: .relu, slope: 0)))
            extendLifetime((input, output, weights, biases))
        }
    }
}

/// Declares backpropagation to the layer's inputs: (δ·W) ∘ ReLU′.
func declareBackward(_ layer: Layer, _ kernels: KernelTable, _ precision: KernelPrecision) {
    let name = "backward: \(layer.description)\(precision.suffix)"
    declare(name, .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let delta = Matrix(rows: layer.rows, width: precision.places(layer.outputs), panelWidth: width)
        let result = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let activations = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let transposed = Matrix(rows: precision.places(layer.outputs), width: layer.inputs, panelWidth: width)
        return {
            kernels.product(
                ProductArguments(
                    precision: precision, input: .panels(delta.panels), output: result.panels,
                    weights: transposed.panels.base, weightPanelStride: transposed.panels.panelStride, initial: nil,
                    rows: 0..<layer.rows,
                    epilogue: Epilogue(activation: .relu, slope: 0, derivativeAt: activations.panels.base)))
            extendLifetime((delta, result, activations, transposed))
        }
    }
}

/// Declares the weight gradient δᵀ·X and the sums of δ, in the blocks of the engine's `GradientPlan`. All blocks are
/// written to the same place.
func declareGradient(_ layer: Layer, _ kernels: KernelTable, _ precision: KernelPrecision) {
    let name = "gradient: \(layer.description)\(precision.suffix)"
    declare(name, .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let inputsPerBlock = 128
        let rows = precision.places(layer.rows)
        let input = Matrix(rows: rows, width: layer.inputs, panelWidth: width)
        let delta = Matrix(rows: rows, width: layer.outputs, panelWidth: width)
        let block = Memory<Float>(randomCount: inputsPerBlock * width)
        let biases = Memory<Float>(randomCount: width)
        return {
            for first in stride(from: 0, to: layer.inputs, by: inputsPerBlock) {
                for panel in 0..<(layer.outputs + width - 1) / width {
                    kernels.gradient(
                        GradientArguments(
                            precision: precision, input: input.panels, delta: delta.panels, panel: panel,
                            inputs: first..<min(first + inputsPerBlock, layer.inputs), rows: 0..<rows, block: block.base
                        ))
                    if first == 0 { kernels.sumRows(delta.panels, panel: panel, rows: 0..<rows, into: biases.base) }
                }
            }
            extendLifetime((input, delta, block, biases))
        }
    }
}

/// Declares the packing of activations into pairs of bfloat16, along columns and along rows.
func declarePairs(_ layer: Layer, _ kernels: KernelTable) {
    declare("pairs: \(layer.description)", .rows(layer.rows), isShort: layer.rows * layer.inputs < 10_000) {
        let width = kernels.panelWidth
        let source = Matrix(rows: layer.rows, width: layer.inputs, panelWidth: width)
        let neighbours = Matrix(rows: layer.rows, width: (layer.inputs + 1) / 2, panelWidth: width)
        let rows = Matrix(rows: (layer.rows + 1) / 2, width: layer.inputs, panelWidth: width)
        return {
            kernels.pairColumns(source.panels, to: neighbours.panels, rows: 0..<layer.rows, columns: 0..<layer.inputs)
            kernels.pairRows(
                source.panels, to: rows.panels, rows: 0..<layer.rows, columns: 0..<layer.inputs, firstPair: 0)
            extendLifetime((source, neighbours, rows))
        }
    }
}
