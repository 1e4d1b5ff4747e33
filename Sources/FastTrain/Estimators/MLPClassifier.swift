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

    /// Whether rows have any number of labels, rather than one class each: by the last `fit` from new weights.
    public private(set) var isMultilabel = false

    /// The function of the outputs: "softmax", or "logistic" for two classes (of which there is one output) and for labels;
    /// nil before training.
    public var outActivation: String? { fitted.network == nil ? nil : loss(of: classes.count).outActivation }

    private func loss(of classCount: Int) -> MLPLoss { isMultilabel || classCount == 2 ? .logistic : .softmax }

    /// Trains on rows of features and the class of each.
    ///
    /// `sampleWeight`: how much each row counts. With `warmStart` it goes on from the weights there are. Throws
    /// `.usage` for a setting out of its range, rows that are
    /// not alike or too few, labels that do not fit the rows or, with `warmStart`, the classes before; `.badData` with row
    /// and column for a feature that is NaN or infinite; `.diverged`.
    public mutating func fit(_ x: Matrix, _ y: [Label], sampleWeight: [Double]? = nil) throws(FastTrainError) {
        try train(x, .classes(y), sampleWeight, classes: nil, isPartial: false)
    }

    /// The same with rows as arrays.
    public mutating func fit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(Matrix(x), y, sampleWeight: sampleWeight) }

    /// Trains on rows that have any number of labels each, or none. Throws as the other.
    public mutating func fit(
        _ x: Matrix, labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, .labels(y), sampleWeight, classes: nil, isPartial: false) }

    /// The same with rows as arrays.
    public mutating func fit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try fit(Matrix(x), labels: y, sampleWeight: sampleWeight) }

    /// One epoch over these rows, going on from the epochs before. `classes`: all that there will ever be; needed at the
    /// first call. Throws as `fit`, and `.usage` for a class that is none of them.
    public mutating func partialFit(
        _ x: Matrix, _ y: [Label], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, .classes(y), sampleWeight, classes: classes, isPartial: true) }

    /// The same with rows as arrays.
    public mutating func partialFit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), y, classes: classes, sampleWeight: sampleWeight) }

    /// The same with any number of labels a row.
    public mutating func partialFit(
        _ x: Matrix, labels y: [Set<Label>], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try train(x, .labels(y), sampleWeight, classes: classes, isPartial: true) }

    /// The same with rows as arrays.
    public mutating func partialFit<Number: BinaryFloatingPoint>(
        _ x: [[Number]], labels y: [Set<Label>], classes: [Label]? = nil, sampleWeight: [Double]? = nil
    ) throws(FastTrainError) { try partialFit(Matrix(x), labels: y, classes: classes, sampleWeight: sampleWeight) }

    /// The most probable class of each row. Throws as `predictProbabilities`, and for labels, which `predictLabels` is for.
    public func predict(_ x: Matrix) throws(FastTrainError) -> [Label] {
        guard !isMultilabel else { throw .usage("predict: expected one class a row: predictLabels has all labels") }
        let answers = try answers(x)
        return (0..<answers.count).map { classes[answers.bestClass($0)] }
    }

    /// The same with rows as arrays.
    public func predict<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> [Label] {
        try predict(Matrix(x))
    }

    /// The labels of each row that are more probable than not. Throws as `predictProbabilities`, and for classes.
    public func predictLabels(_ x: Matrix) throws(FastTrainError) -> [Set<Label>] {
        let probabilities = try predictProbabilities(x)
        guard isMultilabel else { throw .usage("predictLabels: expected a fit to labels: predict has the classes") }
        return (0..<probabilities.rows).map { row in
            Set(classes.indices.filter { probabilities[row, $0] > 0.5 }.map { classes[$0] })
        }
    }

    /// The same with rows as arrays.
    public func predictLabels<Number: BinaryFloatingPoint>(_ x: [[Number]]) throws(FastTrainError) -> [Set<Label>] {
        try predictLabels(Matrix(x))
    }

    /// The probability of each class or label, [rows, classes]. Throws `.usage` before training and for rows of another number of
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
        return try share(zip(predicted, y).map(==), x, sampleWeight)
    }

    /// The same with rows as arrays.
    public func score<Number: BinaryFloatingPoint>(
        _ x: [[Number]], _ y: [Label], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), y, sampleWeight: sampleWeight) }

    /// The share of rows of which all labels are right. Throws as `predictLabels`.
    public func score(
        _ x: Matrix, labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double {
        let predicted = try predictLabels(x)
        try expect(y.count, "sets of labels", for: x)
        return try share(zip(predicted, y).map(==), x, sampleWeight)
    }

    /// The same with rows as arrays.
    public func score<Number: BinaryFloatingPoint>(
        _ x: [[Number]], labels y: [Set<Label>], sampleWeight: [Double]? = nil
    ) throws(FastTrainError) -> Double { try score(Matrix(x), labels: y, sampleWeight: sampleWeight) }

    private func share(_ isRight: [Bool], _ x: Matrix, _ given: [Double]?) throws(FastTrainError) -> Double {
        let weights = try checkedWeights(given, for: x)
        return Evaluation.mean(isRight.count, { weights?[$0] ?? 1 }, { isRight[$0] ? 1 : 0 })
    }

    /// The trained network, with the classes by name; nil before training.
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

    /// What rows are.
    private enum Answers {
        case classes([Label])
        case labels([Set<Label>])

        var count: Int {
            switch self {
            case .classes(let labels): labels.count
            case .labels(let sets): sets.count
            }
        }

        /// All that there are.
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

    /// Weights to begin with: for tests.
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
    /// A trained classifier from a model file, such as `save` writes, or a run of the program on F32 features. It predicts,
    /// and with `warmStart` or `partialFit` goes on. Throws `.usage` for a model of other kinds.
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
