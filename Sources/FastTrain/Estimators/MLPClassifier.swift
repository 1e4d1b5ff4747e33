/// A multilayer perceptron that tells classes apart: scikit-learn's `MLPClassifier`, trained by fasttrain's engine.
///
///     var net = MLPClassifier<String>(hiddenLayerSizes: [50], randomState: 1)
///     try net.fit(rows, species)
///     print(try net.score(otherRows, otherSpecies), net.lossCurve.count)
///
/// A value: a copy is trained apart from the original. `Label` is what classes are called, such as Int or String.
public struct MLPClassifier<Label: Hashable & Comparable & Sendable>: MLPEstimator {
    /// What it is told.
    public var settings: MLPSettings
    /// What training has come to.
    public private(set) var fitted = MLPFitted()
    /// Sorted; the outputs of `predictProbabilities` are in this order. Empty before training.
    public private(set) var classes: [Label] = []

    /// See `MLPEstimator.init`, which has the settings one by one.
    public init(settings: MLPSettings) { self.settings = settings }

    /// The function of the outputs: "softmax"; nil before training.
    public var outActivation: String? { fitted.network == nil ? nil : "softmax" }

    /// Trains on rows of features and the class of each.
    ///
    /// With `warmStart` it goes on from the weights there are. Throws `.usage` for a setting out of its range, rows that are
    /// not alike or too few, labels that do not fit the rows or, with `warmStart`, the classes before; `.badData` with row
    /// and column for a feature that is NaN or infinite; `.diverged`.
    public mutating func fit(_ x: Matrix, _ y: [Label]) throws(FastTrainError) {
        try train(x, y, classes: nil, isPartial: false)
    }

    /// The same with rows as arrays.
    public mutating func fit<Number: BinaryFloatingPoint>(_ x: [[Number]], _ y: [Label]) throws(FastTrainError) {
        try fit(Matrix(x), y)
    }

    /// One epoch over these rows, going on from the epochs before. `classes`: all that there will ever be; needed at the
    /// first call. Throws as `fit`, and `.usage` for a class that is none of them.
    public mutating func partialFit(_ x: Matrix, _ y: [Label], classes: [Label]? = nil) throws(FastTrainError) {
        guard !settings.earlyStopping else {
            throw .usage("partialFit: expected earlyStopping to be off, as one epoch cannot end early")
        }
        try train(x, y, classes: classes, isPartial: true)
    }

    /// The same with rows as arrays.
    public mutating func partialFit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], classes: [Label]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), y, classes: classes) }

    /// The most probable class of each row. Throws as `predictProbabilities`.
    public func predict(_ x: Matrix) throws(FastTrainError) -> [Label] {
        let answers = try answers(x)
        return (0..<answers.count).map { classes[answers.bestClass($0)] }
    }

    /// The same with rows as arrays.
    public func predict<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> [Label] {
        try predict(Matrix(x))
    }

    /// The probability of each class, [rows, classes]. Throws `.usage` before training and for rows of another number of
    /// features, `.badData` for a feature that is not finite.
    public func predictProbabilities(_ x: Matrix) throws(FastTrainError) -> Matrix {
        let answers = try answers(x)
        return Matrix(answers.values, rows: answers.count, columns: answers.outputs)
    }

    /// The same with rows as arrays.
    public func predictProbabilities<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> Matrix {
        try predictProbabilities(Matrix(x))
    }

    /// Their natural logarithms.
    public func predictLogProbabilities(_ x: Matrix) throws(FastTrainError) -> Matrix {
        let probabilities = try predictProbabilities(x)
        return Matrix(
            probabilities.values.map { Float(logarithm(Double($0))) }, rows: probabilities.rows,
            columns: probabilities.columns)
    }

    /// The same with rows as arrays.
    public func predictLogProbabilities<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> Matrix {
        try predictLogProbabilities(Matrix(x))
    }

    /// The share of rows that are classified rightly, each as often as its weight says. Throws as `predict`.
    public func score(_ x: Matrix, _ y: [Label], sampleWeight: [Double]? = nil) throws(FastTrainError) -> Double {
        let predicted = try predict(x)
        try expect(y.count, "labels", for: x)
        let weights = try checkedWeights(sampleWeight, for: x)
        var (right, all) = (0.0, 0.0)
        for row in predicted.indices {
            all += weights?[row] ?? 1
            if predicted[row] == y[row] { right += weights?[row] ?? 1 }
        }
        return right / all
    }

    /// The same with rows as arrays.
    public func score<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), y, sampleWeight: sampleWeight) }

    /// The trained network, with the classes by name; nil before training.
    public var model: Model? {
        fitted.network.map {
            Model(
                recipe: $0.recipe, featureShape: [fitted.nFeaturesIn], scale: nil, task: task, parameters: $0.parameters
            )
        }
    }

    private var task: Dataset.Task { .classification(classes: classes.map { "\($0)" }) }

    private mutating func train(
        _ x: Matrix, _ y: [Label], classes given: [Label]?, isPartial: Bool
    ) throws(FastTrainError) {
        try settings.validate()
        let goesOn = fitted.network != nil && (isPartial || settings.warmStart)
        try x.checkFeatures(columns: goesOn ? fitted.nFeaturesIn : nil)
        try expect(y.count, "labels", for: x)
        let classes = try trainedClasses(y, given, goesOn: goesOn, isPartial: isPartial)
        var numbers: [Label: Int] = [:]
        for (number, label) in classes.enumerated() { numbers[label] = number }
        var labels: [Int] = []
        for (row, label) in y.enumerated() {
            guard let number = numbers[label] else {
                throw .badData(
                    file: "y", place: .row(row),
                    expected: "one of the classes \(classes.prefix(10).map { "\($0)" }.joined(separator: ", "))",
                    found: "\(label)")
            }
            labels.append(number)
        }
        let data = try Dataset(
            name: "x", features: x.values, featureShape: [x.columns], labels: labels, classes: classes.map { "\($0)" })
        var fitted = fitted
        try fitted.train(
            settings, on: data, loss: .crossEntropy, scale: .crossEntropy, isPartial: isPartial, initial: initial)
        self.fitted = fitted
        self.classes = classes
    }

    /// Weights to begin with: for tests.
    var initial: Parameters?

    private func trainedClasses(
        _ y: [Label], _ given: [Label]?, goesOn: Bool, isPartial: Bool
    ) throws(FastTrainError) -> [Label] {
        if goesOn {
            if let given, Set(given) != Set(classes) {
                throw .usage("classes: expected those of the first call, or none")
            }
            return classes
        }
        guard !isPartial || given != nil else {
            throw .usage("partialFit: expected all classes at the first call")
        }
        let classes = Set(given ?? y).sorted()
        guard classes.count >= 2 else {
            throw .usage("y: expected at least two classes, found \(classes.count)")
        }
        return classes
    }
}

extension MLPClassifier where Label: LosslessStringConvertible {
    /// A trained classifier from a model file, such as `save` writes, or a run of the program on F32 features. It predicts,
    /// and with `warmStart` or `partialFit` goes on. Throws `.usage` for a model of other kinds.
    public init(model: Model) throws(FastTrainError) {
        self.init(settings: MLPSettings(model))
        guard case .classification(let names) = model.task, model.recipe.loss == .crossEntropy else {
            throw .usage("a model: expected one of classes, found one of numbers")
        }
        for name in names {
            guard let label = Label(name) else {
                throw .usage("a model's class: expected \(Label.self), found \"\(name)\"")
            }
            classes.append(label)
        }
        guard classes == classes.sorted() else { throw .usage("a model's classes: expected them sorted") }
        fitted = try MLPFitted(model)
    }
}
