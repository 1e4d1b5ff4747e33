/// The kernels of one instruction set: the hot path, on pointers.
///
/// Sources/Kernels implements these functions once. That source is compiled for each instruction set, and each of the
/// resulting modules has a type that conforms to this protocol. Its witness table is the table of functions that the
/// engine calls through.
///
/// Matrices are [rows, columns]; memory is aligned to 64 bytes, and counts are in elements. Kernels check nothing:
/// whoever makes the pointers ensures that they cover the rows and columns in the arguments. Results do not depend on
/// the instruction set, to the bit.
public protocol KernelSet: Sendable {
    /// The instruction set that the functions are compiled for.
    static var instructionSet: InstructionSet { get }
    /// The number of columns of a panel: two vectors. See `PanelMatrix`.
    static var panelWidth: Int { get }

    // MARK: - Products

    /// Multiplies a range of rows of a layer's input by its weights and applies the epilogue. See `ProductArguments`.
    ///
    /// Each result is one chain of fused multiply-adds in ascending order of the depth, except in the order of
    /// `KernelPrecision.bf16Tiles`.
    static func product(_ arguments: ProductArguments)

    /// Computes a block of a weight gradient over the rows of one shard. See `GradientArguments`.
    ///
    /// Each result is one chain of fused multiply-adds in ascending order of the rows, except in the order of
    /// `KernelPrecision.bf16Tiles`.
    static func gradient(_ arguments: GradientArguments)

    /// Computes a block of a weight gradient over the rows of one shard from a sparse input. See
    /// `OuterProductArguments`.
    ///
    /// The chains are those of `gradient` without the links that change nothing.
    static func outerProducts(_ arguments: OuterProductArguments)

    /// Returns the number of panels that a sparse product computes at once if `left` panels are left to compute.
    static func panelsAtOnce(_ left: Int) -> Int

    // MARK: - Sums over rows

    /// Sums the columns of a panel over the rows of one shard: the gradient of the biases.
    ///
    /// - Parameter sums: Receives the sums, [panelWidth]. Each is one chain of additions in ascending order of the
    ///   rows.
    static func sumRows(_ matrix: PanelMatrix, panel: Int, rows: Range<Int>, into sums: UnsafeMutablePointer<Float>)

    /// Sums (z[r, j] − mean[j])² over the rows of one shard for each column j of a panel.
    ///
    /// - Parameters:
    ///   - mean: The mean of each column, [panelWidth].
    ///   - sums: Receives the sums, [panelWidth]. Each is one chain of fused multiply-adds in ascending order of the
    ///     rows.
    static func sumSquaredDeviations(
        _ matrix: PanelMatrix, panel: Int, rows: Range<Int>, mean: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>)

    /// Sums a[r, j] · b[r, j] over the rows of one shard for each column j of a panel.
    ///
    /// - Parameters:
    ///   - b: A matrix in the shape and layout of `a`.
    ///   - sums: Receives the sums, [panelWidth]. Each is one chain of fused multiply-adds in ascending order of the
    ///     rows.
    static func sumProducts(
        _ a: PanelMatrix, _ b: UnsafePointer<Float>, panel: Int, rows: Range<Int>,
        into sums: UnsafeMutablePointer<Float>)

    // MARK: - Losses, predictions, dropout

    /// Computes the loss of a range of rows and replaces the outputs by its gradient. See `LossArguments`.
    static func loss(_ arguments: LossArguments)

    /// Replaces the outputs of a range of rows by predictions.
    ///
    /// Predictions are softmax probabilities for cross-entropy, logistic probabilities for binary cross-entropy,
    /// expected values for Poisson, and the outputs themselves for all other losses.
    static func predictions(_ outputs: PanelMatrix, loss: KernelLoss, rows: Range<Int>)

    /// Applies dropout to a range of rows in place.
    static func dropout(_ matrix: PanelMatrix, rows: Range<Int>, _ dropout: Dropout)

    // MARK: - Normalization

    /// Normalizes the columns of a panel. See `NormalizationArguments`.
    ///
    /// - Parameters:
    ///   - mean: The mean of each column of the matrix, [panels * panelWidth].
    ///   - inverseDeviation: The reciprocal of each column's standard deviation, [panels * panelWidth].
    static func normalizeColumns(
        _ arguments: NormalizationArguments, panel: Int, mean: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>)

    /// Backpropagates through `normalizeColumns`: factor[j] · (δ − meanDelta[j] − ẑ · meanProduct[j]).
    ///
    /// All three vectors are [panels * panelWidth].
    ///
    /// - Parameters:
    ///   - factor: γ divided by the standard deviation of each column.
    ///   - meanDelta: The mean of δ over all rows of the minibatch.
    ///   - meanProduct: The mean of δẑ over all rows of the minibatch.
    static func backpropagateColumns(
        _ arguments: NormalizationGradientArguments, panel: Int, factor: UnsafePointer<Float>,
        meanDelta: UnsafePointer<Float>, meanProduct: UnsafePointer<Float>)

    /// Normalizes each row by its own mean and standard deviation √(variance + epsilon). See `NormalizationArguments`.
    ///
    /// - Parameter inverseDeviation: Receives the reciprocal of each row's standard deviation. `nil` if it is not
    ///   needed.
    static func normalizeRows(
        _ arguments: NormalizationArguments, epsilon: Float, inverseDeviation: UnsafeMutablePointer<Float>?)

    /// Backpropagates through `normalizeRows`: (δγ − mean of δγ − ẑ · mean of δγẑ) · inverseDeviation, where the means
    /// are taken over the units of the row.
    ///
    /// - Parameters:
    ///   - scale: γ, [panels * panelWidth].
    ///   - inverseDeviation: The reciprocal of each row's standard deviation.
    static func backpropagateRows(
        _ arguments: NormalizationGradientArguments, scale: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>)

    // MARK: - Updates of parameters. Each `count` is a multiple of 16.

    /// Updates a slice of the weights by SGD as PyTorch defines it:
    /// g += λw; v = μv + g; g = v, or g + μv for Nesterov; w −= ηg.
    ///
    /// - Parameter momentum: The velocity v. `nil` for SGD without momentum.
    static func updateSGD(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, momentum: UnsafeMutablePointer<Float>?,
        count: Int, _ step: SGDStep)

    /// Updates a slice of the weights by Adam or AdamW as PyTorch defines them (Kingma & Ba 2015; Loshchilov & Hutter
    /// 2019): m += (1 − β₁)(g − m); v = β₂v + (1 − β₂)g²; w −= η / (1 − β₁ᵗ) · m / (√v · 1/√(1 − β₂ᵗ) + ε).
    ///
    /// - Parameters:
    ///   - mean: The moving average of the gradient, m.
    ///   - square: The moving average of its square, v.
    static func updateAdam(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, mean: UnsafeMutablePointer<Float>,
        square: UnsafeMutablePointer<Float>, count: Int, _ step: AdamStep)

    /// Updates a slice of the weights by RMSprop (Tieleman & Hinton 2012) or Adagrad (Duchi et al. 2011) as PyTorch
    /// defines them: g += λw; v = αv + (1 − α)g², or v += g² for Adagrad; w −= η g / (√v + ε).
    ///
    /// - Parameter square: The accumulated squares v.
    static func updateBySquares(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, square: UnsafeMutablePointer<Float>,
        count: Int, _ step: SquareStep)

    /// Updates a slice of the weights by Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023):
    /// w −= ηλw; w −= η sign(m + (1 − β₁)(g − m)); m += (1 − β₂)(g − m).
    ///
    /// - Parameter momentum: The momentum m.
    static func updateLion(
        weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, momentum: UnsafeMutablePointer<Float>,
        count: Int, _ step: LionStep)

    /// Adjusts a slice of the gradient before the update: g = clip(s g + λ₁ sign(w), ±limit), where sign(0) = 0.
    ///
    /// NaN stays NaN.
    static func adjustGradient(
        gradient: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, count: Int,
        _ adjustment: GradientAdjustment)

    /// Moves an average towards the newest values: a += rate · (x − a). If `rate` is 1, a becomes x.
    static func average(
        _ average: UnsafeMutablePointer<Float>, towards newest: UnsafePointer<Float>, count: Int, rate: Float)

    /// Computes target = a + factor · b by fused multiply-adds. `target` may be `a` or `b`.
    static func combine(
        _ target: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, factor: Float,
        count: Int)

    /// Sums a · b over the rows of two panels, [rows, panelWidth], for each column.
    ///
    /// - Parameter sums: Receives the sums, [panelWidth]. Each is the sum of four chains of fused multiply-adds over
    ///   every fourth row, added as (0 + 1) + (2 + 3).
    static func columnProducts(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, rows: Int, into sums: UnsafeMutablePointer<Float>)

    /// Multiplies each column of a panel, [rows, panelWidth], by its own factor.
    static func scaleColumns(_ values: UnsafeMutablePointer<Float>, rows: Int, by factors: UnsafePointer<Float>)

    // MARK: - Data movement

    /// Gathers rows of a data set of bytes into rows of a minibatch: `destination[r] = source[indices[r]] · scale`.
    ///
    /// - Parameter rows: The rows of `destination`, which also index `indices`.
    static func gatherBytes(
        _ source: UnsafePointer<UInt8>, scale: Float, indices: UnsafePointer<Int32>, to destination: PanelMatrix,
        rows: Range<Int>)

    /// Gathers rows of a data set of floats into rows of a minibatch: `destination[r] = source[indices[r]]`.
    ///
    /// - Parameter rows: The rows of `destination`, which also index `indices`.
    static func gatherFloats(
        _ source: UnsafePointer<Float>, indices: UnsafePointer<Int32>, to destination: PanelMatrix, rows: Range<Int>)

    /// Gathers rows like `gatherBytes`, into lists of nonzero entries.
    ///
    /// - Returns: The number of nonzero entries.
    static func gatherSparseBytes(
        _ source: UnsafePointer<UInt8>, scale: Float, indices: UnsafePointer<Int32>, to lists: SparseMatrix,
        rows: Range<Int>
    ) -> Int

    /// Gathers rows like `gatherFloats`, into lists of nonzero entries.
    ///
    /// - Returns: The number of nonzero entries.
    static func gatherSparseFloats(
        _ source: UnsafePointer<Float>, indices: UnsafePointer<Int32>, to lists: SparseMatrix, rows: Range<Int>
    ) -> Int

    /// Lists the nonzero entries of a part of a dense matrix by rows.
    ///
    /// An entry may be a pair of bfloat16 numbers, which is zero if both numbers are.
    ///
    /// - Parameter columns: The columns to list. Both bounds are multiples of the lists' block width, or the upper
    ///   bound is the width.
    /// - Returns: The number of nonzero entries.
    static func sparseRows(_ source: PanelMatrix, to lists: SparseMatrix, rows: Range<Int>, columns: Range<Int>) -> Int

    /// Transposes a part of a sparse matrix, for a weight gradient to walk along.
    ///
    /// - Parameter lists: Receives the transposed part, [columns, rows]: row c is column `columns.lowerBound + c` of
    ///   `source`, and its column r is row `rows.lowerBound + r`. Both orders are ascending.
    static func sparseColumns(_ source: SparseMatrix, to lists: SparseMatrix, rows: Range<Int>, columns: Range<Int>)

    /// Lists the nonzero entries of a part of a dense matrix by columns, like `sparseColumns`.
    ///
    /// - Parameter firstList: The row of `lists` that receives the first column.
    static func panelColumns(
        _ source: PanelMatrix, to lists: SparseMatrix, rows: Range<Int>, columns: Range<Int>, firstList: Int)

    /// Transposes a part of a matrix: `destination[c − columns.lowerBound, r − rows.lowerBound] = source[r, c]`. Rows of
    /// `destination` are filled up with zeros to a multiple of 16 columns.
    ///
    /// - Parameter columns: The lower bound is a multiple of 8.
    static func transposeColumns(
        _ source: PanelMatrix, to destination: PanelMatrix, rows: Range<Int>, columns: Range<Int>)

    /// Rounds a part of a matrix to bfloat16 and pairs neighbouring columns, for a product whose sum runs over columns.
    /// The rest of the last panel becomes zero.
    ///
    /// - Parameters:
    ///   - destination: A matrix with the rows of `source` and half its columns.
    ///   - columns: The columns to pair. Both bounds are multiples of two panels, or the upper bound is the width.
    static func pairColumns(
        _ source: PanelMatrix, to destination: PanelMatrix, rows: Range<Int>, columns: Range<Int>)

    /// Rounds a part of a matrix to bfloat16 and pairs each row with the next, for a product whose sum runs over rows.
    ///
    /// If the number of rows is odd, the last is paired with zeros.
    ///
    /// - Parameters:
    ///   - columns: The columns to pair. The lower bound is a multiple of `panelWidth`.
    ///   - firstPair: The row of `destination` that receives the first pair.
    static func pairRows(
        _ source: PanelMatrix, to destination: PanelMatrix, rows: Range<Int>, columns: Range<Int>, firstPair: Int)

    /// Transposes a block of weights, [inputs, panelWidth], into the panels that backpropagation reads: `destination[i
    /// / panelWidth * panelStride + o * panelWidth + i % panelWidth] = block[i, o]` for each of `outputs`.
    ///
    /// - Parameter inputs: A multiple of `panelWidth`, unless these inputs are the last of the layer.
    static func transposeBlock(
        _ block: UnsafePointer<Float>, inputs: Int, outputs: Int, to destination: UnsafeMutablePointer<Float>,
        panelStride: Int)

    /// Transposes a block of weights like `transposeBlock`, in pairs of outputs: `destination[i / panelWidth *
    /// panelStride + o / 2 * panelWidth + i % panelWidth] = (block[i, o], block[i, o + 1])` for each even o below
    /// `outputs`. The padding of the block is zero.
    static func transposePairs(
        _ block: UnsafePointer<Float>, inputs: Int, outputs: Int, to destination: UnsafeMutablePointer<Float>,
        panelStride: Int)

    // MARK: - Peak

    /// Runs chains of multiply-adds that touch no memory, to measure the core's arithmetic peak.
    ///
    /// About `rounds` × 32 × 16 links are made: one multiply-add each, or two for bfloat16.
    ///
    /// - Returns: A sum that depends on all chains.
    static func multiplyAddRounds(_ rounds: Int, _ precision: KernelPrecision) -> Float

    /// Returns the sum of some numbers, in no particular order: the speed of memory that `benchmark --predict` reports.
    ///
    /// - Parameter count: The number of numbers, a multiple of 128.
    static func sum(_ values: UnsafePointer<Float>, count: Int) -> Float
}

/// The kernels of one instruction set, as a value to call them through.
public typealias KernelTable = any KernelSet.Type
