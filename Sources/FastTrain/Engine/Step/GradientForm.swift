import KernelTypes

/// The way in which a layer's weight gradient δᵀ·X is made.
package enum GradientForm: String, Sendable, CaseIterable {
    /// In registers, from all numbers of the input X. Kernels with tiles read them transposed.
    case dense
    /// In registers, from lists of X's columns, which each thread makes for a block of the gradient.
    case columns
    /// In registers, from lists of X's columns, which the threads share: the forward pass makes them.
    case sharedColumns
    /// In cache, from lists of the features' rows.
    case outerProducts

    /// Returns the way in which the gradient is cut into blocks.
    ///
    /// - Parameters:
    ///   - inputsPerBlock: The number of inputs of a block; see `PlanChoices.Layer`.
    ///   - densities: The share of numbers in each column of X that are not zero; `nil` means that all may be.
    ///   - rows: The number of rows that the products run over.
    ///   - featureBlockWidth: The number of columns in a block of the features' lists.
    ///   - ownPanels: The panels of each thread, if the layer is divided by panels.
    ///   - isTransposed: Whether a dense gradient is made from X transposed.
    ///   - kernels: The kernels, for their panel width.
    func cut(
        inputsPerBlock: Int, densities: [Double]?, rows: Int, featureBlockWidth: Int, ownPanels: [Range<Int>]?,
        isTransposed: Bool, _ kernels: KernelTable
    ) -> GradientPlan.Layer {
        let height = Double(rows)
        guard self != .dense, let densities else {
            return GradientPlan.Layer(
                inputsPerBlock: inputsPerBlock, inputsPerStrip: kernels.panelWidth,
                panelsAtOnce: { isTransposed ? min($0, GradientScratch.maxPanels) : 1 },
                cost: { _ in 20 + 1.25 * height }, ownPanels: ownPanels)
        }
        let isOuter = self == .outerProducts
        let inputs = isOuter ? featureBlockWidth : min(inputsPerBlock, Self.inputsOfColumns(rows: rows, kernels))
        return GradientPlan.Layer(
            inputsPerBlock: inputs, inputsPerStrip: isOuter ? inputs : kernels.panelWidth,
            panelsAtOnce: { kernels.panelsAtOnce($0) }, cost: { 20 + 1.5 * height * densities[$0] },
            ownPanels: ownPanels)
    }

    /// Returns the number of inputs in a block of the gradient that is made from lists of columns.
    ///
    /// Such lists have some 48,000 places, 288 KB with their offsets: half a second-level cache of 512 KiB. A block is at
    /// least two panels wide.
    static func inputsOfColumns(rows: Int, _ kernels: KernelTable) -> Int {
        min(GradientPlan.inputsPerBlock, max(2, 48_000 / rows / kernels.panelWidth) * kernels.panelWidth)
    }
}
