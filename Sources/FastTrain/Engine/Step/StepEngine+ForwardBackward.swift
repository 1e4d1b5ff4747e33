import KernelTypes

extension StepEngine {
    /// Takes a minibatch from features to the gradients of every layer's sums. The whole team calls it, with a barrier
    /// after it.
    ///
    /// A member takes its rows through all layers without a barrier, except where a matrix changes hands between layers that
    /// are divided by rows and by panels, and around batch normalization.
    ///
    /// - Parameters:
    ///   - split: The data set.
    ///   - indices: The data set's row for each row of the minibatch.
    ///   - count: The number of rows of the minibatch.
    ///   - total: The sum of the weights that the mean loss is taken over; `nil` means the minibatch's own.
    ///   - step: The number of minibatches of the run before this one; dropout depends on it.
    ///   - member: The calling member of the team.
    ///   - laps: The member's stopwatch; `nil` means that no profile is taken.
    /// - Throws: The error of another member that failed.
    func forwardBackward(
        _ split: DataSplit, indices: UnsafePointer<Int32>, of count: Int, ofTotal total: Double? = nil, step: Int,
        member: TeamMember, laps: LapTimer? = nil
    ) throws(FastTrainError) {
        let step = memberStep(count: count, number: step, member: member, laps: laps)
        penalty?.add(forward.parameters, member: member)
        gather(split, indices, step)
        for layer in plan.layers {
            try packInput(of: layer, step)
            makeOutputs(of: layer, step)
            try normalize(layer, step)
        }
        if plan.endsByPanels { try step.barrier() }
        computeLoss(indices, total: total, step)
        for layer in plan.layers.reversed() {
            try packDelta(of: layer, step)
            guard layer.index > 0 else { break }
            if layer.division == .panels { try step.barrier() }
            backpropagate(through: layer, step)
            try backpropagateNormalization(below: layer, step)
        }
    }

    /// Gathers the features and targets of the member's rows.
    private func gather(_ split: DataSplit, _ indices: UnsafePointer<Int32>, _ step: MemberStep) {
        forward.gather(
            split.features, indices: indices, rows: step.rows, readers: step.readers(of: plan.layers[0]),
            dropout: dropout.dropout(0, step: step.number))
        forward.targets.gather(split.targets, indices: indices, rows: step.rows)
        step.laps?.lap(.gather)
    }

    // MARK: - Forward

    /// Brings the member's part of a layer's input into the forms that its products read.
    ///
    /// Members wait for each other before it if they pack what others made, and after it if they read what others pack.
    private func packInput(of layer: LayerPlan, _ step: MemberStep) throws(FastTrainError) {
        if layer.waitsForInput { try step.barrier() }
        if layer.hasPacking {
            let part = step.part(layer.inputPacking, of: layer.inputs)
            forEachPiece(of: part, layer) { piece in
                forward.packInput(of: layer, piece, readers: step.readers(of: layer))
                operands.packInput(layer.index, piece, of: step.minibatch)
            }
            if layer.gradientForm == .sharedColumns { listSharedColumns(of: layer, part.columns, step.minibatch) }
            step.laps?.lap(.pack, layer: layer.index)
        }
        if layer.division == .panels { try step.barrier() }
    }

    /// Calls `body` with pieces of a matrix of a layer that stay in second-level cache while they are packed in two forms:
    /// whole blocks of pairs. The features and matrices in single precision take one form only, and are one piece.
    private func forEachPiece(of part: MatrixPart, _ layer: LayerPlan, _ body: (MatrixPart) -> Void) {
        guard plan.precision.isPaired && layer.index > 0 else { return body(part) }
        let columns = part.columns
        let width = 4 * kernels.panelWidth
        for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
            body(MatrixPart(rows: part.rows, columns: first..<min(first + width, columns.upperBound)))
        }
    }

    /// Lists columns of a layer's input in the rows of each shard for the weight gradient.
    private func listSharedColumns(of layer: LayerPlan, _ columns: Range<Int>, _ minibatch: Minibatch) {
        for (shard, lists) in zip(ownShards, sharedColumns) {
            let rows = minibatch.rows(shard)
            kernels.panelColumns(
                forward.activations[layer.index], to: lists.matrix(width: rows.count), rows: rows, columns: columns,
                firstList: columns.lowerBound)
        }
    }

    /// Makes the member's part of a layer's outputs, or of its sums if a normalization follows.
    private func makeOutputs(of layer: LayerPlan, _ step: MemberStep) {
        let part = step.part(layer.division, of: layer.outputs)
        forward.makeOutputs(
            of: layer, part, dropout: dropout.dropout(layer.index + 1, step: step.number),
            derivative: derivative(of: layer))
        step.laps?.lap(
            .forward, layer: layer.index,
            multiplyAdds: forward.multiplyAdds(of: layer, rows: part.rows) * part.columns.count)
    }

    /// Turns a layer's sums into its outputs if it is normalized.
    private func normalize(_ layer: LayerPlan, _ step: MemberStep) throws(FastTrainError) {
        guard layer.isNormalized, let normalizer = forward.normalizer else { return }
        let epilogue = forward.epilogue(
            layer.index, dropout: dropout.dropout(layer.index + 1, step: step.number),
            derivative: derivative(of: layer))
        try normalizer.forward(
            layer.index, forward.activations[layer.index + 1], rows: step.rows, of: step.minibatch, epilogue,
            member: step.member, scratch: step.scratch)
        step.laps?.lap(.normalize, layer: layer.index)
    }

    /// Returns where the derivative of a layer's activation is stored, if it is.
    private func derivative(of layer: LayerPlan) -> PanelMatrix? {
        layer.storesDerivative ? derivatives[layer.index] : nil
    }

    // MARK: - Loss

    /// Computes the losses of the member's rows, and puts the gradient of their mean in place of the outputs. The gradient
    /// is 0 if no row counts.
    private func computeLoss(_ indices: UnsafePointer<Int32>, total: Double?, _ step: MemberStep) {
        let sum = total ?? weightSum(indices, count: step.minibatch.count)
        forward.computeLoss(
            rows: step.rows, scale: sum > 0 ? 1 / Float(sum) : 0, weights: rowWeights?.gather(indices, rows: step.rows),
            smoothing: smoothing)
        step.laps?.lap(.loss)
    }

    // MARK: - Backward

    /// Brings the member's part of the gradient of a layer's sums into the forms that its products read.
    ///
    /// Members wait for each other before it if other rows of it lie together than of the gradient before, which others may
    /// still read.
    private func packDelta(of layer: LayerPlan, _ step: MemberStep) throws(FastTrainError) {
        guard layer.hasPacking else { return }
        if plan.precision.isPaired && layer.index > 0 && layer.division == .panels && layer.deltaDivision == .rows {
            try step.barrier()
        }
        let part = step.part(layer.deltaDivision, of: layer.outputs)
        forEachPiece(of: part, layer) { piece in
            if layer.index > 0 {
                forward.hidden.pack(
                    layer.deltaForm, of: deltas[layer.index], piece, readers: step.readers(of: layer))
            }
            operands.packDelta(layer.index, piece, of: step.minibatch)
        }
        step.laps?.lap(.pack, layer: layer.index)
    }

    /// Makes the member's part of the gradient of a layer's inputs, (δ · W) ∘ act′: the gradient of the previous layer's
    /// sums, or of its normalized sums.
    private func backpropagate(through layer: LayerPlan, _ step: MemberStep) {
        let previous = plan.layers[layer.index - 1]
        let part = step.part(layer.division, of: layer.inputs)
        let panels = part.columns.panels(width: kernels.panelWidth)
        let stride = transposed.panelStride(layer.index)
        let target = forward.normalizer?.delta(previous.index) ?? deltas[previous.index]
        let derivative = derivative(of: previous) ?? forward.activations[layer.index]
        kernels.product(
            ProductArguments(
                precision: plan.precision,
                input: forward.hidden.operand(
                    layer.deltaForm, of: deltas[layer.index], readers: step.readers(of: layer)),
                output: target.part(panels, panelWidth: kernels.panelWidth),
                weights: transposed.base(layer.index) + panels.lowerBound * stride, weightPanelStride: stride,
                initial: nil, rows: part.rows,
                epilogue: forward.backwardEpilogue(
                    previous.index, derivative: derivative.part(panels, panelWidth: kernels.panelWidth),
                    dropout: dropout.dropout(layer.index, step: step.number)?.from(part.columns.lowerBound))))
        step.laps?.lap(
            .backward, layer: layer.index,
            multiplyAdds: forward.hidden.multiplyAdds(
                layer.deltaForm, of: deltas[layer.index], rows: part.rows) * part.columns.count)
    }

    /// Turns the gradient of the previous layer's normalized sums into that of its sums.
    private func backpropagateNormalization(below layer: LayerPlan, _ step: MemberStep) throws(FastTrainError) {
        guard let normalizer = forward.normalizer else { return }
        let index = layer.index - 1
        try normalizer.backward(
            index, into: deltas[index], rows: step.rows, of: step.minibatch, member: step.member,
            scratch: step.scratch)
        step.laps?.lap(.normalize, layer: index)
    }
}
