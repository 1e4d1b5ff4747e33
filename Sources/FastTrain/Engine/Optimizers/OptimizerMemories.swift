/// All that an optimizer remembers from one minibatch to the next, in the packed layout: running means of gradients or of
/// their squares, a momentum.
struct OptimizerMemories: Sendable {
    /// The memories by PyTorch's names, in the order of `OptimizerDefinition.memories`.
    private let memories: [(name: String, values: PackedParameters)]

    /// Allocates the memories of a recipe's optimizer, filled with zeros. Full-batch optimizers have none here.
    init(_ recipe: Recipe, layout: PackedLayout) {
        memories =
            switch recipe.optimizer.batching {
            case .minibatches(let optimizer): optimizer.memories(recipe).map { ($0, PackedParameters(layout)) }
            case .fullBatch: []
            }
    }

    /// The number of memories.
    var count: Int { memories.count }

    /// The memory at `index`.
    subscript(index: Int) -> PackedParameters { memories[index].values }

    /// The part of the memory at `index` that belongs to a slice of the parameters.
    subscript(index: Int, slice: ParameterSlice) -> UnsafeMutablePointer<Float> {
        memories[index].values.base + slice.offset
    }

    /// Whether no number is infinite or NaN.
    var areFinite: Bool { memories.allSatisfy(\.values.areFinite) }

    /// Takes over saved memories by their names. Memories that are not among them keep their values. With other processes,
    /// each takes over its slices.
    func load(_ saved: [String: Parameters], exchange: GradientExchange? = nil) {
        for memory in memories {
            guard let values = saved[memory.name] else { continue }
            if let exchange {
                exchange.load(memory.values, from: values)
            } else {
                memory.values.load(values)
            }
        }
    }

    /// Returns the memories of all processes by their names on rank 0, and none elsewhere.
    func collected(_ exchange: GradientExchange) throws(FastTrainError) -> [String: Parameters] {
        var all: [String: Parameters] = [:]
        for memory in memories {
            if let values = try exchange.collect(memory.values) { all[memory.name] = values.unpacked() }
        }
        return all
    }

    /// The memories in the public layout, by their names.
    func unpacked() -> [String: Parameters] {
        Dictionary(uniqueKeysWithValues: memories.map { ($0.name, $0.values.unpacked()) })
    }

    /// Multiplies all numbers by a factor.
    func scale(by factor: Float) {
        for memory in memories {
            for index in 0..<memory.values.layout.count { memory.values.base[index] *= factor }
        }
    }
}
