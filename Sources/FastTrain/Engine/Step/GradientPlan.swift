import KernelTypes

/// The weight gradient of a network, cut into blocks, and each thread's share of them.
///
/// A block consists of some inputs and one panel of outputs, or several panels where the input is sparse. Its owner makes
/// its gradient for each shard in turn, adds up the shards, and applies the optimizer while the sum is in cache: an
/// all-reduce without a gradient in memory. The cut does not influence any number.
struct GradientPlan: Sendable {
    /// A block of a layer's weights.
    struct Block: Sendable {
        let layer: Int
        /// The panels of outputs.
        let panels: Range<Int>
        /// The inputs; the first is a multiple of `Layer.inputsPerStrip`.
        let inputs: Range<Int>
        /// Whether the block is the first with these inputs in its thread's share; the following blocks with the same
        /// inputs read the lists of columns that it makes.
        var isFirstOfInputs = true
    }

    /// How a layer is cut, and what its gradient costs.
    struct Layer {
        /// The number of inputs of a block, a multiple of the panel width.
        let inputsPerBlock: Int
        /// The granularity at which a block may be cut between two threads: a multiple of the panel width that divides
        /// `inputsPerBlock`.
        let inputsPerStrip: Int
        /// Returns how many panels go into a block, given the number of panels that are left.
        let panelsAtOnce: @Sendable (Int) -> Int
        /// Returns the cost of an input for each panel, in any unit.
        let cost: (Int) -> Double
        /// The panels that each thread has with all their inputs, so that their weights never leave its caches. `nil`
        /// means that each thread has some inputs with all their panels.
        let ownPanels: [Range<Int>]?
    }

    /// The largest number of inputs of a block, and the one that the constants choose. The rows × 128 inputs of a minibatch
    /// of 512 take 256 KiB, half a second-level cache, and stay there while the panels pass. A multiple of every panel
    /// width.
    static let inputsPerBlock = 128

    /// The blocks of each thread, in order: all panels of some inputs before the next inputs.
    let shares: [[Block]]

    /// Cuts the gradient of a network by the plan of its layers.
    ///
    /// - Parameters:
    ///   - layout: The layout of the parameters.
    ///   - plan: The plan of the step.
    ///   - density: The density of the features; `nil` means that they have no zeros.
    ///   - rows: The number of rows of the largest minibatch.
    ///   - threads: The number of threads.
    ///   - kernels: The kernels, for their panel width.
    init(
        _ layout: PackedLayout, plan: StepPlan, density: FeatureDensity?, rows: Int, threads: Int, kernels: KernelTable
    ) {
        let densities = density?.alongRows(plan.precision)
        let layers = plan.layers.map { layer in
            layer.gradientForm.cut(
                inputsPerBlock: layer.inputsPerBlock,
                densities: layer.index == 0 ? densities : Array(repeating: 0.5, count: layer.inputs),
                rows: plan.precision.isPaired ? (rows + 1) / 2 : rows, featureBlockWidth: plan.featureBlockWidth,
                ownPanels: layer.division == .rows
                    ? nil : DivisionByPanels.panels(of: layer.outputs, threads: threads, kernels: kernels),
                isTransposed: plan.transposesInputs, kernels)
        }
        shares = GradientPlan.shares(layout, layers: layers, threads: threads).map(GradientPlan.markingFirstOfInputs)
    }

    /// Returns the blocks of each thread: those of the panels that it has alone, then an even share of all others.
    private static func shares(_ layout: PackedLayout, layers: [Layer], threads: Int) -> [[Block]] {
        var shares = [[Block]](repeating: [], count: threads)
        func cost(_ block: Block) -> Double {
            Double(block.panels.count) * block.inputs.reduce(0) { $0 + layers[block.layer].cost($1) }
        }
        for (index, layer) in layers.enumerated() {
            for (thread, panels) in (layer.ownPanels ?? []).enumerated() {
                shares[thread] += blocks(index, layer, inputs: layout.layers[index].inputs, panels: panels)
            }
        }
        let shared = layers.indices.filter { layers[$0].ownPanels == nil }.flatMap {
            blocks($0, layers[$0], inputs: layout.layers[$0].inputs, panels: 0..<layout.layers[$0].panels)
        }
        let own = shares.map { $0.reduce(0) { $0 + cost($1) } }
        let mean = (own.reduce(0, +) + shared.reduce(0) { $0 + cost($1) }) / Double(threads)
        // The sum of the costs of the shared blocks up to the end of this thread's share.
        var bound = mean - own[0]
        var sum = 0.0
        var thread = 0
        for block in shared {
            // A strip belongs to the thread whose share of the cost contains the strip's middle.
            let width = layers[block.layer].inputsPerStrip
            var first = block.inputs.lowerBound
            for start in stride(from: first, to: block.inputs.upperBound, by: width) {
                let end = min(start + width, block.inputs.upperBound)
                let strip = cost(Block(layer: block.layer, panels: block.panels, inputs: start..<end))
                while thread < threads - 1 && sum + strip / 2 > bound {
                    if first < start {
                        shares[thread].append(Block(layer: block.layer, panels: block.panels, inputs: first..<start))
                    }
                    first = start
                    thread += 1
                    bound += mean - own[thread]
                }
                sum += strip
            }
            shares[thread].append(
                Block(layer: block.layer, panels: block.panels, inputs: first..<block.inputs.upperBound))
        }
        return shares
    }

    /// Cuts some panels of a layer with all their inputs into blocks.
    private static func blocks(_ index: Int, _ layer: Layer, inputs: Int, panels: Range<Int>) -> [Block] {
        var blocks: [Block] = []
        for first in stride(from: 0, to: inputs, by: layer.inputsPerBlock) {
            var panel = panels.lowerBound
            while panel < panels.upperBound {
                let end = panel + layer.panelsAtOnce(panels.upperBound - panel)
                blocks.append(
                    Block(layer: index, panels: panel..<end, inputs: first..<min(first + layer.inputsPerBlock, inputs)))
                panel = end
            }
        }
        return blocks
    }

    private static func markingFirstOfInputs(_ share: [Block]) -> [Block] {
        share.indices.map { place in
            var block = share[place]
            block.isFirstOfInputs =
                place == 0 || share[place - 1].layer != block.layer || share[place - 1].inputs != block.inputs
            return block
        }
    }

    /// Divides consecutive items into shares of about the same cost: each item belongs to the share that contains its
    /// middle.
    static func evenShares(_ costs: [Double], threads: Int) -> [Range<Int>] {
        let mean = costs.reduce(0, +) / Double(threads)
        var shares: [Range<Int>] = []
        var sum = 0.0
        var next = 0
        for thread in 0..<threads {
            let first = next
            while next < costs.count && (thread == threads - 1 || sum + costs[next] / 2 <= mean * Double(thread + 1)) {
                sum += costs[next]
                next += 1
            }
            shares.append(first..<next)
        }
        return shares
    }
}
