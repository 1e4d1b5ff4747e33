/// A multilayer perceptron that predicts numbers: scikit-learn's `MLPRegressor`, trained by fasttrain's engine.
///
/// Features and targets are taken as they are: scale them first. A value: a copy is trained apart from the original.
public struct MLPRegressor: MLPEstimator {
    /// What it is told.
    public var settings: MLPSettings
    /// What training has come to.
    public private(set) var fitted = MLPFitted()

    /// What is minimised: scikit-learn's `loss`, a name that its value has here.
    public var lossFunction = LossFunction.squaredError

    /// What a regressor minimises.
    public enum LossFunction: String, Sendable, CaseIterable {
        /// Half the squared error.
        case squaredError = "squared_error"
        /// Half the deviance of Poisson's distribution, for counts; `predict` gives what is expected, which is above 0.
        case poisson
    }

    /// See `MLPEstimator.init`, which has the settings one by one.
    public init(settings: MLPSettings) { self.settings = settings }

    /// The function of the outputs: "identity", for Poisson's loss "exp"; nil before training.
    public var outActivation: String? { fitted.network.map { $0.recipe.loss == .poisson ? "exp" : "identity" } }

    /// Trains on rows of features and the numbers to predict from each, [rows, outputs].
    ///
    /// `sampleWeight`: how much each row counts. With `warmStart` it goes on from the weights there are. Throws
    /// `.usage` for a setting out of its range, rows that are
    /// not alike or too few, or targets that do not fit the rows; `.badData` with row and column for a number that is NaN
    /// or infinite; `.diverged`.
    public mutating func fit(
        _ x: Matrix, _ y: Matrix, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, y, sampleWeight, isPartial: false) }

    /// The same with one number a row.
    public mutating func fit<Number: BinaryFloatingPoint>(
        _ x: Matrix, _ y: [Number], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(x, Matrix(y, columns: 1), sampleWeight: sampleWeight) }

    /// The same with rows as arrays.
    public mutating func fit<X: BinaryFloatingPoint, Y: BinaryFloatingPoint>(
        _ x: [[X]], _ y: [Y], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(Matrix(x), Matrix(y, columns: 1), sampleWeight: sampleWeight) }

    /// The same with rows as arrays, and several numbers a row.
    public mutating func fit<X: BinaryFloatingPoint, Y: BinaryFloatingPoint>(
        _ x: [[X]], _ y: [[Y]], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(Matrix(x), Matrix(y), sampleWeight: sampleWeight) }

    /// One epoch over these rows, going on from the epochs before. Throws as `fit`.
    public mutating func partialFit(
        _ x: Matrix, _ y: Matrix, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, y, sampleWeight, isPartial: true) }

    /// The same with one number a row.
    public mutating func partialFit<Number: BinaryFloatingPoint>(
        _ x: Matrix, _ y: [Number], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(x, Matrix(y, columns: 1), sampleWeight: sampleWeight) }

    /// The same with rows as arrays.
    public mutating func partialFit<X: BinaryFloatingPoint, Y: BinaryFloatingPoint>(
        _ x: [[X]], _ y: [Y], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), Matrix(y, columns: 1), sampleWeight: sampleWeight) }

    /// The same with rows as arrays, and several numbers a row.
    public mutating func partialFit<X: BinaryFloatingPoint, Y: BinaryFloatingPoint>(
        _ x: [[X]], _ y: [[Y]], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), Matrix(y), sampleWeight: sampleWeight) }

    /// The number of each row. Throws `.usage` before training, for rows of another number of features, and when there are
    /// several numbers a row: `predictOutputs` is for those; `.badData` for a feature that is not finite.
    public func predict(_ x: Matrix) throws(FastTrainError) -> [Float] {
        guard fitted.nOutputs <= 1 else {
            throw .usage("predict: expected one output, found \(fitted.nOutputs): predictOutputs has them all")
        }
        return try answers(x).values
    }

    /// The same with rows as arrays.
    public func predict<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> [Float] {
        try predict(Matrix(x))
    }

    /// The numbers of each row, [rows, outputs]. Throws as `predict`.
    public func predictOutputs(_ x: Matrix) throws(FastTrainError) -> Matrix {
        let answers = try answers(x)
        return Matrix(answers.values, rows: answers.count, columns: answers.outputs)
    }

    /// The same with rows as arrays.
    public func predictOutputs<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> Matrix {
        try predictOutputs(Matrix(x))
    }

    /// The coefficient of determination R², averaged over the outputs, each row counted as often as its weight says. Throws
    /// as `predict`.
    public func score(_ x: Matrix, _ y: Matrix, sampleWeight: [Double]? = nil) throws(FastTrainError) -> Double {
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

    /// The same with one number a row.
    public func score<Number: BinaryFloatingPoint>(
        _ x: Matrix, _ y: [Number], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(x, Matrix(y, columns: 1), sampleWeight: sampleWeight) }

    /// The same with rows as arrays.
    public func score<X: BinaryFloatingPoint, Y: BinaryFloatingPoint>(
        _ x: [[X]], _ y: [Y], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), Matrix(y, columns: 1), sampleWeight: sampleWeight) }

    /// The same with rows as arrays, and several numbers a row.
    public func score<X: BinaryFloatingPoint, Y: BinaryFloatingPoint>(
        _ x: [[X]], _ y: [[Y]], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), Matrix(y), sampleWeight: sampleWeight) }

    /// The trained network; its targets are called "y", or "y0", "y1", …; nil before training.
    public var model: Model? {
        fitted.network.map {
            Model(
                recipe: $0.recipe, featureShape: [fitted.nFeaturesIn], scale: nil,
                task: .regression(targets: Self.targets(fitted.nOutputs)), parameters: $0.parameters)
        }
    }

    /// A trained regressor from a model file, such as `save` writes, or a run of the program on F32 features. It predicts,
    /// and with `warmStart` or `partialFit` goes on. Throws `.usage` for a model of other kinds.
    public init(model: Model) throws(FastTrainError) {
        self.init(settings: MLPSettings(model))
        guard case .regression = model.task, model.recipe.loss == .squaredError || model.recipe.loss == .poisson else {
            throw .usage(
                "a model: expected one of numbers by squared-error or poisson, found one by "
                    + "\(model.recipe.loss?.rawValue ?? "no loss")")
        }
        lossFunction = model.recipe.loss == .poisson ? .poisson : .squaredError
        fitted = try MLPFitted(model)
    }

    private static func targets(_ count: Int) -> [String] { count == 1 ? ["y"] : (0..<count).map { "y\($0)" } }

    private mutating func train(
        _ x: Matrix, _ y: Matrix, _ sampleWeight: [Double]?, isPartial: Bool
    ) throws(FastTrainError) {
        try settings.validate()
        let goesOn = fitted.network != nil && (isPartial || settings.warmStart)
        try x.checkFeatures(columns: goesOn ? fitted.nFeaturesIn : nil)
        try check(y, for: x)
        guard !goesOn || y.columns == fitted.nOutputs else {
            throw .usage("y: expected \(fitted.nOutputs) numbers a row, as at the first fit, found \(y.columns)")
        }
        if lossFunction == .poisson, let place = y.values.firstIndex(where: { $0 < 0 }) {
            throw .badData(
                file: "y", place: .row(place / y.columns), expected: "numbers of at least 0 for Poisson's loss",
                found: "\(y.values[place])")
        }
        let data = try Dataset(
            name: "x", features: x.values, featureShape: [x.columns], targets: y.values,
            targetNames: Self.targets(y.columns), weights: checkedWeights(sampleWeight, for: x)?.asFloats)
        try fitted.train(
            settings, on: data, loss: lossFunction == .poisson ? .poisson : .squaredError(outputs: y.columns),
            isPartial: isPartial, initial: initial)
    }

    /// Weights to begin with: for tests.
    var initial: Parameters?

    private func check(_ y: Matrix, for x: Matrix) throws(FastTrainError) {
        try expect(y.rows, "rows of numbers", for: x)
        guard y.columns > 0 else { throw .usage("y: expected at least one number a row, found none") }
        try y.checkFinite("y")
    }
}
