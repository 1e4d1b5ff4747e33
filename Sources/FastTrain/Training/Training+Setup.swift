extension Training {
    /// The values derived from a recipe and a data set, once they are known to fit each other.
    struct Setup {
        let recipe: Recipe
        let data: Dataset
        let density: FeatureDensity
        let network: Network
        let sampling: Sampling
        let threads: Int
        let maxTime: Double?
        let instructionSet: InstructionSet
        let group: ProcessGroup?
        /// Messages to show before the run starts.
        let warnings: [String]

        init(
            recipe: Recipe, data: Dataset, threads: Int?, maxTime: Double?, fold: Fold? = nil, isSaved: Bool,
            group: ProcessGroup? = nil
        ) throws(FastTrainError) {
            guard maxTime.map({ $0 > 0 && $0.isFinite }) ?? true else {
                throw .invalidSetting(name: "maxTime", expected: "a time above 0", found: "\(maxTime ?? 0) s")
            }
            self.maxTime = maxTime
            let operations = ThreadCount.operations(recipe, on: data, rows: data.train.count)
            let cpus = try group?.cpus()
            let threads = try ThreadCount.checked(
                threads, operations: operations / Double(group?.size ?? 1), cpus: cpus?.share)
            self.threads = threads
            warnings = try group?.oversubscription(threads: threads, cpus: cpus) ?? []
            density = FeatureDensity(data.train, width: data.featureCount)
            let requirements = try TrainingRequirements(
                recipe, on: data, density: density, threads: threads, isSaved: isSaved, group: group)
            instructionSet =
                try group?.smallestInstructionSet(requirements.instructionSet) ?? requirements.instructionSet
            self.group = group
            network = requirements.network
            sampling = try Sampling(recipe: recipe, split: data.train, task: data.task, fold: fold)
            let weights = RowWeights(
                recipe.classWeight, task: data.task, split: data.train, trainRows: sampling.trainRows, rows: 0)
            guard weights?.sum(sampling.trainRows, count: sampling.trainRows.count) ?? 1 > 0 else {
                throw .unsuitableSetting(
                    name: "classWeight",
                    reason: "\(data.name): expected a training row with a weight above 0, found none")
            }
            self.recipe = recipe
            self.data = data
        }
    }
}
