import KernelTypes

/// The matrices that weight gradients read: the input of each layer and the gradient of its sums.
///
/// In single precision these are the matrices of the forward and backward pass themselves. In bf16 they are pairs of rows,
/// which are packed here.
struct GradientOperands: Sendable {
    /// The input of each layer, [rows, inputs] or [pairs of rows, inputs].
    let inputs: Activations
    /// The gradient of each layer's sums, [rows, outputs] or [pairs of rows, outputs].
    let deltas: Activations
    /// Whether there are pairs of rows.
    let hasPairs: Bool
    private let activations: Activations
    private let sums: Activations
    private var lists: SparseLists?
    private let kernels: KernelTable

    /// Creates the operands of a network.
    ///
    /// - Parameters:
    ///   - network: The shape of the network.
    ///   - plan: The plan of the step.
    ///   - activations: The features and the outputs of each layer.
    ///   - featureLists: The lists of the features, if the forward pass reads them.
    ///   - deltas: The gradient of each layer's sums.
    ///   - rows: The number of rows of the largest minibatch.
    ///   - shards: The number of shards.
    ///   - kernels: The kernels that make the pairs.
    init(
        _ network: Network, plan: StepPlan, activations: Activations, featureLists: SparseLists?, deltas: Activations,
        rows: Int, shards: Int, kernels: KernelTable
    ) {
        self.kernels = kernels
        self.activations = activations
        sums = deltas
        hasPairs = plan.precision.isPaired
        guard hasPairs else {
            inputs = activations
            self.deltas = deltas
            lists = featureLists
            return
        }
        let pairs = Minibatch.placesOfPairs(rows: rows, shards: shards)
        inputs = Activations(widths: network.widths.dropLast(), rows: pairs, panelWidth: kernels.panelWidth)
        self.deltas = Activations(
            widths: Array(network.widths.dropFirst()), rows: pairs, panelWidth: kernels.panelWidth)
        lists =
            plan.layers[0].gradientForm == .dense
            ? nil : SparseLists(rows: pairs, width: network.inputs, blockWidth: plan.featureBlockWidth)
    }

    /// Creates the same operands for another plan. They share all memory but lists that only the new plan needs.
    ///
    /// - Parameters:
    ///   - other: The operands.
    ///   - plan: The plan of the step.
    ///   - featureLists: The lists of the features, if the forward pass reads them.
    init(_ other: GradientOperands, plan: StepPlan, featureLists: SparseLists?) {
        self = other
        guard hasPairs else {
            lists = featureLists
            return
        }
        guard plan.layers[0].gradientForm != .dense else {
            lists = nil
            return
        }
        guard lists?.blockWidth != plan.featureBlockWidth else { return }
        lists = SparseLists(rows: inputs.rows, width: inputs[0].width, blockWidth: plan.featureBlockWidth)
    }

    /// The lists of the features' rows, or of their pairs, if the first layer's gradient reads them.
    var featureLists: SparseMatrix? { lists?.matrix(width: inputs[0].width) }

    /// Packs the pairs of a part of a layer's input; does nothing in single precision.
    func packInput(_ layer: Int, _ part: MatrixPart, of minibatch: Minibatch) {
        guard hasPairs else { return }
        pair(activations[layer], into: inputs[layer], part, of: minibatch)
        guard layer == 0, let featureLists else { return }
        minibatch.forEachPart(part.rows) { rows, first in
            _ = kernels.sparseRows(
                inputs[0], to: featureLists, rows: first..<first + (rows.count + 1) / 2, columns: 0..<featureLists.width
            )
        }
    }

    /// Packs the pairs of a part of the gradient of a layer's sums; does nothing in single precision.
    func packDelta(_ layer: Int, _ part: MatrixPart, of minibatch: Minibatch) {
        guard hasPairs else { return }
        pair(sums[layer], into: deltas[layer], part, of: minibatch)
    }

    /// Transposes some columns of a layer's input: the pairs of a shard's rows become neighbours, for a product whose sum
    /// runs along them.
    func transposeInput(_ layer: Int, _ columns: Range<Int>, pairs: Range<Int>, into target: PanelMatrix) {
        kernels.transposeColumns(inputs[layer], to: target, rows: pairs, columns: columns)
    }

    private func pair(
        _ source: PanelMatrix, into target: PanelMatrix, _ part: MatrixPart, of minibatch: Minibatch
    ) {
        minibatch.forEachPart(part.rows) { rows, first in
            kernels.pairRows(source, to: target, rows: rows, columns: part.columns, firstPair: first)
            let end = first + (rows.count + 1) / 2
            if rows.upperBound == minibatch.shardEnd(rows) { clear(target, from: end, columns: part.columns) }
        }
    }

    /// Clears the places from one on that are left in its block of pairs.
    private func clear(_ matrix: PanelMatrix, from place: Int, columns: Range<Int>) {
        let count = -place & (Minibatch.pairsPerBlock - 1)
        guard count > 0 else { return }
        for panel in columns.panels(width: kernels.panelWidth) {
            (matrix.base + panel * matrix.panelStride + place * kernels.panelWidth)
                .update(repeating: 0, count: count * kernels.panelWidth)
        }
    }
}
