extension RecipeSetting {
    /// The settings of minibatches, of the run's length and of its random numbers.
    static let minibatches: [RecipeSetting] = [
        RecipeSetting(
            "batch_size", \.batchSize, .integers(1...(1 << 24)), value: "n", help: "Rows of a minibatch.",
            goesWith: .optimizer, isRequired: true),
        RecipeSetting(
            "epochs", \.epochs, .integers(1...100_000), value: "n",
            help: "Passes over the training rows; iterations with --optimizer lbfgs.", isRequired: true,
            isSameForAllTrials: true),
        RecipeSetting(
            "seed", \.seed, value: "n",
            help: "Seed of all random numbers.", isRequired: true, isSameForAllTrials: true),
    ]

    /// The settings of how minibatches are drawn, divided and multiplied. They come last in `recipe.json`.
    static let execution: [RecipeSetting] = [
        RecipeSetting(
            "shuffle", \.shuffle,
            help: "Shuffle the training rows in each epoch, or take them in the order of the file.",
            goesWith: .optimizer, isRequired: true),
        RecipeSetting(
            "shards", \.shards, .integers(1...1024), value: "n",
            help: """
                Slices of a minibatch whose gradients are summed in a fixed order, as if computed on that many \
                machines. Affects the result, unlike --threads.
                """, isRequired: true),
        RecipeSetting(
            "precision", \.precision, value: "name",
            help: """
                Precision of the factors in matrix products; sums and parameters are always single-precision. bf16 \
                (bfloat16) requires a CPU with AVX512_BF16.
                """,
            conflicts: [.inFullBatch("f32", found: { $0.precision.rawValue }) { $0.precision == .f32 }]),
        // Earlier versions know only the order of pairs, and their files do not name it.
        RecipeSetting(
            "accumulation", \.accumulation, value: "name",
            help: """
                Order in which products of bf16 numbers are added: pairs as AVX512_BF16 does, tiles as AMX does. The \
                other order gives other results; every CPU computes both.
                """,
            default: "tiles on a CPU with AMX and pairs on others, chosen when the run starts", goesWith: .precision,
            omitted: { $0.precision == .bf16 ? .pairs : nil },
            resolved: { Accumulation.standard(for: $0.precision) }),
    ]
}
