/// The number of threads of a computation.
enum ThreadCount {
    /// Returns the number of threads if none is requested: one for each usable CPU, but only so many that each has enough
    /// to do in a step. In a closure that a running team calls there is one, because the CPUs are that team's.
    ///
    /// - Parameters:
    ///   - operations: The number of floating-point operations of a step, over all threads.
    ///   - cpus: The number of CPUs; `nil` means all that this process may use.
    static func standard(operations: Double = .infinity, cpus: Int? = nil) -> Int {
        if Team.isCalledOut { return 1 }
        return Int(min(Double(cpus ?? CPUs.usable().count), max(1, operations / operationsPerThread)))
    }

    /// Returns the requested number of threads, or the standard one if it is `nil`. Throws `.invalidSetting` if it is out of
    /// range.
    static func checked(
        _ requested: Int?, operations: Double = .infinity, cpus: Int? = nil
    ) throws(FastTrainError) -> Int {
        guard let requested else { return standard(operations: operations, cpus: cpus) }
        guard (1...1024).contains(requested) else {
            throw .invalidSetting(name: "threads", expected: "a number from 1 to 1024", found: "\(requested)")
        }
        return requested
    }

    /// Returns the number of operations in a step of a recipe: over a minibatch, or over all rows for L-BFGS.
    ///
    /// - Parameters:
    ///   - recipe: The recipe, with its loss resolved.
    ///   - data: The data set.
    ///   - rows: The number of rows to train on.
    static func operations(_ recipe: Recipe, on data: Dataset, rows: Int) -> Double {
        // In integers, the largest networks that can be requested would overflow (see Network.operationsPerSample).
        let widths = recipe.network(for: data).widths.map { Double($0) }
        let products = zip(widths, widths.dropFirst()).map { $0 * $1 }
        return Double(min(recipe.maxRowsAtOnce, rows)) * (6 * products.reduce(0, +) - 2 * products[0])
    }

    /// The fewest operations of a step that are worth a thread. These take some 20 µs, beside which the barriers of a step
    /// (about 1 µs each on two cores: docs/PERFORMANCE.md) are little. Iris, 4-50-3 with 0.1 million operations a step,
    /// takes 35 ms on one thread and 91 ms on two.
    private static let operationsPerThread = 2e6
}
