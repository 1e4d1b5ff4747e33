import KernelDispatch
import KernelTypes

/// The layers' inputs, and the gradients of their outputs, as pairs of rows in bfloat16: what weight gradients read.
struct GradientOperands: Sendable {
    /// Of each layer, the input's pairs.
    let inputs: Activations
    /// Of each layer, the pairs of its outputs' gradient.
    let deltas: Activations
    private let featureLists: SparseLists?
    private let kernels: KernelTable

    /// `rows`: of the largest minibatch. `listsFeatures`: whether the first layer's gradient goes by lists, and
    /// `featureBlockWidth` of these.
    init(
        network: Network, rows: Int, shards: Int, listsFeatures: Bool, featureBlockWidth: Int, kernels: KernelTable
    ) {
        self.kernels = kernels
        let pairs = Minibatch.placesOfPairs(rows: rows, shards: shards)
        inputs = Activations(widths: network.widths.dropLast(), rows: pairs, panelWidth: kernels.panelWidth)
        deltas = Activations(widths: Array(network.widths.dropFirst()), rows: pairs, panelWidth: kernels.panelWidth)
        featureLists =
            listsFeatures ? SparseLists(rows: pairs, width: network.inputs, blockWidth: featureBlockWidth) : nil
    }

    /// The features' pairs as lists, if the first layer's gradient goes by them.
    var features: SparseMatrix? { featureLists?.matrix(width: inputs[0].width) }

    /// Takes over some columns of a layer's input; `rows`: whole pairs.
    func takeInput(_ layer: Int, _ source: PanelMatrix, columns: Range<Int>, rows: Range<Int>, of minibatch: Minibatch)
    {
        take(source, to: inputs[layer], columns: columns, rows: rows, of: minibatch)
        guard layer == 0, let features else { return }
        minibatch.forEachPart(rows) { part, first in
            _ = kernels.sparseRows(inputs[0], features, 0, features.width, first, first + (part.count + 1) / 2)
        }
    }

    /// Takes over some columns of the gradient of a layer's outputs; `rows`: whole pairs.
    func takeDelta(
        _ layer: Int, _ source: PanelMatrix, columns: Range<Int>, rows: Range<Int>, of minibatch: Minibatch
    ) {
        take(source, to: deltas[layer], columns: columns, rows: rows, of: minibatch)
    }

    private func take(
        _ source: PanelMatrix, to target: PanelMatrix, columns: Range<Int>, rows: Range<Int>, of minibatch: Minibatch
    ) {
        minibatch.forEachPart(rows) { part, first in
            kernels.pairRows(
                source, target, columns.lowerBound, columns.upperBound, part.lowerBound, part.upperBound, first)
        }
    }
}
