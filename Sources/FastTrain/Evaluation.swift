/// How a model does on some rows.
public struct Evaluation: Sendable, Equatable {
    /// Rows.
    public let samples: Int
    /// Mean of a row's loss; weights of rows and classes count in training only.
    public let loss: Double
    /// How good the answers are.
    public let score: Score

    /// What a score is depends on the task.
    public enum Score: Sendable, Equatable {
        /// Which classes were taken for which.
        case classification(ConfusionMatrix)
        /// Coefficient of determination, averaged over the outputs (scikit-learn's `r2_score`).
        case regression(r2: Double)
        /// Several labels that each hold or not: the share of rows that had all of them right, and how each was told.
        case multilabel(accuracy: Double, labels: [ConfusionMatrix.ClassScore])
    }

    /// See the properties.
    public init(samples: Int, loss: Double, score: Score) {
        self.samples = samples
        self.loss = loss
        self.score = score
    }

    /// Share of rows classified rightly; nil for regression.
    public var accuracy: Double? {
        switch score {
        case .classification(let matrix): matrix.accuracy
        case .multilabel(let accuracy, _): accuracy
        case .regression: nil
        }
    }

    /// Coefficient of determination; nil for classes and labels.
    public var r2: Double? {
        if case .regression(let r2) = score { r2 } else { nil }
    }

    /// nil for regression and for several labels.
    public var confusionMatrix: ConfusionMatrix? {
        if case .classification(let matrix) = score { matrix } else { nil }
    }
}

extension Evaluation {
    /// The mean of a figure of each of some rows, by their weights; NaN if none counts.
    static func mean(_ rows: Int, _ weight: (Int) -> Double, _ figure: (Int) -> Double) -> Double {
        let sums = (0..<rows).reduce((figure: 0.0, weight: 0.0)) {
            ($0.figure + weight($1) * figure($1), $0.weight + weight($1))
        }
        return sums.figure / sums.weight
    }

    /// The coefficient of determination, 1 − Σ w (y − f)² / Σ w (y − ȳ)²; of truths y that are all equal 1 if they are met
    /// exactly, else 0.
    static func r2(_ truth: [Double], _ predicted: [Double], _ weight: (Int) -> Double) -> Double {
        let mean = mean(truth.count, weight) { truth[$0] }
        var residual = 0.0
        var spread = 0.0
        for row in truth.indices {
            let error = truth[row] - predicted[row]
            residual += weight(row) * error * error
            spread += weight(row) * (truth[row] - mean) * (truth[row] - mean)
        }
        return spread > 0 ? 1 - residual / spread : (residual == 0 ? 1 : 0)
    }
}

/// Counts of rows by true class (row) and predicted class (column).
public struct ConfusionMatrix: Sendable, Equatable {
    /// Names of the classes, in the order of labels.
    public let classes: [String]
    /// Rows by `label * classes + prediction`; what is not there is 0. So there may be many classes.
    private var counts: [Int: Int] = [:]

    /// No rows yet.
    public init(classes: [String]) {
        self.classes = classes
    }

    /// Counts one row.
    public mutating func add(label: Int, prediction: Int) {
        counts[label * classes.count + prediction, default: 0] += 1
    }

    /// Rows of class `label` that were taken for class `prediction`.
    public subscript(label: Int, prediction: Int) -> Int { counts[label * classes.count + prediction] ?? 0 }

    /// All rows.
    public var total: Int { counts.values.reduce(0, +) }

    /// What is not 0, in no order.
    var entries: [(label: Int, prediction: Int, count: Int)] {
        counts.map { (label: $0.key / classes.count, prediction: $0.key % classes.count, count: $0.value) }
    }

    /// The largest count.
    public var largest: Int { counts.values.max() ?? 0 }

    /// Share of rows on the diagonal; 0 of no rows.
    public var accuracy: Double {
        let right = classes.indices.reduce(0) { $0 + self[$1, $1] }
        return total == 0 ? 0 : Double(right) / Double(total)
    }

    /// One class against the rest, or one label.
    public struct ClassScore: Sendable, Equatable {
        /// Of the class.
        public let name: String
        /// Of the rows predicted as this class, the share that are it; 0 if none was predicted.
        public let precision: Double
        /// Of the rows of this class, the share that were predicted as it; 0 if there are none.
        public let recall: Double
        /// Harmonic mean of precision and recall.
        public let f1: Double
        /// Rows of this class.
        public let support: Int

        /// Of `support` rows, of as many as were predicted, and of those that are both.
        init(name: String, hits: Int, predicted: Int, support: Int) {
            self.name = name
            self.support = support
            precision = predicted == 0 ? 0 : Double(hits) / Double(predicted)
            recall = support == 0 ? 0 : Double(hits) / Double(support)
            f1 = support + predicted == 0 ? 0 : 2 * Double(hits) / Double(support + predicted)
        }
    }

    /// One score a class, in the order of `classes`.
    public var classScores: [ClassScore] {
        var support = [Int](repeating: 0, count: classes.count)
        var predicted = support
        for (place, count) in counts {
            support[place / classes.count] += count
            predicted[place % classes.count] += count
        }
        return classes.indices.map { k in
            ClassScore(name: classes[k], hits: self[k, k], predicted: predicted[k], support: support[k])
        }
    }
}
