extension MLPClassifier {
    /// The true classes or labels of the rows.
    enum Answers {
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

    mutating func train(
        _ x: Matrix, _ y: Answers, _ sampleWeight: [Double]?, classes given: [Label]?, isPartial: Bool,
        watch: FitWatch = FitWatch()
    ) throws(FastTrainError) {
        try settings.validate()
        let goesOn = fitted.network != nil && (isPartial || settings.warmStart)
        try x.checkFeatures(columns: goesOn ? fitted.nFeaturesIn : nil)
        let isMultilabel = if case .labels = y { true } else { false }
        guard !goesOn || isMultilabel == self.isMultilabel else {
            throw .invalidSetting(
                name: "y",
                expected: "\(self.isMultilabel ? "sets of labels" : "one class per row"), as in the first fit",
                found: "")
        }
        try expect(y.count, isMultilabel ? "sets of labels" : "labels", for: x)
        let classes = try trainedClasses(y, given, goesOn: goesOn, isPartial: isPartial)
        let weights = try checkedWeights(sampleWeight, for: x)?.asFloats
        let data = try Self.dataset(x, y, classes, weights)
        var next = self
        next.isMultilabel = isMultilabel
        next.classes = classes
        try next.fitted.train(
            settings, on: data, loss: next.estimatorLoss(of: classes.count), isPartial: isPartial, initial: initial,
            watch: watch)
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

    private func trainedClasses(
        _ y: Answers, _ given: [Label]?, goesOn: Bool, isPartial: Bool
    ) throws(FastTrainError) -> [Label] {
        if goesOn {
            if let given, Set(given) != Set(classes) {
                throw .invalidSetting(
                    name: "classes", expected: "the same as in the first call, or none", found: "")
            }
            return classes
        }
        guard !isPartial || given != nil else {
            throw .invalidSetting(
                name: "classes", expected: "all classes in the first call of partialFit", found: "none")
        }
        let classes = (given.map { Set($0) } ?? y.all).sorted()
        let (fewest, what) = if case .labels = y { (1, "one label") } else { (2, "two classes") }
        guard classes.count >= fewest else {
            throw .invalidSetting(name: "y", expected: "at least \(what)", found: "\(classes.count)")
        }
        return classes
    }
}
