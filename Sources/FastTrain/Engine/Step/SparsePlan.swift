import KernelDispatch

/// Which products go by lists of what is not zero, and which layers are cut by panels.
///
/// A plan has no influence on any number that a model or a checkpoint holds.
enum SparsePlan {
    /// Up to this share of numbers that are not zero lists are faster. On Emerald Rapids, 256 × 2048 × 2048: at 0.5 they
    /// come to 121% of the peak's dense operations, the dense product to 89%, so both are even at 0.68.
    static let densest = 0.7
    /// Panels of outputs that make reading an entry worth while: with fewer there are too few sums to hide the latency
    /// of multiply-adds.
    private static let leastPanels = 3
    /// Up to so many panels a thread makes the first layer's gradient by outer products, which need no lists of columns.
    /// On Emerald Rapids, two threads: 35 µs instead of 52 with two panels (`mnist-small`), 242 instead of 231 with eight
    /// (`mnist-medium`).
    static let mostOuterPanels = 8
    /// Columns of a block of lists. The weights of 64 inputs and four panels take 32 KiB of AVX-512's first-level cache,
    /// 16 KiB of AVX2's. On Emerald Rapids, 256 × 2048 × 2048 at a density of 0.5: 10.2 ms, 10.7 by 96, 11.7 by 32.
    static let blockWidth = 64
    /// Columns of a block of the features' lists, where a thread makes so many panels of outputs from them. With two panels
    /// at most twice as many columns take the same room, and a row has half as many segments, each of which costs some 30
    /// cycles. On Zen 5, `mnist-small` on two threads: forward 12.7 µs instead of 15.9, gradient 18.9 instead of 21.9.
    /// On Emerald Rapids both gain 8 µs together, and the update, whose sums then leave first-level cache, loses as much.
    static func featureBlockWidth(panels: Int) -> Int { panels <= 2 ? 2 * blockWidth : blockWidth }
    /// Weights that a thread's panels of the second layer may have for that layer to be cut by panels: 1 MiB, half of a
    /// second-level cache or all of it; more would not stay there anyway. On Emerald Rapids `mnist-medium` gains 11%.
    static let mostOwnWeights = 1 << 18

    /// Whether a product that makes so many columns gains by lists of its input.
    static func isWorthLists(outputs: Int, _ kernels: KernelTable) -> Bool {
        outputs >= leastPanels * kernels.panelWidth
    }

    /// The panels of each thread for the layers that are cut by panels, whole blocks of lists: the first layer if there
    /// is a block for each thread, and the second if it is small, too, and its input a ReLU's. `isReLU`: the first
    /// activation. None with a normalization.
    static func ownPanels(
        _ network: Network, isReLU: Bool, threads: Int, _ kernels: KernelTable
    ) -> [[Range<Int>]] {
        let perBlock = blockWidth / kernels.panelWidth
        func shares(_ outputs: Int) -> [Range<Int>]? {
            guard threads > 1 && outputs >= blockWidth * threads else { return nil }
            let panels = (outputs + kernels.panelWidth - 1) / kernels.panelWidth
            return (0..<threads).map { rank in
                let blocks = TeamMember.share(
                    of: (outputs + blockWidth - 1) / blockWidth, rank: rank, size: threads)
                return blocks.lowerBound * perBlock..<min(blocks.upperBound * perBlock, panels)
            }
        }
        guard network.normalization == .none, let first = shares(network.widths[1]) else { return [] }
        guard network.layerCount > 2, isReLU, let second = shares(network.widths[2]),
            network.widths[1] * network.widths[2] <= mostOwnWeights * threads
        else { return [first] }
        return [first, second]
    }
}
