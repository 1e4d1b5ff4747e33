/// What `MLPClassifier` and `MLPRegressor` have in common. Every setting of `MLPSettings` and every fitted attribute of
/// `MLPFitted` can be reached at the estimator itself: `net.alpha = 1e-5`, `net.lossCurve`.
@dynamicMemberLookup
public protocol MLPEstimator: Sendable {
    /// What it is told.
    var settings: MLPSettings { get set }
    /// What training has come to.
    var fitted: MLPFitted { get }
    /// The trained network, to be saved or evaluated; nil before training.
    var model: Model? { get }

    /// An estimator that is not trained yet.
    init(settings: MLPSettings)
}

extension MLPEstimator {
    /// A setting.
    public subscript<Value>(dynamicMember path: WritableKeyPath<MLPSettings, Value>) -> Value {
        get { settings[keyPath: path] }
        set { settings[keyPath: path] = newValue }
    }

    /// A fitted attribute.
    public subscript<Value>(dynamicMember path: KeyPath<MLPFitted, Value>) -> Value { fitted[keyPath: path] }

    /// scikit-learn's parameters and defaults: see `MLPSettings`.
    public init(
        hiddenLayerSizes: [Int] = [100], activation: Activation = .relu, solver: MLPSettings.Solver = .adam,
        alpha: Double = 0.0001, batchSize: MLPSettings.BatchSize = .auto,
        learningRate: MLPSettings.LearningRateSchedule = .constant, learningRateInit: Double = 0.001,
        powerT: Double = 0.5, maxIter: Int = 200, shuffle: Bool = true, randomState: UInt64? = nil,
        tol: Double = 1e-4, verbose: Bool = false, warmStart: Bool = false, momentum: Double = 0.9,
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
        settings.verbose = verbose
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

    /// Writes the model file, which `fasttrain predict`, Python and `init(model:)` read. Throws `.usage` before training,
    /// and as `Model.save`.
    public func save(to path: String) throws(FastTrainError) { try trainedModel().save(to: path) }

    func trainedModel() throws(FastTrainError) -> Model {
        guard let model else { throw .usage("not trained yet: fit comes first") }
        return model
    }

    /// The network's answers for some rows.
    func answers(_ x: Matrix) throws(FastTrainError) -> Predictions {
        let model = try trainedModel()
        try x.checkFeatures(columns: fitted.nFeaturesIn)
        return try model.predict(features: x.values, threads: settings.threads)
    }
}

extension Matrix {
    /// Throws unless these can be features: some rows, of so many columns if that is known, all finite.
    func checkFeatures(columns expected: Int?) throws(FastTrainError) {
        guard rows > 0, columns > 0 else { throw .usage("x: expected rows of features, found \(rows) of \(columns)") }
        if let expected, columns != expected {
            throw .usage("x: expected rows of \(expected) features, as at the first fit, found rows of \(columns)")
        }
        try checkFinite("x")
    }

    /// Throws `.badData` with the first row and column that are NaN or infinite.
    func checkFinite(_ name: String) throws(FastTrainError) {
        guard let place = firstNotFinite else { return }
        throw .badData(
            file: name, place: .row(place.row), expected: "finite numbers",
            found: "\(self[place.row, place.column]) in column \(place.column)")
    }
}

extension MLPEstimator {
    /// Throws `.usage` unless there is one `what` for each row.
    func expect(_ count: Int, _ what: String, for x: Matrix) throws(FastTrainError) {
        guard count == x.rows else {
            throw .usage("y: expected \(x.rows) \(what), one for each row of x, found \(count)")
        }
    }

    /// Throws `.usage` unless there is a weight for each row, finite, at least 0, not all 0.
    func checkedWeights(_ weights: [Double]?, for x: Matrix) throws(FastTrainError) -> [Double]? {
        guard let weights else { return nil }
        guard weights.count == x.rows else {
            throw .usage("sampleWeight: expected \(x.rows) weights, one for each row of x, found \(weights.count)")
        }
        if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            throw .badData(
                file: "sampleWeight", place: .row(row), expected: "a finite number of at least 0",
                found: "\(weights[row])")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw .usage("sampleWeight: expected a weight above 0, found 0 for all rows")
        }
        return weights
    }
}
