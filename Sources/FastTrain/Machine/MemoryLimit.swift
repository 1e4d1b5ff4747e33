import Platform

/// The memory that a run needs and the memory that is available. Both are compared before the run starts, so that it
/// does not fail in the middle.
enum MemoryLimit {
    /// Throws `.unsuitableSetting` if a run's arrays need more memory than this process can have.
    static func check(
        _ network: Network, recipe: Recipe, rows: Int, threads: Int, isSaved: Bool
    ) throws(FastTrainError) {
        let need = bytes(network, recipe: recipe, rows: rows, threads: threads, isSaved: isSaved)
        let available = usable(ControlGroup())
        guard need > available else { return }
        throw .unsuitableSetting(
            name: "hidden",
            reason:
                "`hidden`, `batchSize`: a network \(network) on \(rows) rows at once needs \(text(need)) of memory, "
                + "expected at most \(text(available)), the memory available to this process")
    }

    /// Returns an estimate of the bytes that a run needs.
    ///
    /// Copies of the parameters: the parameters themselves, one for backpropagation, one for the average, one for the
    /// whole gradient, one for each part of the optimizer's state, five more for L-BFGS (its smallest networks have
    /// more, which is little), and one for the best epoch. Saving a checkpoint copies everything it contains once more;
    /// otherwise the resulting model and its evaluation take two copies.
    ///
    /// Numbers for each unit and row: two, one more if the activation's derivative is stored, and two more with
    /// normalization. In bf16 there are two more of half the size: pairs of rows, of the outputs and of their gradient.
    /// The lists of the features and of one hidden layer, by rows and by columns, and each thread's block of the
    /// gradient for each shard are included.
    ///
    /// The program itself takes 4 MB plus what malloc and huge pages round up. 784-1500-1500-10 needed 6 MiB more than
    /// its arrays on two threads, 14 MiB in bf16, and 22 MiB on eight threads (Emerald Rapids, limits 2% apart;
    /// Tests/Faults/cgroups.py).
    static func bytes(_ network: Network, recipe: Recipe, rows: Int, threads: Int, isSaved: Bool) -> Double {
        let saved = 1 + recipe.optimizerState.count + (recipe.ema == nil ? 0 : 1)
        let hasBest = recipe.validation > 0 && recipe.monitor != .trainLoss
        let copies = Double(
            saved + 1 + (recipe.clipNorm == nil ? 0 : 1) + recipe.optimizer.batching.definition.workingCopies
                + (hasBest ? 1 : 0) + max(isSaved ? saved : 0, 2))
        let units = network.widths.reduce(0.0) { $0 + Double($1) }
        let listed = Double(network.inputs) + 2 * Double(recipe.hidden.max() ?? 0)
        let scratch = Double(threads) * (Double(recipe.shards) * 64 * 1024 + 6 * 128 * Double(rows))
        let numbers =
            2.0 + (recipe.precision == .bf16 ? 1 : 0)
            + (recipe.activations.contains { $0.traits.storesDerivative } ? 1 : 0)
            + (recipe.normalization == .none ? 0 : 2)
        return 4 * (copies * parameterCount(network) + numbers * units * Double(rows)) + 6 * listed * Double(rows)
            + scratch + 10e6 + 3e6 * Double(threads)
    }

    /// The value of `Network.parameterCount` as a Double. As an integer it would overflow for the largest networks that
    /// can be requested.
    private static func parameterCount(_ network: Network) -> Double {
        (0..<network.layerCount).reduce(0.0) {
            $0 + Double(network.widths[$1] + (network.isNormalized($1) ? 3 : 1)) * Double(network.widths[$1 + 1])
        }
    }

    /// Returns the bytes of the machine's memory or the limit of the tightest control group, whichever is lower.
    static func usable(_ group: ControlGroup) -> Double {
        var least = Machine.memory
        for folder in group.folders(controller: "memory") {
            let name = folder.isVersion2 ? "/memory.max" : "/memory.limit_in_bytes"
            if let limit = ControlGroup.read(folder.path + name).flatMap({ Double($0.filter { $0 != "\n" }) }) {
                least = min(least, limit)
            }
        }
        return least
    }

    /// Returns the number in MB or GB, rounded to about three digits.
    private static func text(_ bytes: Double) -> String {
        let megabytes = (bytes / 1e6).rounded()
        if megabytes < 10_000 { return "\(Int(megabytes)) MB" }
        let gigabytes = (bytes / 1e9).rounded()
        return gigabytes < 1e15 ? "\(Int(gigabytes)) GB" : "\(gigabytes) GB"
    }
}
