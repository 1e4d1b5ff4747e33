import KernelTypes

/// The constants and the rule by which products read lists of the numbers that are not zero.
///
/// They influence the speed only: no number that a model or a checkpoint holds depends on them.
enum SparsePlan {
    /// The largest share of numbers that are not zero for which lists are faster. On Emerald Rapids, 256 × 2048 × 2048: at
    /// a share of 0.5 lists come to 121% of the peak's dense operations and the dense product to 89%, so both are even at
    /// 0.68.
    static let densest = 0.7
    /// The largest share of pairs that are not zero for which lists are faster than products of tiles.
    private static let densestForTiles = 0.04

    /// Returns the largest share of numbers that are not zero, or of pairs, for which lists are faster.
    static func densest(_ precision: KernelPrecision, _ kernels: KernelTable) -> Double {
        precision == .bf16Tiles && kernels.instructionSet.hasTiles ? densestForTiles : densest
    }

    /// The smallest number of panels of outputs for which lists are faster: with fewer, there are too few sums to hide the
    /// latency of multiply-adds.
    private static let minPanels = 3
    /// The largest number of panels of a thread for which the first layer's gradient is made by outer products, which
    /// need no lists of columns. On Emerald Rapids, two threads: 35 µs instead of 52 with two panels (`mnist-small`), 242
    /// instead of 231 with eight (`mnist-medium`).
    static let maxOuterPanels = 8
    /// The number of columns in a block of lists. The weights of 64 inputs and four panels take 32 KiB of AVX-512's
    /// first-level cache, 16 KiB of AVX2's. On Emerald Rapids, 256 × 2048 × 2048 at a density of 0.5: 10.2 ms, with 96
    /// columns 10.7, with 32 columns 11.7.
    static let blockWidth = 64

    /// Returns the number of columns in a block of the features' lists, from which a thread makes the given number of
    /// panels.
    ///
    /// With at most two panels, twice as many columns take the same room, and a row has half as many segments, each of
    /// which costs some 30 cycles. On Zen 5, `mnist-small` on two threads: forward 12.7 µs instead of 15.9, gradient 18.9
    /// instead of 21.9. On Emerald Rapids both gain 8 µs together, and the update, whose sums then leave first-level cache,
    /// loses as much.
    static func featureBlockWidth(panels: Int) -> Int { panels <= 2 ? 2 * blockWidth : blockWidth }

    /// Whether a product that makes the given number of columns is faster with lists of its input.
    static func isWorthLists(outputs: Int, _ kernels: KernelTable) -> Bool {
        outputs >= minPanels * kernels.panelWidth
    }
}
