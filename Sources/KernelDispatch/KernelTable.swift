import KernelTypes
import KernelsAVX2
import KernelsAVX512
import KernelsAVX512BF16
import KernelsScalar

/// The hot path compiled for one instruction set, and the widths that its callers lay memory out by.
public struct KernelTable: Sendable {
    /// What the functions were compiled for.
    public let instructionSet: InstructionSet
    /// Columns of a panel; see `PanelMatrix`.
    public let panelWidth: Int
    /// See `ProductArguments`.
    public let product: @Sendable (ProductArguments) -> Void
    /// See `GradientArguments`.
    public let gradient: @Sendable (GradientArguments) -> Void
    /// matrix, panel, first row, end row, sums
    public let sumRows: @Sendable (PanelMatrix, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void
    /// See `LossArguments`.
    public let loss: @Sendable (LossArguments) -> Void
    /// outputs, loss, first row, end row
    public let predictions: @Sendable (PanelMatrix, Loss, Int, Int) -> Void
    /// matrix, first row, end row
    public let dropout: @Sendable (PanelMatrix, Int, Int, Dropout) -> Void
    /// matrix, panel, first row, end row, mean, sums
    public let sumSquaredDeviations:
        @Sendable (PanelMatrix, Int, Int, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    /// matrix, matrix of the same shape, panel, first row, end row, sums
    public let sumProducts:
        @Sendable (PanelMatrix, UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void
    /// arguments, panel, mean, inverse deviation
    public let normalizeColumns:
        @Sendable (NormalizationArguments, Int, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    /// arguments, panel, factor, mean of the gradient, mean of its product with what was normalised
    public let backpropagateColumns:
        @Sendable (
            NormalizationGradientArguments, Int, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
        ) -> Void
    /// arguments, epsilon, inverse deviations
    public let normalizeRows: @Sendable (NormalizationArguments, Float, UnsafeMutablePointer<Float>?) -> Void
    /// arguments, scale, inverse deviations
    public let backpropagateRows:
        @Sendable (NormalizationGradientArguments, UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    /// weights, gradient, momentum, count, step
    public let updateSGD:
        @Sendable (
            UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>?, Int, SGDStep
        ) -> Void
    /// weights, gradient, mean, square, count, step
    public let updateAdam:
        @Sendable (
            UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
            Int, AdamStep
        ) -> Void
    /// weights, gradient, squares, count, step
    public let updateBySquares:
        @Sendable (
            UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, SquareStep
        ) -> Void
    /// weights, gradient, momentum, count, step
    public let updateLion:
        @Sendable (
            UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, LionStep
        ) -> Void
    /// gradient, weights, count, adjustment
    public let adjustGradient:
        @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, GradientAdjustment) -> Void
    /// average, newest, count, rate
    public let average: @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, Float) -> Void
    /// a, b, rows, sums
    public let columnProducts:
        @Sendable (UnsafePointer<Float>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>) -> Void
    /// values, rows, factors
    public let scaleColumns: @Sendable (UnsafeMutablePointer<Float>, Int, UnsafePointer<Float>) -> Void
    /// target, a, b, factor, count
    public let combine:
        @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Float, Int) -> Void
    /// source, scale, indices, destination, first row, end row
    public let gatherBytes: @Sendable (UnsafePointer<UInt8>, Float, UnsafePointer<Int32>, PanelMatrix, Int, Int) -> Void
    /// source, indices, destination, first row, end row
    public let gatherFloats: @Sendable (UnsafePointer<Float>, UnsafePointer<Int32>, PanelMatrix, Int, Int) -> Void
    /// block, inputs, outputs, destination, panel stride
    public let transposeBlock: @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void
    /// How many panels of those that are left a product takes at once whose input is lists.
    public let panelsAtOnce: @Sendable (Int) -> Int
    /// source, lists, first column, end column, first row, end row; how many are not zero
    public let sparseRows: @Sendable (PanelMatrix, SparseMatrix, Int, Int, Int, Int) -> Int
    /// source, scale, indices, lists, first row, end row; how many are not zero
    public let gatherSparseBytes:
        @Sendable (UnsafePointer<UInt8>, Float, UnsafePointer<Int32>, SparseMatrix, Int, Int) -> Int
    /// source, indices, lists, first row, end row; how many are not zero
    public let gatherSparseFloats: @Sendable (UnsafePointer<Float>, UnsafePointer<Int32>, SparseMatrix, Int, Int) -> Int
    /// source, first column, end column, first row, end row, lists
    public let sparseColumns: @Sendable (SparseMatrix, Int, Int, Int, Int, SparseMatrix) -> Void
    /// source, first column, end column, first row, end row, lists, first of the lists
    public let panelColumns: @Sendable (PanelMatrix, Int, Int, Int, Int, SparseMatrix, Int) -> Void
    /// See `OuterProductArguments`.
    public let outerProducts: @Sendable (OuterProductArguments) -> Void
    /// source, destination, first column, end column, first row, end row
    public let pairColumns: @Sendable (PanelMatrix, PanelMatrix, Int, Int, Int, Int) -> Void
    /// source, destination, first column, end column, first row, end row, first pair
    public let pairRows: @Sendable (PanelMatrix, PanelMatrix, Int, Int, Int, Int, Int) -> Void
    /// block, inputs, outputs, destination, panel stride
    public let transposePairs: @Sendable (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void
    /// rounds of 32 × 16 links of chains; how fast this core can possibly be
    public let multiplyAddRounds: @Sendable (Int, Precision) -> Float
}

extension KernelTable {
    /// The kernels of one instruction set. Calling them on a CPU without it ends the program.
    public static func table(for instructionSet: InstructionSet) -> KernelTable {
        switch instructionSet {
        case .scalar: scalar
        case .avx2: avx2
        case .avx512: avx512
        case .avx512BF16: avx512BF16
        }
    }

    private static var scalar: KernelTable {
        KernelTable(
            instructionSet: .scalar, panelWidth: KernelsScalar.kernelPanelWidth, product: KernelsScalar.product,
            gradient: KernelsScalar.gradient, sumRows: KernelsScalar.sumRows(_:panel:firstRow:endRow:into:),
            loss: KernelsScalar.loss, predictions: KernelsScalar.predictions,
            dropout: KernelsScalar.dropout(_:firstRow:endRow:_:),
            sumSquaredDeviations: KernelsScalar.sumSquaredDeviations, sumProducts: KernelsScalar.sumProducts,
            normalizeColumns: KernelsScalar.normalizeColumns, backpropagateColumns: KernelsScalar.backpropagateColumns,
            normalizeRows: KernelsScalar.normalizeRows, backpropagateRows: KernelsScalar.backpropagateRows,
            updateSGD: KernelsScalar.updateSGD,
            updateAdam: KernelsScalar.updateAdam, updateBySquares: KernelsScalar.updateBySquares,
            updateLion: KernelsScalar.updateLion, adjustGradient: KernelsScalar.adjustGradient,
            average: KernelsScalar.average(_:towards:count:rate:),
            columnProducts: KernelsScalar.columnProducts(_:_:rows:into:),
            scaleColumns: KernelsScalar.scaleColumns(_:rows:by:),
            combine: KernelsScalar.combine(_:_:_:factor:count:),
            gatherBytes: KernelsScalar.gatherBytes,
            gatherFloats: KernelsScalar.gatherFloats,
            transposeBlock: KernelsScalar.transposeBlock, panelsAtOnce: KernelsScalar.panelsAtOnce,
            sparseRows: KernelsScalar.sparseRows, gatherSparseBytes: KernelsScalar.gatherSparseBytes,
            gatherSparseFloats: KernelsScalar.gatherSparseFloats, sparseColumns: KernelsScalar.sparseColumns,
            panelColumns: KernelsScalar.panelColumns, outerProducts: KernelsScalar.outerProducts(_:),
            pairColumns: KernelsScalar.pairColumns, pairRows: KernelsScalar.pairRows,
            transposePairs: KernelsScalar.transposePairs,
            multiplyAddRounds: KernelsScalar.multiplyAddRounds(_:_:))
    }

    private static var avx2: KernelTable {
        KernelTable(
            instructionSet: .avx2, panelWidth: KernelsAVX2.kernelPanelWidth, product: KernelsAVX2.product,
            gradient: KernelsAVX2.gradient, sumRows: KernelsAVX2.sumRows(_:panel:firstRow:endRow:into:),
            loss: KernelsAVX2.loss, predictions: KernelsAVX2.predictions,
            dropout: KernelsAVX2.dropout(_:firstRow:endRow:_:),
            sumSquaredDeviations: KernelsAVX2.sumSquaredDeviations, sumProducts: KernelsAVX2.sumProducts,
            normalizeColumns: KernelsAVX2.normalizeColumns, backpropagateColumns: KernelsAVX2.backpropagateColumns,
            normalizeRows: KernelsAVX2.normalizeRows, backpropagateRows: KernelsAVX2.backpropagateRows,
            updateSGD: KernelsAVX2.updateSGD,
            updateAdam: KernelsAVX2.updateAdam, updateBySquares: KernelsAVX2.updateBySquares,
            updateLion: KernelsAVX2.updateLion, adjustGradient: KernelsAVX2.adjustGradient,
            average: KernelsAVX2.average(_:towards:count:rate:),
            columnProducts: KernelsAVX2.columnProducts(_:_:rows:into:),
            scaleColumns: KernelsAVX2.scaleColumns(_:rows:by:),
            combine: KernelsAVX2.combine(_:_:_:factor:count:),
            gatherBytes: KernelsAVX2.gatherBytes,
            gatherFloats: KernelsAVX2.gatherFloats,
            transposeBlock: KernelsAVX2.transposeBlock, panelsAtOnce: KernelsAVX2.panelsAtOnce,
            sparseRows: KernelsAVX2.sparseRows, gatherSparseBytes: KernelsAVX2.gatherSparseBytes,
            gatherSparseFloats: KernelsAVX2.gatherSparseFloats, sparseColumns: KernelsAVX2.sparseColumns,
            panelColumns: KernelsAVX2.panelColumns, outerProducts: KernelsAVX2.outerProducts(_:),
            pairColumns: KernelsAVX2.pairColumns, pairRows: KernelsAVX2.pairRows,
            transposePairs: KernelsAVX2.transposePairs,
            multiplyAddRounds: KernelsAVX2.multiplyAddRounds(_:_:))
    }

    private static var avx512: KernelTable {
        KernelTable(
            instructionSet: .avx512, panelWidth: KernelsAVX512.kernelPanelWidth, product: KernelsAVX512.product,
            gradient: KernelsAVX512.gradient, sumRows: KernelsAVX512.sumRows(_:panel:firstRow:endRow:into:),
            loss: KernelsAVX512.loss, predictions: KernelsAVX512.predictions,
            dropout: KernelsAVX512.dropout(_:firstRow:endRow:_:),
            sumSquaredDeviations: KernelsAVX512.sumSquaredDeviations, sumProducts: KernelsAVX512.sumProducts,
            normalizeColumns: KernelsAVX512.normalizeColumns, backpropagateColumns: KernelsAVX512.backpropagateColumns,
            normalizeRows: KernelsAVX512.normalizeRows, backpropagateRows: KernelsAVX512.backpropagateRows,
            updateSGD: KernelsAVX512.updateSGD,
            updateAdam: KernelsAVX512.updateAdam, updateBySquares: KernelsAVX512.updateBySquares,
            updateLion: KernelsAVX512.updateLion, adjustGradient: KernelsAVX512.adjustGradient,
            average: KernelsAVX512.average(_:towards:count:rate:),
            columnProducts: KernelsAVX512.columnProducts(_:_:rows:into:),
            scaleColumns: KernelsAVX512.scaleColumns(_:rows:by:),
            combine: KernelsAVX512.combine(_:_:_:factor:count:),
            gatherBytes: KernelsAVX512.gatherBytes,
            gatherFloats: KernelsAVX512.gatherFloats,
            transposeBlock: KernelsAVX512.transposeBlock, panelsAtOnce: KernelsAVX512.panelsAtOnce,
            sparseRows: KernelsAVX512.sparseRows, gatherSparseBytes: KernelsAVX512.gatherSparseBytes,
            gatherSparseFloats: KernelsAVX512.gatherSparseFloats, sparseColumns: KernelsAVX512.sparseColumns,
            panelColumns: KernelsAVX512.panelColumns, outerProducts: KernelsAVX512.outerProducts(_:),
            pairColumns: KernelsAVX512.pairColumns, pairRows: KernelsAVX512.pairRows,
            transposePairs: KernelsAVX512.transposePairs,
            multiplyAddRounds: KernelsAVX512.multiplyAddRounds(_:_:))
    }

    private static var avx512BF16: KernelTable {
        KernelTable(
            instructionSet: .avx512BF16, panelWidth: KernelsAVX512BF16.kernelPanelWidth,
            product: KernelsAVX512BF16.product,
            gradient: KernelsAVX512BF16.gradient, sumRows: KernelsAVX512BF16.sumRows(_:panel:firstRow:endRow:into:),
            loss: KernelsAVX512BF16.loss, predictions: KernelsAVX512BF16.predictions,
            dropout: KernelsAVX512BF16.dropout(_:firstRow:endRow:_:),
            sumSquaredDeviations: KernelsAVX512BF16.sumSquaredDeviations, sumProducts: KernelsAVX512BF16.sumProducts,
            normalizeColumns: KernelsAVX512BF16.normalizeColumns,
            backpropagateColumns: KernelsAVX512BF16.backpropagateColumns,
            normalizeRows: KernelsAVX512BF16.normalizeRows, backpropagateRows: KernelsAVX512BF16.backpropagateRows,
            updateSGD: KernelsAVX512BF16.updateSGD,
            updateAdam: KernelsAVX512BF16.updateAdam, updateBySquares: KernelsAVX512BF16.updateBySquares,
            updateLion: KernelsAVX512BF16.updateLion, adjustGradient: KernelsAVX512BF16.adjustGradient,
            average: KernelsAVX512BF16.average(_:towards:count:rate:),
            columnProducts: KernelsAVX512BF16.columnProducts(_:_:rows:into:),
            scaleColumns: KernelsAVX512BF16.scaleColumns(_:rows:by:),
            combine: KernelsAVX512BF16.combine(_:_:_:factor:count:),
            gatherBytes: KernelsAVX512BF16.gatherBytes,
            gatherFloats: KernelsAVX512BF16.gatherFloats,
            transposeBlock: KernelsAVX512BF16.transposeBlock, panelsAtOnce: KernelsAVX512BF16.panelsAtOnce,
            sparseRows: KernelsAVX512BF16.sparseRows, gatherSparseBytes: KernelsAVX512BF16.gatherSparseBytes,
            gatherSparseFloats: KernelsAVX512BF16.gatherSparseFloats, sparseColumns: KernelsAVX512BF16.sparseColumns,
            panelColumns: KernelsAVX512BF16.panelColumns, outerProducts: KernelsAVX512BF16.outerProducts(_:),
            pairColumns: KernelsAVX512BF16.pairColumns, pairRows: KernelsAVX512BF16.pairRows,
            transposePairs: KernelsAVX512BF16.transposePairs,
            multiplyAddRounds: KernelsAVX512BF16.multiplyAddRounds(_:_:))
    }
}
