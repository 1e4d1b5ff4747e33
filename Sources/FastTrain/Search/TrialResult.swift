/// The result of training a trial for a number of epochs: a line of `trials.jsonl`.
package struct TrialResult: Sendable, Equatable {
    /// The number of the trial, from 0, in the order in which trials are drawn.
    package let trial: Int
    /// The Hyperband bracket, from 0; 0 for other methods.
    package let bracket: Int
    /// The rung of the bracket, from 0.
    package let rung: Int
    /// The number of epochs that the trial was to be trained for.
    package let epochs: Int
    /// The settings in which the trial differs from the search's recipe.
    package let settings: RecipeChanges
    /// The validation loss of the last epoch or, with a patience, of the best one; the mean over folds; `nil` if the
    /// trial diverged.
    package let validationLoss: Double?
    /// The validation accuracy or R² of the same epoch; `nil` if the trial diverged.
    package let score: Double?
    /// The epoch of these values, averaged over folds and rounded; `nil` if the trial diverged.
    package let bestEpoch: Int?
    /// The reason why the trial diverged; `nil` if it did not.
    package let divergence: String?
    /// The seconds that the training took with its threads. No result depends on it.
    package let seconds: Double
    let isScoredByAccuracy: Bool

    /// The result as a line of `trials.jsonl`. The score is named by the task.
    package var json: JSON {
        .object([
            JSON.Member("trial", trial.json), JSON.Member("bracket", bracket.json), JSON.Member("rung", rung.json),
            JSON.Member("epochs", epochs.json), JSON.Member("settings", .object(settings.settings)),
            JSON.Member("validation_loss", validationLoss.json),
            JSON.Member(isScoredByAccuracy ? "validation_accuracy" : "validation_r2", score.json),
            JSON.Member("best_epoch", bestEpoch.json), JSON.Member("diverged", divergence.json),
            JSON.Member("seconds", seconds.json),
        ])
    }

    init(
        job: SearchPlan.Job, settings: RecipeChanges, validationLoss: Double?, score: Double?, bestEpoch: Int?,
        divergence: String?, seconds: Double, isScoredByAccuracy: Bool
    ) {
        trial = job.trial
        bracket = job.bracket
        rung = job.rung
        epochs = job.epochs
        self.settings = settings
        self.validationLoss = validationLoss
        self.score = score
        self.bestEpoch = bestEpoch
        self.divergence = divergence
        self.seconds = seconds
        self.isScoredByAccuracy = isScoredByAccuracy
    }

    /// Reads an object that `json` wrote. Throws `.badData` that names the line.
    init(json: JSON, file: String, place: FastTrainError.Place, isScoredByAccuracy: Bool) throws(FastTrainError) {
        var reader = try ObjectReader(json, file: file, place: place)
        trial = try reader.take("trial")
        bracket = try reader.take("bracket")
        rung = try reader.take("rung")
        epochs = try reader.take("epochs")
        settings = try RecipeChanges(try reader.take("settings"), file: file, place: place)
        validationLoss = try reader.take("validation_loss")
        score = try reader.take(isScoredByAccuracy ? "validation_accuracy" : "validation_r2")
        bestEpoch = try reader.take("best_epoch")
        divergence = try reader.take("diverged")
        seconds = try reader.take("seconds")
        self.isScoredByAccuracy = isScoredByAccuracy
        try reader.finish()
        if divergence == nil, validationLoss == nil || score == nil {
            throw reader.fault("validation_loss", expected: "a number, unless it diverged", found: "null")
        }
    }

    var job: SearchPlan.Job { SearchPlan.Job(trial: trial, bracket: bracket, rung: rung, epochs: epochs) }
}
