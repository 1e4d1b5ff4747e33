/// The network and the instruction set for training a recipe on a data set, once this machine is known to be able to.
struct TrainingRequirements {
    let network: Network
    let instructionSet: InstructionSet

    /// Derives the requirements and checks them.
    ///
    /// - Parameters:
    ///   - recipe: The recipe.
    ///   - data: The data set.
    ///   - density: The density of its features.
    ///   - threads: The number of threads.
    ///   - isSaved: Whether the run saves checkpoints.
    ///   - group: The processes that share the work; `nil` means this one alone.
    /// - Throws: A usage error if this CPU lacks instructions for the precision, if there is not enough memory, or if a
    ///   checkpoint would have too many tensors.
    init(
        _ recipe: Recipe, on data: Dataset, density: FeatureDensity, threads: Int, isSaved: Bool,
        group: ProcessGroup? = nil
    ) throws(FastTrainError) {
        instructionSet = try InstructionSet.chosen(for: recipe.precision)
        network = recipe.network(for: data)
        if isSaved { try Checkpoint.expectSavable(network, recipe) }
        let kernels = instructionSet.kernels
        try MemoryLimit.check(threads: threads, "a network \(network)") { threads in
            MemoryNeed(
                recipe, on: data, density: density, threads: threads, kernels: kernels, isSaved: isSaved, group: group)
        }
    }
}
