extension Search {
    /// Returns the recipe for training the winner on all training rows. There are no validation rows left, so training
    /// cannot stop early.
    func finalRecipe(of winner: TrialResult) -> Recipe {
        let own = recipe.endsByValidation ? winner.bestEpoch ?? winner.epochs : winner.epochs
        var result = recipe(winner.settings, epochs: description.finalEpochs ?? own)
        result.validation = 0
        result.monitor = .trainLoss
        result.patience = nil
        result.minDelta = 0
        return result
    }

    func finalTraining(of winner: TrialResult, isBegun: Bool) throws(FastTrainError) -> Training {
        let recipe = finalRecipe(of: winner)
        if let folder, isBegun {
            try expectBest(recipe, of: winner, in: folder)
            return try Training.resume(folder.bestPath, threads: requestedThreads, data: data)
        }
        var options = RunOptions(threads: requestedThreads, output: folder?.bestPath)
        options.isOfSearch = true
        return try Training(recipe, on: data, dataPath: description.data, options: options)
    }

    /// Throws `.badData` if the run in `best` is not the winner's. Only its number of epochs may have changed.
    private func expectBest(_ recipe: Recipe, of winner: TrialResult, in folder: SearchFolder) throws(FastTrainError) {
        var expected = try recipe.resolved(for: data)
        let found = try RunDescription(folder: folder.bestPath).recipe
        expected.epochs = found.epochs
        guard let difference = expected.differences(from: found).first else { return }
        throw .badData(
            file: RunFolder.recipePath(in: folder.bestPath), place: .named(difference.field),
            expected: "\(difference.mine), as in trial \(winner.trial + 1), the best in trials.jsonl",
            found: difference.theirs)
    }
}
