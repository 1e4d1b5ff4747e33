import KernelTypes

/// The prediction of one row at a time.
///
/// The steps through the layers are laid out as plain values in memory of their own when it is created. So a prediction
/// touches no reference count, which threads would contend for, and its time is that of the kernels. On Zen 3, 4-50-3
/// takes 0.23 µs.
///
/// Matrices have one row, so their panels follow one another and form a vector.
final class SingleRow {
    /// The product of a layer, and what comes before and after it.
    private struct Step {
        /// The layer's input as numbers.
        var source: PanelMatrix
        /// The place for the input as pairs of bfloat16 numbers, for products that read pairs.
        var pairs: PanelMatrix?
        /// The place for the numbers or pairs that are not zero, for products that read lists.
        var lists: SparseMatrix?
        var product: ProductArguments
        var normalization: NormalizerEvaluation?
    }

    private let network: ForwardPass
    private let kernels: KernelTable
    private let steps: UnsafeMutableBufferPointer<Step>
    private let values: Buffer<Float>
    private let lists: SparseLists
    private let outputs: PanelMatrix
    private let loss: KernelLoss
    private let isBinary: Bool
    /// The index of the row among itself.
    private let first: Buffer<Int32>

    /// The number of columns in a block of lists: as few blocks as 16-bit offsets allow on every instruction set.
    private static let blockWidth = 256

    /// Creates memory for a row of a network that is planned for sparse features.
    init(_ network: ForwardPass) {
        self.network = network
        kernels = network.kernels
        loss = network.loss
        isBinary = network.isBinary
        first = Buffer(count: 1)
        let shape = network.network
        let panelWidth = kernels.panelWidth
        func panels(_ width: Int) -> Int { (width + panelWidth - 1) / panelWidth * panelWidth }
        let widest = shape.widths.map(panels).max()!
        values = Buffer(count: shape.widths.reduce(0) { $0 + panels($1) } + widest)
        lists = SparseLists(rows: 1, width: widest, blockWidth: Self.blockWidth)
        var place = values.base
        func vector(_ width: Int) -> PanelMatrix {
            defer { place += panels(width) }
            return PanelMatrix(base: place, panelStride: panelWidth, width: width)
        }
        let vectors = shape.widths.map { vector($0) }
        let pairs = vector(widest)
        outputs = vectors[shape.layerCount]
        steps = .allocate(capacity: shape.layerCount)
        for layer in network.plan.layers {
            let (source, target) = (vectors[layer.index], vectors[layer.index + 1])
            var step = Step(
                source: source,
                product: ProductArguments(
                    precision: network.plan.precision, input: .panels(source), output: target, weights: place,
                    weightPanelStride: 0, initial: nil, rows: 0..<1))
            var input = ProductInput.panels(source)
            var operand = source
            if layer.inputForm == .pairs || layer.inputForm == .listedPairs {
                operand = PanelMatrix(
                    base: pairs.base, panelStride: panelWidth, width: (source.width + 1) / 2)
                step.pairs = operand
                input = .panels(operand)
            }
            if layer.inputForm == .lists || layer.inputForm == .listedPairs {
                let matrix = lists.matrix(width: operand.width)
                step.lists = matrix
                input = .lists(matrix)
            }
            step.product = network.productArguments(
                of: layer, MatrixPart(rows: 0..<1, columns: 0..<layer.outputs), input: input, output: target)
            if layer.isNormalized {
                step.normalization = network.normalizer?.evaluation(
                    layer.index, target, rows: 0..<1, network.epilogue(layer.index))
            }
            steps.initializeElement(at: layer.index, to: step)
        }
    }

    deinit { steps.deallocate() }

    /// Takes a row through the network. The predictions stay in memory for `copy` and `bestClass`.
    func predict(_ row: Features) {
        gather(row)
        for index in 0..<steps.count {
            let step = steps.baseAddress! + index
            if index > 0 { pack(step) }
            kernels.product(step.pointee.product)
            step.pointee.normalization?.run(kernels)
        }
        kernels.predictions(outputs, loss: loss, rows: 0..<1)
    }

    /// Brings the features into the form that the first layer reads.
    private func gather(_ row: Features) {
        let step = steps.baseAddress!
        let index = UnsafePointer(first.base)
        if let lists = step.pointee.lists, step.pointee.pairs == nil {
            _ =
                switch row {
                case .u8(let bytes, let scale):
                    kernels.gatherSparseBytes(bytes, scale: scale, indices: index, to: lists, rows: 0..<1)
                case .f32(let values): kernels.gatherSparseFloats(values, indices: index, to: lists, rows: 0..<1)
                }
            return
        }
        switch row {
        case .u8(let bytes, let scale):
            kernels.gatherBytes(bytes, scale: scale, indices: index, to: step.pointee.source, rows: 0..<1)
        case .f32(let values): kernels.gatherFloats(values, indices: index, to: step.pointee.source, rows: 0..<1)
        }
        pack(step)
    }

    /// Brings the input of a layer into the form that its product reads.
    private func pack(_ step: UnsafePointer<Step>) {
        var source = step.pointee.source
        if let pairs = step.pointee.pairs {
            kernels.pairColumns(source, to: pairs, rows: 0..<1, columns: 0..<source.width)
            source = pairs
        }
        if let lists = step.pointee.lists {
            _ = kernels.sparseRows(source, to: lists, rows: 0..<1, columns: 0..<source.width)
        }
    }

    /// Copies the predictions of the row. Zeros are +0, whichever form the products read.
    func copy(to target: UnsafeMutablePointer<Float>) {
        let values = outputs.base
        copyOutputs(isBinary: isBinary, outputs: outputs.width, to: target) { values[$0] }
    }

    /// The class with the largest prediction, and the first one among equals.
    var bestClass: Int {
        let values = outputs.base
        if isBinary { return values[0] > 1 - values[0] ? 1 : 0 }
        var best = 0
        for column in 1..<max(1, outputs.width) where values[column] > values[best] { best = column }
        return best
    }
}
