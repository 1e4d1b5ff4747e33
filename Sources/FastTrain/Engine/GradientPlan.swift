/// The weight gradient of a network cut into blocks, each the work of one thread, and the threads' shares of them.
///
/// A block is `inputsPerBlock` inputs of one panel of outputs. Its owner makes it for each shard in turn, adds the
/// shards up, and applies the optimizer while the sum is in cache: all-reduce without a gradient in memory. The cut
/// has no influence on any number.
struct GradientPlan: Sendable {
    struct Block: Sendable {
        let layer: Int
        let panel: Int
        let firstInput: Int
        let endInput: Int
    }

    /// Inputs of a block: the rows × 128 inputs of a minibatch of 512 take 256 KiB, half a second-level cache, and stay
    /// there while the panels pass. A multiple of every panel width.
    static let inputsPerBlock = 128

    let blocks: [Block]
    /// Blocks of each thread, one after the other.
    let shares: [Range<Int>]

    init(_ layout: PackedLayout, threads: Int) {
        var blocks: [Block] = []
        for (index, layer) in layout.layers.enumerated() {
            for first in stride(from: 0, to: layer.inputs, by: GradientPlan.inputsPerBlock) {
                let end = min(first + GradientPlan.inputsPerBlock, layer.inputs)
                for panel in 0..<layer.panels {
                    blocks.append(Block(layer: index, panel: panel, firstInput: first, endInput: end))
                }
            }
        }
        // Cut where the running sum of inputs, which is the arithmetic, passes each thread's share of it.
        let total = blocks.reduce(0) { $0 + $1.endInput - $1.firstInput }
        var shares: [Range<Int>] = []
        var sum = 0
        var first = 0
        for thread in 0..<threads {
            var end = first
            while end < blocks.count && (sum * threads < total * (thread + 1)) {
                sum += blocks[end].endInput - blocks[end].firstInput
                end += 1
            }
            shares.append(first..<end)
            first = end
        }
        self.blocks = blocks
        self.shares = shares
    }
}
