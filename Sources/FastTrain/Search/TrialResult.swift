/// What came of training a trial for some epochs: a line of `trials.jsonl`.
public struct TrialResult: Sendable, Equatable {
    /// From 0, in the order in which they were drawn.
    public let trial: Int
    /// Of Hyperband, from 0; 0 otherwise.
    public let bracket: Int
    /// Of the bracket, from 0.
    public let rung: Int
    /// That it was to be trained for.
    public let epochs: Int
    /// What sets it apart from the recipe of the search.
    public let settings: RecipeChanges
    /// Of the last epoch, or with a patience of the best one; with folds, the mean. nil when it diverged.
    public let validationLoss: Double?
    /// Likewise: accuracy, or R² of numbers.
    public let score: Double?
    /// The epoch that this is of; with folds, the mean, rounded.
    public let bestEpoch: Int?
    /// Why there are no figures, if it diverged.
    public let divergence: String?
    /// That training took, and its threads: they decide nothing.
    public let seconds: Double
    let isScoredByAccuracy: Bool

    /// As a line of `trials.jsonl`; `accuracy` or `r2` by the task.
    public var json: JSON {
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

    /// Reads what `json` writes. Throws `.badData` with the line.
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
