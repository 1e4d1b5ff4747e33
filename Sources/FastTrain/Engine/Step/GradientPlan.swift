/// The weight gradient of a network cut into blocks, each the work of one thread, and the threads' shares of them.
///
/// A block is some inputs of one panel of outputs, or of some panels where the input is sparse. Its owner makes it for
/// each shard in turn, adds the shards up, and applies the optimizer while the sum is in cache: all-reduce without a
/// gradient in memory. The cut has no influence on any number.
struct GradientPlan: Sendable {
    struct Block: Sendable {
        let layer: Int
        let panels: Range<Int>
        /// The first is a multiple of `Layer.inputsPerStrip`.
        let inputs: Range<Int>
    }

    /// How a layer is cut, and what it costs.
    struct Layer {
        /// Of a block, a multiple of the panel's width.
        let inputsPerBlock: Int
        /// Where a block may be cut between two threads: a multiple of the panel's width that divides `inputsPerBlock`.
        let inputsPerStrip: Int
        /// How many of some panels that are left go into a block.
        let panelsAtOnce: @Sendable (Int) -> Int
        /// Arithmetic of each input and panel, in any unit.
        let cost: (Int) -> Double
        /// Of each thread, the panels that it has with all their inputs, so that their weights never leave its caches.
        /// nil: a thread has some inputs with all their panels.
        let ownPanels: [Range<Int>]?
    }

    /// Inputs of a block: the rows × 128 inputs of a minibatch of 512 take 256 KiB, half a second-level cache, and stay
    /// there while the panels pass. A multiple of every panel width.
    static let inputsPerBlock = 128

    /// Of each thread, in order: all panels of some inputs before the next inputs.
    let shares: [[Block]]

    init(_ layout: PackedLayout, layers: [Layer], threads: Int) {
        var shares = [[Block]](repeating: [], count: threads)
        func cost(_ block: Block) -> Double {
            Double(block.panels.count) * block.inputs.reduce(0) { $0 + layers[block.layer].cost($1) }
        }
        for (index, layer) in layers.enumerated() {
            for (thread, panels) in (layer.ownPanels ?? []).enumerated() {
                shares[thread] += GradientPlan.blocks(
                    index, layer, inputs: layout.layers[index].inputs, panels: panels)
            }
        }
        let blocks = layers.indices.filter { layers[$0].ownPanels == nil }.flatMap {
            GradientPlan.blocks(
                $0, layers[$0], inputs: layout.layers[$0].inputs, panels: 0..<layout.layers[$0].panels)
        }
        let own = shares.map { $0.reduce(0) { $0 + cost($1) } }
        let mean = (own.reduce(0, +) + blocks.reduce(0) { $0 + cost($1) }) / Double(threads)
        // The sum of the costs that the threads up to this one take of the other layers.
        var bound = mean - own[0]
        var sum = 0.0
        var thread = 0
        for block in blocks {
            // A strip goes to the thread whose share of the cost its middle falls into.
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
        self.shares = shares
    }

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
}

extension PackedLayout {
    /// Numbers in a row.
    struct Slice {
        let offset: Int
        /// A multiple of the panel's width.
        let count: Int
        let kind: Kind

        enum Kind {
            /// Of a panel, the so-manieth of its block.
            case weights(Int)
            case biases, scale, shift
        }

        var areWeights: Bool { if case .weights = kind { true } else { false } }
    }

    /// Calls `body` with each slice of the numbers that a block stands for: its weights and, with its layer's first input,
    /// biases, scales and shifts of its outputs.
    func forEachSlice(of block: GradientPlan.Block, _ body: (Slice) -> Void) {
        let layer = layers[block.layer]
        for (index, panel) in block.panels.enumerated() {
            body(
                Slice(
                    offset: layer.offset(panel: panel, input: block.inputs.lowerBound, panelWidth),
                    count: block.inputs.count * panelWidth, kind: .weights(index)))
        }
        guard block.inputs.lowerBound == 0 else { return }
        let (first, count) = (block.panels.lowerBound * panelWidth, block.panels.count * panelWidth)
        body(Slice(offset: layer.biases + first, count: count, kind: .biases))
        guard let offsets = layer.normalization else { return }
        body(Slice(offset: offsets.scale + first, count: count, kind: .scale))
        body(Slice(offset: offsets.shift + first, count: count, kind: .shift))
    }
}
