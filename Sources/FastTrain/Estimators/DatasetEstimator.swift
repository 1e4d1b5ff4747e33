/// An estimator that is trained on data sets: what `MLPClassifier` and `MLPRegressor` do once they have made one of their
/// rows. Other languages have label types of their own.
package struct DatasetEstimator: Sendable {
    /// scikit-learn's fitted attributes.
    package private(set) var fitted = MLPFitted()
    /// The description of the trained network, except for its recipe; `nil` before training.
    private var data: (featureShape: [Int], scale: Float?, task: Dataset.Task)?

    /// The loss of an estimator, by scikit-learn's terms.
    package enum Loss: String, Sendable, CaseIterable {
        /// Cross-entropy of the classes of the data set, or of independent labels if it has targets.
        case logLoss = "log_loss"
        /// Half the squared error.
        case squaredError = "squared_error"
        /// Half the deviance of the Poisson distribution.
        case poisson

        fileprivate func loss(of task: Dataset.Task) throws(FastTrainError) -> MLPLoss {
            switch (self, task) {
            case (.logLoss, .classification(let classes)): classes.count > 2 ? .softmax : .logistic
            case (.logLoss, .regression): .logistic
            case (.squaredError, .regression(let targets)): .squaredError(outputs: targets.count)
            case (.poisson, .regression): .poisson
            case (_, .classification):
                throw .invalidSetting(name: "loss", expected: "log_loss for classes", found: rawValue)
            }
        }
    }

    /// Creates an untrained estimator.
    package init() {}

    /// Trains, starting from new weights or, with `isPartial` or a warm start, from the current ones.
    ///
    /// - Parameters:
    ///   - settings: The settings.
    ///   - dataset: The data set; only its training rows are used.
    ///   - loss: The loss to minimize.
    ///   - isPartial: Whether to train for a single epoch that continues the previous ones.
    ///   - stop: A function that is polled after each step and epoch; true ends the fit with the weights so far.
    ///   - progress: A function that is called after each epoch.
    /// - Throws: The errors of `MLPClassifier.fit`.
    package mutating func fit(
        _ settings: MLPSettings, on dataset: Dataset, loss: Loss, isPartial: Bool,
        stop: @escaping @Sendable () -> Bool, progress: @escaping @Sendable (FitProgress) -> Void
    ) throws(FastTrainError) {
        try settings.validate()
        let task = dataset.task
        if let data, isPartial || settings.warmStart {
            guard data.featureShape == dataset.featureShape, data.scale == dataset.scale, data.task == task else {
                throw .invalidSetting(
                    name: "data", expected: "the features and the classes or targets of the first fit", found: "others")
            }
        }
        try fitted.train(
            settings, on: dataset, loss: loss.loss(of: task), isPartial: isPartial, initial: nil,
            watch: FitWatch(stop: stop, progress: progress))
        data = (dataset.featureShape, dataset.scale, task)
    }

    /// The trained network; `nil` before training.
    package var model: Model? {
        guard let data, let network = fitted.network else { return nil }
        return Model(
            NetworkDescription(
                recipe: network.recipe, featureShape: data.featureShape, scale: data.scale, task: data.task,
                preprocessing: nil),
            network.parameters)
    }
}
