import KernelDispatch

/// One thread's room for a block of gradient of each shard.
struct GradientScratch: Sendable {
    /// Some inputs of each shard's rows as lists.
    let columns: [SparseLists]
    /// Where each shard's gradient lies, then where each shard's bias gradient does.
    let gradients: Buffer<UnsafeMutablePointer<Float>?>
    /// Room to say what a block's update reads and writes: of each panel the weights, their pairs, their average, two
    /// memories of an optimizer, and the transposed copy in strips.
    let stretches: Buffer<UnsafeRawBufferPointer>
    private let floats: Buffer<Float>
    private let shards: Int

    init(shards: Int, shardRows: Int, panelWidth: Int) {
        self.shards = shards
        columns = (0..<shards).map { _ in
            SparseLists(rows: GradientPlan.inputsPerBlock, width: shardRows)
        }
        let biases = GradientScratch.mostPanels * panelWidth
        let block = GradientPlan.inputsPerBlock * biases
        floats = Buffer(count: shards * (block + biases))
        gradients = Buffer(count: 2 * shards)
        stretches = Buffer(
            count: GradientScratch.mostPanels * (5 + GradientPlan.inputsPerBlock / panelWidth))
        for shard in 0..<shards {
            gradients.base[shard] = floats.base + shard * block
            gradients.base[shards + shard] = floats.base + shards * block + shard * biases
        }
    }

    /// The most that `KernelTable.panelsAtOnce` says.
    static let mostPanels = 4

    /// Where each shard's bias gradient lies, for the all-reduce.
    var biasPointers: UnsafeMutablePointer<UnsafeMutablePointer<Float>?> { gradients.base + shards }

    /// [panels of the block, inputs, panelWidth]
    func gradient(_ shard: Int) -> UnsafeMutablePointer<Float> { gradients.base[shard]! }

    /// [panels of the block, panelWidth]
    func biases(_ shard: Int) -> UnsafeMutablePointer<Float> { gradients.base[shards + shard]! }
}
