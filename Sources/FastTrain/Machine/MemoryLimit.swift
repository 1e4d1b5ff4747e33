import Glibc

/// How much memory a run takes, and how much there may be: asked before it starts, not found out in its middle.
enum MemoryLimit {
    /// Throws `.usage` when a run's arrays alone are more than this process can have.
    static func check(
        _ network: Network, recipe: Recipe, rows: Int, threads: Int, isSaved: Bool
    ) throws(FastTrainError) {
        let need = bytes(network, recipe: recipe, rows: rows, threads: threads, isSaved: isSaved)
        let available = usable(ControlGroup())
        guard need > available else { return }
        throw .usage(
            "--hidden, --batch-size: a network \(network) on \(rows) rows at once takes \(text(need)) of memory, "
                + "expected at most \(text(available)), which is what this process can have")
    }

    /// The parameters, once more for backpropagation, for their average, the whole gradient and the optimizer's each
    /// memory, five more for lbfgs (whose smallest networks have more, which is little), those of the best epoch; once more
    /// all that a checkpoint has, while it is saved, or two for the model that comes out and its evaluation. Two numbers
    /// for each unit and row, and what lists of the features and of one hidden layer, by rows and by columns, may come to;
    /// the threads' rooms for a block of gradient of each shard. In bf16 of each unit and row two numbers more, half as
    /// large: pairs of rows, of it and of its gradient. One more where the activation's derivative is stored, two more
    /// where units are normalised.
    ///
    /// And the program itself: 4 MB, and what malloc and huge pages round up. 784-1500-1500-10 needed 6 MiB more than its
    /// arrays on two threads, 14 in bf16, 22 on eight (Emerald Rapids, limits 2% apart; Tests/Faults/cgroups.py).
    static func bytes(_ network: Network, recipe: Recipe, rows: Int, threads: Int, isSaved: Bool) -> Double {
        let saved = 1 + recipe.optimizerState.count + (recipe.ema == nil ? 0 : 1)
        let hasBest = recipe.validation > 0 && recipe.monitor != .trainLoss
        let copies = Double(
            saved + 1 + (recipe.clipNorm == nil ? 0 : 1) + (recipe.optimizer == .lbfgs ? 5 : 0)
                + (hasBest ? 1 : 0) + max(isSaved ? saved : 0, 2))
        let units = network.widths.reduce(0.0) { $0 + Double($1) }
        let listed = Double(network.inputs) + 2 * Double(recipe.hidden.max() ?? 0)
        let scratch = Double(threads) * (Double(recipe.shards) * 64 * 1024 + 6 * 128 * Double(rows))
        let numbers =
            2.0 + (recipe.precision == .bf16 ? 1 : 0)
            + (recipe.activations.contains { $0.kernel.storesDerivative } ? 1 : 0)
            + (recipe.normalization == .none ? 0 : 2)
        return 4 * (copies * parameterCount(network) + numbers * units * Double(rows)) + 6 * listed * Double(rows)
            + scratch + 10e6 + 3e6 * Double(threads)
    }

    /// As `Network.parameterCount`, which would overflow for the largest networks that can be asked for.
    private static func parameterCount(_ network: Network) -> Double {
        (0..<network.layerCount).reduce(0.0) {
            $0 + Double(network.widths[$1] + (network.isNormalized($1) ? 3 : 1)) * Double(network.widths[$1 + 1])
        }
    }

    /// Bytes of the machine, or of the tightest control group.
    static func usable(_ group: ControlGroup) -> Double {
        var least = Double(sysconf(Int32(_SC_PHYS_PAGES))) * Double(sysconf(Int32(_SC_PAGESIZE)))
        for folder in group.folders(controller: "memory") {
            let name = folder.isVersion2 ? "/memory.max" : "/memory.limit_in_bytes"
            if let limit = ControlGroup.read(folder.path + name).flatMap({ Double($0.filter { $0 != "\n" }) }) {
                least = min(least, limit)
            }
        }
        return least
    }

    /// Rounded to three digits or so, in MB or GB.
    private static func text(_ bytes: Double) -> String {
        let megabytes = (bytes / 1e6).rounded()
        if megabytes < 10_000 { return "\(Int(megabytes)) MB" }
        let gigabytes = (bytes / 1e9).rounded()
        return gigabytes < 1e15 ? "\(Int(gigabytes)) GB" : "\(gigabytes) GB"
    }
}
