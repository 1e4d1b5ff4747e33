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
