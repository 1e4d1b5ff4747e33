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

        init(
            recipe: Recipe, data: Dataset, threads: Int?, maxTime: Double?, fold: Fold? = nil, isSaved: Bool
        ) throws(FastTrainError) {
            guard maxTime.map({ $0 > 0 && $0.isFinite }) ?? true else {
                throw .invalidSetting(name: "maxTime", expected: "a time above 0", found: "\(maxTime ?? 0) s")
            }
            self.maxTime = maxTime
            self.threads = try ThreadCount.checked(
                threads, operations: ThreadCount.operations(recipe, on: data, rows: data.train.count))
            density = FeatureDensity(data.train, width: data.featureCount)
            let requirements = try TrainingRequirements(
                recipe, on: data, density: density, threads: self.threads, isSaved: isSaved)
            instructionSet = requirements.instructionSet
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
