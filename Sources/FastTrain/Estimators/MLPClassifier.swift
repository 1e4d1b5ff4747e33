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
    public private(set) var fitted = MLPFitted()
    /// The classes, sorted; the columns of `predictProbabilities` are in this order. Empty before training.
    public private(set) var classes: [Label] = []

    /// Creates an untrained classifier. `MLPEstimator.init` takes the settings as separate arguments.
    public init(settings: MLPSettings) { self.settings = settings }

    /// Whether each row has any number of labels instead of exactly one class. Each `fit` that starts from new weights
    /// sets this.
    public private(set) var isMultilabel = false

    /// The activation of the outputs; `nil` before training.
    ///
    /// It is "softmax" for three or more classes, and "logistic" for several labels and for two classes, which share
    /// one output.
    public var outActivation: String? { fitted.network == nil ? nil : loss(of: classes.count).outActivation }

    private func loss(of classCount: Int) -> MLPLoss { isMultilabel || classCount == 2 ? .logistic : .softmax }

    /// Trains on rows of features and the class of each row. With `warmStart`, training continues from the current
    /// weights.
    ///
    /// - Parameters:
    ///   - x: The features, [rows, features].
    ///   - y: The class of each row.
    ///   - sampleWeight: The weight of each row; `nil` means that all rows count the same.
    /// - Throws: `.usage` if a setting is out of range, if there are too few rows, or if the classes do not fit the
    ///   rows or, with `warmStart`, the previous classes; `.badData` with row and column if a feature is NaN or
    ///   infinite; `.diverged` if the loss or a weight becomes infinite or NaN.
    public mutating func fit(_ x: Matrix, _ y: [Label], sampleWeight: [Double]? = nil) throws(FastTrainError) {
        try train(x, .classes(y), sampleWeight, classes: nil, isPartial: false)
    }

    /// Trains on rows given as arrays; see `fit(_:_:sampleWeight:)` for a `Matrix`. Throws `.usage` if the rows differ
    /// in length.
    public mutating func fit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(Matrix(x), y, sampleWeight: sampleWeight) }

    /// Trains on rows of features and the set of labels of each row, which may be empty.
    ///
    /// - Throws: The errors of `fit(_:_:sampleWeight:)`.
    public mutating func fit(
        _ x: Matrix, labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, .labels(y), sampleWeight, classes: nil, isPartial: false) }

    /// Trains on rows given as arrays and the set of labels of each row.
    public mutating func fit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(Matrix(x), labels: y, sampleWeight: sampleWeight) }

    /// Trains for one epoch on the given rows, continuing from the previous epochs.
    ///
    /// - Parameters:
    ///   - x: The features, [rows, features].
    ///   - y: The class of each row.
    ///   - classes: All classes that will ever occur. They are required in the first call and optional afterwards.
    ///   - sampleWeight: The weight of each row; `nil` means that all rows count the same.
    /// - Throws: The errors of `fit(_:_:sampleWeight:)`; `.badData` if `y` has a class that is not in `classes`.
    public mutating func partialFit(
        _ x: Matrix, _ y: [Label], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, .classes(y), sampleWeight, classes: classes, isPartial: true) }

    /// Trains for one epoch on rows given as arrays.
    public mutating func partialFit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), y, classes: classes, sampleWeight: sampleWeight) }

    /// Trains for one epoch on rows of features and the set of labels of each row.
    public mutating func partialFit(
        _ x: Matrix, labels y: [Set<Label>], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, .labels(y), sampleWeight, classes: classes, isPartial: true) }

    /// Trains for one epoch on rows given as arrays and the set of labels of each row.
    public mutating func partialFit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], labels y: [Set<Label>], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), labels: y, classes: classes, sampleWeight: sampleWeight) }

    /// Predicts the most probable class of each row.
    ///
    /// - Throws: The errors of `predictProbabilities(_:)`; `.usage` if the classifier was trained on sets of labels.
    public func predict(_ x: Matrix) throws(FastTrainError) -> [Label] {
        guard !isMultilabel else { throw .usage("predict: expected one class a row: predictLabels has all labels") }
        let answers = try answers(x)
        return (0..<answers.count).map { classes[answers.bestClass($0)] }
    }

    /// Predicts the most probable class of each row, with rows given as arrays.
    public func predict<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> [Label] {
        try predict(Matrix(x))
    }

    /// Predicts the labels of each row whose probability is above 0.5.
    ///
    /// - Throws: The errors of `predictProbabilities(_:)`; `.usage` if the classifier was trained on one class per row.
    public func predictLabels(_ x: Matrix) throws(FastTrainError) -> [Set<Label>] {
        let probabilities = try predictProbabilities(x)
        guard isMultilabel else { throw .usage("predictLabels: expected a fit to labels: predict has the classes") }
        return (0..<probabilities.rows).map { row in
            Set(classes.indices.filter { probabilities[row, $0] > 0.5 }.map { classes[$0] })
        }
    }

    /// Predicts the labels of each row whose probability is above 0.5, with rows given as arrays.
    public func predictLabels<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> [Set<Label>] {
        try predictLabels(Matrix(x))
    }

    /// Predicts the probability of each class or label, [rows, classes].
    ///
    /// - Throws: `.usage` before training and if the number of features differs from training; `.badData` if a feature
    ///   is not finite.
    public func predictProbabilities(_ x: Matrix) throws(FastTrainError) -> Matrix {
        let answers = try answers(x)
        return Matrix(answers.values, rows: answers.count, columns: answers.outputs)
    }

    /// Predicts the probability of each class or label, with rows given as arrays.
    public func predictProbabilities<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> Matrix {
        try predictProbabilities(Matrix(x))
    }

    /// Predicts the natural logarithm of the probability of each class or label, [rows, classes].
    public func predictLogProbabilities(_ x: Matrix) throws(FastTrainError) -> Matrix {
        let probabilities = try predictProbabilities(x)
        return Matrix(
            probabilities.values.map { Float(logarithm(Double($0))) }, rows: probabilities.rows,
            columns: probabilities.columns)
    }

    /// Predicts the natural logarithm of the probability of each class or label, with rows given as arrays.
    public func predictLogProbabilities<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> Matrix {
        try predictLogProbabilities(Matrix(x))
    }

    /// Returns the weighted fraction of rows that are classified correctly. Throws the errors of `predict(_:)`.
    public func score(_ x: Matrix, _ y: [Label], sampleWeight: [Double]? = nil) throws(FastTrainError) -> Double {
        let predicted = try predict(x)
        try expect(y.count, "labels", for: x)
        return try share(zip(predicted, y).map(==), x, sampleWeight)
    }

    /// Returns the weighted fraction of rows that are classified correctly, with rows given as arrays.
    public func score<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), y, sampleWeight: sampleWeight) }

    /// Returns the weighted fraction of rows with exactly the right set of labels. Throws the errors of
    /// `predictLabels(_:)`.
    public func score(
        _ x: Matrix, labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double {
        let predicted = try predictLabels(x)
        try expect(y.count, "sets of labels", for: x)
        return try share(zip(predicted, y).map(==), x, sampleWeight)
    }

    /// Returns the weighted fraction of rows with exactly the right set of labels, with rows given as arrays.
    public func score<Number: BinaryFloatingPoint>(
        _ x: [[Number]], labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), labels: y, sampleWeight: sampleWeight) }

    private func share(_ isRight: [Bool], _ x: Matrix, _ given: [Double]?) throws(FastTrainError) -> Double {
        let weights = try checkedWeights(given, for: x)
        return Evaluation.mean(isRight.count, { weights?[$0] ?? 1 }, { isRight[$0] ? 1 : 0 })
    }

    /// The trained network with the names of the classes; `nil` before training.
    public var model: Model? {
        fitted.network.map {
            Model(
                recipe: $0.recipe, featureShape: [fitted.nFeaturesIn], scale: nil, task: task, parameters: $0.parameters
            )
        }
    }

    private var task: Dataset.Task {
        let names = classes.map { "\($0)" }
        return isMultilabel ? .regression(targets: names) : .classification(classes: names)
    }

    /// The true classes or labels of the rows.
    private enum Answers {
        case classes([Label])
        case labels([Set<Label>])

        var count: Int {
            switch self {
            case .classes(let labels): labels.count
            case .labels(let sets): sets.count
            }
        }

        /// All classes or labels that occur.
        var all: Set<Label> {
            switch self {
            case .classes(let labels): Set(labels)
            case .labels(let sets): sets.reduce(into: []) { $0.formUnion($1) }
            }
        }
    }

    private mutating func train(
        _ x: Matrix, _ y: Answers, _ sampleWeight: [Double]?, classes given: [Label]?, isPartial: Bool
    ) throws(FastTrainError) {
        try settings.validate()
        let goesOn = fitted.network != nil && (isPartial || settings.warmStart)
        try x.checkFeatures(columns: goesOn ? fitted.nFeaturesIn : nil)
        let isMultilabel = if case .labels = y { true } else { false }
        guard !goesOn || isMultilabel == self.isMultilabel else {
            throw .usage("y: expected \(self.isMultilabel ? "sets of labels" : "one class a row"), as at the first fit")
        }
        try expect(y.count, isMultilabel ? "sets of labels" : "labels", for: x)
        let classes = try trainedClasses(y, given, goesOn: goesOn, isPartial: isPartial)
        let weights = try checkedWeights(sampleWeight, for: x)?.asFloats
        let data = try Self.dataset(x, y, classes, weights)
        var next = self
        next.isMultilabel = isMultilabel
        next.classes = classes
        try next.fitted.train(
            settings, on: data, loss: next.loss(of: classes.count), isPartial: isPartial, initial: initial)
        self = next
    }

    private static func dataset(
        _ x: Matrix, _ y: Answers, _ classes: [Label], _ weights: [Float]?
    ) throws(FastTrainError) -> Dataset {
        var numbers: [Label: Int] = [:]
        for (number, label) in classes.enumerated() { numbers[label] = number }
        func number(_ label: Label, _ row: Int) throws(FastTrainError) -> Int {
            if let number = numbers[label] { return number }
            let names = classes.prefix(10).map { "\($0)" }.joined(separator: ", ") + (classes.count > 10 ? ", …" : "")
            throw .badData(
                file: "y", place: .row(row), expected: "one of the classes \(names)", found: "\(label)")
        }
        let names = classes.map { "\($0)" }
        switch y {
        case .classes(let labels):
            var indices: [Int] = []
            for (row, label) in labels.enumerated() { indices.append(try number(label, row)) }
            return try Dataset(
                name: "x", features: x.values, featureShape: [x.columns], labels: indices, classes: names,
                weights: weights)
        case .labels(let sets):
            var targets = [Float](repeating: 0, count: sets.count * classes.count)
            for (row, set) in sets.enumerated() {
                for label in set.sorted() { targets[row * classes.count + (try number(label, row))] = 1 }
            }
            return try Dataset(
                name: "x", features: x.values, featureShape: [x.columns], targets: targets, targetNames: names,
                weights: weights)
        }
    }

    /// The initial weights in place of random ones; set by tests only.
    var initial: Parameters?

    private func trainedClasses(
        _ y: Answers, _ given: [Label]?, goesOn: Bool, isPartial: Bool
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
        let classes = (given.map { Set($0) } ?? y.all).sorted()
        let (fewest, what) = if case .labels = y { (1, "one label") } else { (2, "two classes") }
        guard classes.count >= fewest else {
            throw .usage("y: expected at least \(what), found \(classes.count)")
        }
        return classes
    }
}

extension MLPClassifier where Label: LosslessStringConvertible {
    /// Creates a trained classifier from a model, such as one written by `save(to:)` or by a run of the program on F32
    /// features.
    ///
    /// It can predict and, with `warmStart` or `partialFit`, continue training.
    ///
    /// - Throws: `.usage` if the model is not a classifier that this type can represent.
    public init(model: Model) throws(FastTrainError) {
        self.init(settings: MLPSettings(model))
        let names: [String]
        switch (model.task, model.recipe.loss) {
        case (.classification(let classes), .crossEntropy) where classes.count > 2: names = classes
        case (.classification(let classes), .binaryCrossEntropy) where classes.count == 2: names = classes
        case (.regression(let labels), .binaryCrossEntropy):
            names = labels
            isMultilabel = true
        case (.classification, let loss):
            throw .usage(
                "a model: expected one of classes by cross-entropy, or of two by binary-cross-entropy, found one by "
                    + "\(loss?.rawValue ?? "no loss")")
        case (.regression, _):
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
