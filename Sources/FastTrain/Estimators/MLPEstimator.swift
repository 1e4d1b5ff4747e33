/// The common interface of `MLPClassifier` and `MLPRegressor`.
///
/// Every setting of `MLPSettings` and every fitted attribute of `MLPFitted` is also available on the estimator itself,
/// such as `net.alpha = 1e-5` or `net.lossCurve`.
@dynamicMemberLookup
public protocol MLPEstimator: Sendable {
    /// The settings, which correspond to scikit-learn's constructor parameters.
    var settings: MLPSettings { get set }
    /// The result of training, which corresponds to scikit-learn's fitted attributes.
    var fitted: MLPFitted { get }
    /// The trained network, which can be saved and evaluated; `nil` before training.
    var model: Model? { get }

    /// Creates an untrained estimator.
    init(settings: MLPSettings)
}

extension MLPEstimator {
    /// Accesses a setting.
    public subscript<Value>(dynamicMember path: WritableKeyPath<MLPSettings, Value>) -> Value {
        get { settings[keyPath: path] }
        set { settings[keyPath: path] = newValue }
    }

    /// Accesses a fitted attribute.
    public subscript<Value>(dynamicMember path: KeyPath<MLPFitted, Value>) -> Value { fitted[keyPath: path] }

    /// Creates an untrained estimator with scikit-learn's parameters and defaults; `MLPSettings` describes them.
    public init(
        hiddenLayerSizes: [Int] = [100], activation: Activation = .relu, solver: MLPSettings.Solver = .adam,
        alpha: Double = 0.0001, batchSize: MLPSettings.BatchSize = .auto,
        learningRate: MLPSettings.LearningRateSchedule = .constant, learningRateInit: Double = 0.001,
        powerT: Double = 0.5, maxIter: Int = 200, shuffle: Bool = true, randomState: UInt64? = nil,
        tol: Double = 1e-4, warmStart: Bool = false, momentum: Double = 0.9,
        nesterovsMomentum: Bool = true, earlyStopping: Bool = false, validationFraction: Double = 0.1,
        beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, nIterNoChange: Int? = 10,
        maxFun: Int = 15_000, threads: Int? = nil
    ) {
        var settings = MLPSettings()
        settings.hiddenLayerSizes = hiddenLayerSizes
        settings.activation = activation
        settings.solver = solver
        settings.alpha = alpha
        settings.batchSize = batchSize
        settings.learningRate = learningRate
        settings.learningRateInit = learningRateInit
        settings.powerT = powerT
        settings.maxIter = maxIter
        settings.shuffle = shuffle
        settings.randomState = randomState
        settings.tol = tol
        settings.warmStart = warmStart
        settings.momentum = momentum
        settings.nesterovsMomentum = nesterovsMomentum
        settings.earlyStopping = earlyStopping
        settings.validationFraction = validationFraction
        settings.beta1 = beta1
        settings.beta2 = beta2
        settings.epsilon = epsilon
        settings.nIterNoChange = nIterNoChange
        settings.maxFun = maxFun
        settings.threads = threads
        self.init(settings: settings)
    }

    /// Writes the model file, which `fasttrain predict`, Python and `init(model:)` can read.
    ///
    /// - Throws: `.invalidUse` before training, and any error of `Model.save(to:)`.
    public func save(to path: String) throws(FastTrainError) { try trainedModel().save(to: path) }

    func trainedModel() throws(FastTrainError) -> Model {
        guard let model else { throw .invalidUse("not trained yet: call fit first") }
        return model
    }

    /// Returns the network's predictions for the given rows.
    func answers(_ x: Matrix) throws(FastTrainError) -> Predictions {
        let model = try trainedModel()
        try x.checkFeatures(columns: fitted.nFeaturesIn)
        return try model.predict(features: x.values, threads: settings.threads)
    }

    /// Throws `.invalidSetting` unless there are as many targets as rows in `x`.
    ///
    /// - Parameters:
    ///   - count: The number of targets.
    ///   - what: The name of the targets, for the message.
    ///   - x: The features.
    func expect(_ count: Int, _ what: String, for x: Matrix) throws(FastTrainError) {
        guard count == x.rows else {
            throw .invalidSetting(name: "y", expected: "\(x.rows) \(what), one for each row of x", found: "\(count)")
        }
    }

    /// Returns the weights after checking that there is one per row, all are finite and at least 0, and not all are 0.
    func checkedWeights(_ weights: [Double]?, for x: Matrix) throws(FastTrainError) -> [Double]? {
        guard let weights else { return nil }
        guard weights.count == x.rows else {
            throw .invalidSetting(
                name: "sampleWeight", expected: "\(x.rows) weights, one for each row of x", found: "\(weights.count)")
        }
        if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            throw .badData(
                file: "sampleWeight", place: .row(row), expected: "a finite number of at least 0",
                found: "\(weights[row])")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw .invalidSetting(name: "sampleWeight", expected: "a weight above 0", found: "0 for all rows")
        }
        return weights
    }
}
