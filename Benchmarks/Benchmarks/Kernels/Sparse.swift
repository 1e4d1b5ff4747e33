import BenchmarkSupport
import KernelTypes

/// Declares the products of sparse inputs. Their rates count the operations of a dense product.
func declareSparse(_ layer: Layer, _ kernels: KernelTable) {
    let density = layer.index == 0 ? 0.19 : 0.5
    let name = "\(layer.description), density \(density)"
    declare("sparse forward: \(name)", .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let input = Lists(rows: layer.rows, width: layer.inputs, density: density, kernels)
        let output = Matrix(rows: layer.rows, width: layer.outputs, panelWidth: width)
        let weights = Matrix(rows: layer.inputs, width: layer.outputs, panelWidth: width)
        let biases = Memory<Float>(randomCount: (layer.outputs + width - 1) / width * width)
        return {
            kernels.product(
                ProductArguments(
                    precision: .f32, input: .lists(input.matrix), output: output.panels, weights: weights.panels.base,
                    weightPanelStride: weights.panels.panelStride, initial: biases.base, rows: 0..<layer.rows,
                    epilogue: Epilogue(activation: .relu, slope: 0)))
            extendLifetime((input, output, weights, biases))
        }
    }
    declare("lists: \(name)", .rows(layer.rows), isShort: layer.rows * layer.inputs < 10_000) {
        let lists = Lists(rows: layer.rows, width: layer.inputs, density: density, kernels)
        return {
            _ = kernels.sparseRows(
                lists.source.panels, to: lists.matrix, rows: 0..<layer.rows, columns: 0..<layer.inputs)
            extendLifetime(lists)
        }
    }
}

/// Declares the first layer's gradient by outer products, in blocks of 64 inputs and up to four panels.
func declareOuterProducts(_ layer: Layer, _ kernels: KernelTable) {
    declare("outer products: \(layer.description)", .operations(layer.operations), isShort: layer.isShort) {
        let width = kernels.panelWidth
        let input = Lists(rows: layer.rows, width: layer.inputs, density: 0.19, kernels)
        let delta = Matrix(rows: layer.rows, width: layer.outputs, panelWidth: width)
        let block = Memory<Float>(randomCount: 4 * 64 * width)
        return {
            for first in stride(from: 0, to: layer.inputs, by: 64) {
                for panel in stride(from: 0, to: (layer.outputs + width - 1) / width, by: 4) {
                    kernels.outerProducts(
                        OuterProductArguments(
                            precision: .f32, input: input.matrix, delta: delta.panels,
                            panels: panel..<panel + min(4, (layer.outputs + width - 1) / width - panel),
                            inputs: first..<min(first + 64, layer.inputs), rows: 0..<layer.rows,
                            block: block.base))
                }
            }
            extendLifetime((input, delta, block))
        }
    }
}

/// A random sparse matrix in blocks of 64 columns.
private final class Lists {
    let matrix: SparseMatrix
    let source: Matrix
    private let values: Memory<Float>
    private let offsets: Memory<UInt16>
    private let segments: Memory<SparseSegment>

    init(rows: Int, width: Int, density: Double, _ kernels: KernelTable) {
        let blocks = (width + 63) / 64
        source = Matrix(rows: rows, width: width, panelWidth: kernels.panelWidth)
        // The numbers are distributed uniformly in -0.5..<0.5.
        for index in 0..<(width + kernels.panelWidth - 1) / kernels.panelWidth * source.panels.panelStride
        where Double(source.panels.base[index]) > density - 0.5 { source.panels.base[index] = 0 }
        values = Memory(count: blocks * rows * 68) { _ in 0 }
        offsets = Memory(count: blocks * rows * 68) { _ in 0 }
        segments = Memory(count: blocks * rows) { _ in SparseSegment(begin: 0, count: 0) }
        matrix = SparseMatrix(
            values: values.base, offsets: offsets.base, segments: segments.base, rows: rows, width: width,
            blockWidth: 64, roomOfRow: 68)
        _ = kernels.sparseRows(source.panels, to: matrix, rows: 0..<rows, columns: 0..<width)
    }
}
