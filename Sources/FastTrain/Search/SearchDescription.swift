/// The description of a search: the content of `search.json`. Together with the data set it determines the trials,
/// their results and the winner.
struct SearchDescription: Sendable, Equatable {
    var recipe: Recipe
    var method: SearchMethod
    var trials: Int
    var folds: Int?
    var finalEpochs: Int?
    var space: SearchSpace
    /// The path of the data set file; `nil` for the built-in sample or for data in memory.
    var data: String?
    var fingerprint: String

    var json: JSON {
        .object([
            JSON.Member("method", method.json), JSON.Member("trials", trials.json), JSON.Member("folds", folds.json),
            JSON.Member("final_epochs", finalEpochs.json), JSON.Member("space", space.json),
            JSON.Member("starts_with_recipe", space.startsWithRecipe.json), JSON.Member("recipe", recipe.json),
            JSON.Member("data", data.json), JSON.Member("fingerprint", fingerprint.json),
        ])
    }

    /// Reads an object that `json` wrote. Throws `.badData` that names the member.
    init(json: JSON, file: String) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: .file)
        method = try reader.take("method")
        trials = try reader.take("trials")
        folds = try reader.take("folds")
        finalEpochs = try reader.take("final_epochs")
        space = try SearchSpace(
            try reader.take("space"), file: file, lines: [:],
            startsWithRecipe: try reader.take("starts_with_recipe"))
        recipe = try Recipe(json: try reader.take("recipe"), file: file)
        data = try reader.take("data")
        fingerprint = try reader.take("fingerprint")
        try reader.finish()
        if let fault { throw reader.fault(fault.member, expected: fault.expected, found: fault.found) }
    }

    init(
        recipe: Recipe, method: SearchMethod, trials: Int, folds: Int?, finalEpochs: Int?, space: SearchSpace,
        data: String?, fingerprint: String
    ) {
        self.recipe = recipe
        self.method = method
        self.trials = trials
        self.folds = folds
        self.finalEpochs = finalEpochs
        self.space = space
        self.data = data
        self.fingerprint = fingerprint
    }

    /// The maximum number of trials in a search.
    static let maxTrials = 100_000

    /// The first setting that no search can have, or `nil` if all are valid.
    var fault: (member: String, expected: String, found: String)? {
        if !(1...Self.maxTrials).contains(trials) {
            return ("trials", "a number from 1 to \(Self.maxTrials)", "\(trials)")
        }
        // Trials are compared on validation rows.
        if recipe.validation == 0 { return ("recipe.validation", "a number above 0", "0") }
        if recipe.monitor == .trainLoss {
            return ("recipe.monitor", "validation-loss or validation-score", recipe.monitor.rawValue)
        }
        if let folds, !(2...1000).contains(folds) { return ("folds", "a number from 2 to 1000", "\(folds)") }
        if let finalEpochs, !(1...100_000).contains(finalEpochs) {
            return ("final_epochs", "a number from 1 to 100000", "\(finalEpochs)")
        }
        return nil
    }

    /// Returns the names of the settings in which two searches differ.
    func differences(from other: SearchDescription) -> [String] {
        guard case .object(let mine) = json, case .object(let theirs) = other.json else { return [] }
        return zip(mine, theirs).filter { $0 != $1 }.map { mine, theirs in
            guard mine.name == "recipe" else { return mine.name }
            return recipe.differences(from: other.recipe).first?.field ?? mine.name
        }
    }

    /// Returns the settings in which a trial differs from the recipe.
    func settings(of trial: Int) -> RecipeChanges {
        let members = method == .grid ? space.combination(trial) : space.draw(trial, seed: recipe.seed)
        // The space has already validated each value.
        return (try? RecipeChanges(.object(members), file: "", place: .file)) ?? RecipeChanges()
    }

    /// Returns the recipe of a trial with the given settings.
    func recipe(_ settings: RecipeChanges) -> Recipe {
        var result = settings.applied(to: recipe)
        // A search that names no order of products has that of pairs (`Search.init`).
        if result.precision == .bf16 && result.accumulation == nil { result.accumulation = .pairs }
        return result
    }

    /// The seal of the lines in `trials.jsonl`. Lines of another search, or of one whose settings were damaged, have
    /// other digests.
    var seal: Seal {
        var description = self
        description.data = nil
        return Seal(of: description.json.text)
    }
}
