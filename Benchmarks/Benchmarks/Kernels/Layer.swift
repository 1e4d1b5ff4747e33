import BenchmarkSupport
@_spi(Benchmarks) import FastTrain

/// The rows and widths of one layer's products.
struct Layer {
    /// The reference workload that the layer belongs to; `nil` if it belongs to none.
    let network: String?
    /// The index of the layer, counted from the input.
    let index: Int
    let rows: Int
    let inputs: Int
    let outputs: Int

    /// The floating-point operations of each of the three products: two per weight and row.
    var operations: Int { 2 * rows * inputs * outputs }

    /// Whether a call is so short that the time to read the clock would matter.
    var isShort: Bool { operations < 300_000 }

    var description: String {
        "\(network.map { "\($0) layer \(index + 1)" } ?? "awkward"), \(rows) rows, \(inputs) to \(outputs)"
    }

    /// The layers of the reference workloads on images of 28 × 28 in 10 classes, with the rows of one shard: the share
    /// of one of two threads.
    static var ofWorkloads: [Layer] {
        Workload.all.flatMap { workload in
            (0..<workload.widths.count - 1).map { index in
                Layer(
                    network: workload.name, index: index, rows: workload.recipe.batchSize / workload.recipe.shards,
                    inputs: workload.widths[index], outputs: workload.widths[index + 1])
            }
        }
    }

    /// Layers with few or no whole tiles, panels and slices of the depth.
    static let awkward = [
        Layer(rows: 1, inputs: 784, outputs: 128),
        Layer(rows: 13, inputs: 784, outputs: 128),
        Layer(rows: 27, inputs: 129, outputs: 33),
        Layer(rows: 64, inputs: 1, outputs: 512),
        Layer(rows: 64, inputs: 512, outputs: 1),
        Layer(rows: 64, inputs: 13, outputs: 10),
        Layer(rows: 100, inputs: 300, outputs: 100),
    ]

    private init(network: String? = nil, index: Int = 0, rows: Int, inputs: Int, outputs: Int) {
        self.network = network
        self.index = index
        self.rows = rows
        self.inputs = inputs
        self.outputs = outputs
    }
}
