/// A multilayer perceptron classifier with the interface of scikit-learn's `MLPClassifier`, trained by fasttrain's
/// engine.
///
///     var net = MLPClassifier<String>(hiddenLayerSizes: [50], randomState: 1)
///     try net.fit(rows, species)
///     print(try net.score(otherRows, otherSpecies), net.lossCurve.count)
///
/// A classifier is a value: training a copy leaves the original unchanged. `Label` is the type of the class labels,
/// such as Int or String.
public struct MLPClassifier<Label: Hashable & Comparable & Sendable>: MLPEstimator {
    /// The settings, which correspond to scikit-learn's constructor parameters.
    public var settings: MLPSettings
    /// The result of training, which corresponds to scikit-learn's fitted attributes.
    public internal(set) var fitted = MLPFitted()
    /// The classes, sorted; the columns of `predictProbabilities` are in this order. Empty before training.
    public internal(set) var classes: [Label] = []

    /// The initial weights in place of random ones; set by tests only.
    var initial: Parameters?

    /// Creates an untrained classifier. `MLPEstimator.init` takes the settings as separate arguments.
    public init(settings: MLPSettings) { self.settings = settings }

    /// Whether each row has any number of labels instead of exactly one class. Each `fit` that starts from new weights
    /// sets this.
    public internal(set) var isMultilabel = false

    /// The activation of the outputs; `nil` before training.
    ///
    /// It is "softmax" for three or more classes, and "logistic" for several labels and for two classes, which share
    /// one output.
    public var outActivation: String? { fitted.network == nil ? nil : estimatorLoss(of: classes.count).outActivation }

    func estimatorLoss(of classCount: Int) -> MLPLoss { isMultilabel || classCount == 2 ? .logistic : .softmax }

    /// Trains on rows of features and the class of each row. With `warmStart`, training continues from the current
    /// weights.
    ///
    /// - Parameters:
    ///   - x: The features, [rows, features].
    ///   - y: The class of each row.
    ///   - sampleWeight: The weight of each row; `nil` means that all rows count the same.
    ///   - stop: A function that is polled after each step and epoch. If it returns true, the fit ends with the weights so far,
    ///     and `isConverged` is false.
    ///   - progress: A function that is called after each epoch, or iteration of L-BFGS, on the calling thread.
    /// - Throws: `.invalidSetting` if a setting is out of range, if there are too few rows, if they differ in length, or
    ///   if the classes do not fit the rows or, with `warmStart`, the previous classes; `.badData` with row and column
    ///   if a feature is NaN or infinite; `.diverged` if the loss or a weight becomes infinite or NaN.
    public mutating func fit(
        _ x: some MatrixConvertible, _ y: [Label], sampleWeight: [Double]? = nil,
        stop: @escaping @Sendable () -> Bool = { false }, progress: @escaping @Sendable (FitProgress) -> Void = { _ in }
    ) throws(FastTrainError) {
        try train(
            x.matrix(), .classes(y), sampleWeight, classes: nil, isPartial: false,
            watch: FitWatch(stop: stop, progress: progress))
    }

    /// Trains on rows of features and the set of labels of each row, which may be empty.
    ///
    /// - Throws: The errors of `fit(_:_:sampleWeight:stop:progress:)`.
    public mutating func fit(
        _ x: some MatrixConvertible, labels y: [Set<Label>], sampleWeight: [Double]? = nil,
        stop: @escaping @Sendable () -> Bool = { false }, progress: @escaping @Sendable (FitProgress) -> Void = { _ in }
    ) throws(FastTrainError) {
        try train(
            x.matrix(), .labels(y), sampleWeight, classes: nil, isPartial: false,
            watch: FitWatch(stop: stop, progress: progress)
        )
    }

    /// Trains for one epoch on the given rows, continuing from the previous epochs.
    ///
    /// - Parameters:
    ///   - x: The features, [rows, features].
    ///   - y: The class of each row.
    ///   - classes: All classes that will ever occur. They are required in the first call and optional afterwards.
    ///   - sampleWeight: The weight of each row; `nil` means that all rows count the same.
    /// - Throws: The errors of `fit(_:_:sampleWeight:stop:progress:)`; `.badData` if `y` has a class that is not in
    ///   `classes`.
    public mutating func partialFit(
        _ x: some MatrixConvertible, _ y: [Label], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x.matrix(), .classes(y), sampleWeight, classes: classes, isPartial: true) }

    /// Trains for one epoch on rows of features and the set of labels of each row.
    ///
    /// - Throws: The errors of `partialFit(_:_:classes:sampleWeight:)`.
    public mutating func partialFit(
        _ x: some MatrixConvertible, labels y: [Set<Label>], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x.matrix(), .labels(y), sampleWeight, classes: classes, isPartial: true) }

}
