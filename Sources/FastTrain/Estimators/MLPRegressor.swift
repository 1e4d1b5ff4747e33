/// A multilayer perceptron regressor with the interface of scikit-learn's `MLPRegressor`, trained by fasttrain's
/// engine.
///
/// Features and targets are used as they are, so scale them first. A regressor is a value: training a copy leaves the
/// original unchanged.
public struct MLPRegressor: MLPEstimator {
    /// The settings, which correspond to scikit-learn's constructor parameters.
    public var settings: MLPSettings
    /// The result of training, which corresponds to scikit-learn's fitted attributes.
    public private(set) var fitted = MLPFitted()

    /// The loss to minimize; scikit-learn's parameter `loss`.
    public var lossFunction = LossFunction.squaredError

    /// A loss of a regressor.
    public enum LossFunction: String, Sendable, CaseIterable {
        /// Half the squared error.
        case squaredError = "squared_error"
        /// Half the deviance of the Poisson distribution, for counts. Predictions are expected values, which are above
        /// 0.
        case poisson
    }

    /// Creates an untrained regressor. `MLPEstimator.init` takes the settings as separate arguments.
    public init(settings: MLPSettings) { self.settings = settings }

    /// The activation of the outputs: "exp" with the Poisson loss and "identity" otherwise; `nil` before training.
    public var outActivation: String? { fitted.network.map { $0.recipe.loss == .poisson ? "exp" : "identity" } }

    /// Trains on rows of features and the numbers to predict. With `warmStart`, training continues from the current
    /// weights.
    ///
    /// - Parameters:
    ///   - x: The features, [rows, features].
    ///   - y: The numbers to predict, [rows, outputs], or one number for each row.
    ///   - sampleWeight: The weight of each row; `nil` means that all rows count the same.
    ///   - stop: A function that is polled after each step and epoch. If it returns true, the fit ends with the weights so far,
    ///     and `isConverged` is false.
    ///   - progress: A function that is called after each epoch, or iteration of L-BFGS, on the calling thread.
    /// - Throws: `.invalidSetting` if a setting is out of range, if there are too few rows, if they differ in length, or
    ///   if the targets do not fit the rows; `.badData` with row and column if a number is NaN or infinite; `.diverged`
    ///   if the loss or a weight becomes infinite or NaN.
    public mutating func fit(
        _ x: some MatrixConvertible, _ y: some MatrixConvertible, sampleWeight: [Double]? = nil,
        stop: @escaping @Sendable () -> Bool = { false }, progress: @escaping @Sendable (FitProgress) -> Void = { _ in }
    ) throws(FastTrainError) {
        try train(
            x.matrix(), y.matrix(), sampleWeight, isPartial: false, watch: FitWatch(stop: stop, progress: progress))
    }

    /// Trains for one epoch on the given rows, continuing from the previous epochs.
    ///
    /// - Throws: The errors of `fit(_:_:sampleWeight:stop:progress:)`.
    public mutating func partialFit(
        _ x: some MatrixConvertible, _ y: some MatrixConvertible, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x.matrix(), y.matrix(), sampleWeight, isPartial: true) }

    /// Predicts one number for each row.
    ///
    /// - Throws: `.invalidSetting` if the number of features differs from training; `.invalidUse` before training and
    ///   if there are several numbers per row, which `predictOutputs(_:)` returns; `.badData` if a feature is not
    ///   finite.
    public func predict(_ x: some MatrixConvertible) throws(FastTrainError) -> [Float] {
        guard fitted.nOutputs <= 1 else {
            throw .invalidUse("predict: expected one output, found \(fitted.nOutputs); use predictOutputs")
        }
        return try answers(x.matrix()).values
    }

    /// Predicts all numbers of each row, [rows, outputs].
    ///
    /// - Throws: `.invalidUse` before training; `.invalidSetting` if the number of features differs from training;
    ///   `.badData` if a feature is not finite.
    public func predictOutputs(_ x: some MatrixConvertible) throws(FastTrainError) -> Matrix {
        let answers = try answers(x.matrix())
        return Matrix(answers.values, rows: answers.count, columns: answers.outputs)
    }

    /// Returns the weighted coefficient of determination R², averaged over the outputs. Throws the errors of
    /// `predictOutputs(_:)`.
    public func score(
        _ x: some MatrixConvertible, _ y: some MatrixConvertible, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double {
        let (x, y) = (try x.matrix(), try y.matrix())
        let predicted = try predictOutputs(x)
        try check(y, for: x)
        let weights = try checkedWeights(sampleWeight, for: x)
        let scores = (0..<y.columns).map { column in
            Evaluation.r2(
                (0..<y.rows).map { Double(y[$0, column]) }, (0..<y.rows).map { Double(predicted[$0, column]) }
            ) { weights?[$0] ?? 1 }
        }
        return scores.reduce(0, +) / Double(scores.count)
    }

    /// The trained network; `nil` before training. Its target is named "y", or its targets "y0", "y1" and so on.
    public var model: Model? {
        fitted.network.map {
            Model(
                NetworkDescription(
                    recipe: $0.recipe, featureShape: [fitted.nFeaturesIn], scale: nil,
                    task: .regression(targets: Self.targets(fitted.nOutputs)), preprocessing: nil),
                $0.parameters)
        }
    }

    /// Creates a trained regressor from a model, such as one written by `save(to:)` or by a run of the program on F32
    /// features.
    ///
    /// It can predict and, with `warmStart` or `partialFit`, continue training.
    ///
    /// - Throws: `.invalidSetting` if the model is not a regressor that this type can represent.
    public init(model: Model) throws(FastTrainError) {
        self.init(settings: MLPSettings(model))
        guard case .regression = model.task, model.recipe.loss == .squaredError || model.recipe.loss == .poisson else {
            throw .invalidSetting(
                name: "model", expected: "a regression with squared-error or poisson",
                found: model.recipe.loss?.rawValue ?? "no loss")
        }
        lossFunction = model.recipe.loss == .poisson ? .poisson : .squaredError
        fitted = try MLPFitted(model)
    }

    private static func targets(_ count: Int) -> [String] { count == 1 ? ["y"] : (0..<count).map { "y\($0)" } }

    private mutating func train(
        _ x: Matrix, _ y: Matrix, _ sampleWeight: [Double]?, isPartial: Bool, watch: FitWatch = FitWatch()
    ) throws(FastTrainError) {
        try settings.validate()
        let goesOn = fitted.network != nil && (isPartial || settings.warmStart)
        try x.checkFeatures(columns: goesOn ? fitted.nFeaturesIn : nil)
        try check(y, for: x)
        guard !goesOn || y.columns == fitted.nOutputs else {
            throw .invalidSetting(
                name: "y", expected: "\(fitted.nOutputs) numbers per row, as in the first fit", found: "\(y.columns)")
        }
        if lossFunction == .poisson, let place = y.values.firstIndex(where: { $0 < 0 }) {
            throw .badData(
                file: "y", place: .row(place / y.columns), expected: "numbers of at least 0 for the Poisson loss",
                found: "\(y.values[place])")
        }
        let data = try Dataset(
            name: "x", features: x.values, featureShape: [x.columns], targets: y.values,
            targetNames: Self.targets(y.columns), weights: checkedWeights(sampleWeight, for: x)?.asFloats)
        try fitted.train(
            settings, on: data, loss: lossFunction == .poisson ? .poisson : .squaredError(outputs: y.columns),
            isPartial: isPartial, initial: initial, watch: watch)
    }

    /// The initial weights in place of random ones; set by tests only.
    var initial: Parameters?

    private func check(_ y: Matrix, for x: Matrix) throws(FastTrainError) {
        try expect(y.rows, "rows of numbers", for: x)
        guard y.columns > 0 else {
            throw .invalidSetting(name: "y", expected: "at least one number per row", found: "none")
        }
        try y.checkFinite("y")
    }
}
