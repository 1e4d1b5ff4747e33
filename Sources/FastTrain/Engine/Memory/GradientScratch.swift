import KernelTypes

/// One thread's scratch memory for the gradients of a block, one for each shard of this process.
struct GradientScratch: Sendable {
    /// Lists of some columns of a layer's input, for each shard's rows.
    let columns: [SparseLists]
    /// The pointers to each shard's gradient, then to each shard's bias gradient.
    let gradients: Buffer<UnsafeMutablePointer<Float>?>
    /// The memory that a block's update reads and writes, for prefetching: for each panel its weights, their pairs, their
    /// average, two memories of an optimizer, and the strips of the transposed copy.
    let stretches: Buffer<UnsafeRawBufferPointer>
    private let floats: Buffer<Float>
    /// The inputs of a block transposed, for each shard: [inputs, pairs of rows]. Empty if no gradient needs them.
    private let inputs: [Activations]
    private let shards: Int

    init(shards: Int, shardRows: Int, transposesInputs: Bool, panelWidth: Int) {
        // A process without shards has parameters to update.
        let shards = max(1, shards)
        self.shards = shards
        columns = (0..<shards).map { _ in
            SparseLists(rows: GradientPlan.inputsPerBlock, width: shardRows)
        }
        inputs =
            !transposesInputs
            ? []
            : (0..<shards).map { _ in
                Activations(widths: [(shardRows + 1) / 2], rows: GradientPlan.inputsPerBlock, panelWidth: panelWidth)
            }
        let biases = GradientScratch.maxPanels * panelWidth
        let block = GradientPlan.inputsPerBlock * biases
        floats = Buffer(count: shards * (block + biases))
        gradients = Buffer(count: 2 * shards)
        stretches = Buffer(
            count: GradientScratch.maxPanels * (5 + GradientPlan.inputsPerBlock / panelWidth))
        for shard in 0..<shards {
            gradients.base[shard] = floats.base + shard * block
            gradients.base[shards + shard] = floats.base + shards * block + shard * biases
        }
    }

    /// The largest value of `KernelTable.panelsAtOnce`.
    static let maxPanels = 4

    /// The pointers to each shard's bias gradient, for the all-reduce.
    var biasPointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>?> { gradients.base + shards }

    /// Returns a shard's gradient, [panels of the block, inputs, panelWidth].
    func gradient(_ shard: Int) -> UnsafeMutablePointer<Float> { gradients.base[shard]! }

    /// Returns the place of a block's inputs in a shard's rows, transposed.
    func transposed(_ shard: Int, pairs: Int) -> PanelMatrix {
        var matrix = inputs[shard][0]
        matrix.width = pairs
        return matrix
    }

    /// Returns a shard's bias gradient, [panels of the block, panelWidth].
    func biases(_ shard: Int) -> UnsafeMutablePointer<Float> { gradients.base[shards + shard]! }
}
