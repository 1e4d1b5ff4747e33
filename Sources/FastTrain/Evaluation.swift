/// How a model does on some rows.
public struct Evaluation: Sendable, Equatable {
    public let samples: Int
    /// Mean of a row's loss.
    public let loss: Double
    public let score: Score

    public enum Score: Sendable, Equatable {
        case classification(ConfusionMatrix)
        /// Coefficient of determination, averaged over the outputs (scikit-learn's `r2_score`).
        case regression(r2: Double)
    }

    public init(samples: Int, loss: Double, score: Score) {
        self.samples = samples
        self.loss = loss
        self.score = score
    }

    /// Share of rows classified rightly; nil for regression.
    public var accuracy: Double? {
        if case .classification(let matrix) = score { matrix.accuracy } else { nil }
    }

    /// Coefficient of determination; nil for classification.
    public var r2: Double? {
        if case .regression(let r2) = score { r2 } else { nil }
    }

    /// nil for regression.
    public var confusionMatrix: ConfusionMatrix? {
        if case .classification(let matrix) = score { matrix } else { nil }
    }
}

/// Counts of rows by true class (row) and predicted class (column).
public struct ConfusionMatrix: Sendable, Equatable {
    public let classes: [String]
    /// [true class, predicted class], row-major.
    public private(set) var counts: [Int]

    public init(classes: [String]) {
        self.classes = classes
        counts = [Int](repeating: 0, count: classes.count * classes.count)
    }

    /// Counts one row.
    public mutating func add(label: Int, prediction: Int) {
        counts[label * classes.count + prediction] += 1
    }

    public subscript(label: Int, prediction: Int) -> Int { counts[label * classes.count + prediction] }

    public var total: Int { counts.reduce(0, +) }

    /// Share of rows on the diagonal; 0 of no rows.
    public var accuracy: Double {
        let right = classes.indices.reduce(0) { $0 + self[$1, $1] }
        return total == 0 ? 0 : Double(right) / Double(total)
    }

    /// One class against the rest.
    public struct ClassScore: Sendable, Equatable {
        public let name: String
        /// Of the rows predicted as this class, the share that are it; 0 if none was predicted.
        public let precision: Double
        /// Of the rows of this class, the share that were predicted as it; 0 if there are none.
        public let recall: Double
        /// Harmonic mean of precision and recall.
        public let f1: Double
        /// Rows of this class.
        public let support: Int
    }

    /// One score a class, in the order of `classes`.
    public var classScores: [ClassScore] {
        classes.indices.map { k in
            let hits = Double(self[k, k])
            let support = classes.indices.reduce(0) { $0 + self[k, $1] }
            let predicted = classes.indices.reduce(0) { $0 + self[$1, k] }
            return ClassScore(
                name: classes[k],
                precision: predicted == 0 ? 0 : hits / Double(predicted),
                recall: support == 0 ? 0 : hits / Double(support),
                f1: support + predicted == 0 ? 0 : 2 * hits / Double(support + predicted),
                support: support)
        }
    }
}
