/// A confusion matrix: row counts by true class (first index) and predicted class (second index).
public struct ConfusionMatrix: Sendable, Hashable {
    /// The class names, in label order.
    public let classes: [String]
    /// Row counts keyed by `label * classes.count + prediction`. A missing key means 0, so memory depends on the pairs
    /// that occur and not on the number of classes.
    private var counts: [Int: Int] = [:]

    /// Creates a matrix that counts no rows yet.
    ///
    /// - Parameter classes: The class names, in label order.
    package init(classes: [String]) {
        self.classes = classes
    }

    /// Creates a matrix from its nonzero entries, in any order; `nil` if one is not possible.
    init?(classes: [String], entries: [(label: Int, prediction: Int, count: Int)]) {
        self.classes = classes
        for (label, prediction, count) in entries {
            guard classes.indices.contains(label), classes.indices.contains(prediction), count > 0,
                counts.updateValue(count, forKey: label * classes.count + prediction) == nil
            else { return nil }
        }
    }

    /// Counts one row of class `label` for which the model predicted class `prediction`.
    package mutating func add(label: Int, prediction: Int) { counts[place(label, prediction), default: 0] += 1 }

    /// The number of rows of class `label` for which the model predicted class `prediction`.
    ///
    /// - Precondition: Both are indices of `classes`.
    public subscript(label: Int, prediction: Int) -> Int { counts[place(label, prediction)] ?? 0 }

    private func place(_ label: Int, _ prediction: Int) -> Int {
        precondition(
            classes.indices.contains(label) && classes.indices.contains(prediction),
            "classes \(label) and \(prediction) of \(classes.count)")
        return label * classes.count + prediction
    }

    /// The number of rows counted.
    public var total: Int { counts.values.reduce(0, +) }

    /// The nonzero entries, in no particular order.
    var entries: [(label: Int, prediction: Int, count: Int)] {
        counts.map { (label: $0.key / classes.count, prediction: $0.key % classes.count, count: $0.value) }
    }

    /// The largest entry.
    package var largest: Int { counts.values.max() ?? 0 }

    /// The fraction of rows on the diagonal, or 0 if no rows have been counted.
    public var accuracy: Double {
        let right = classes.indices.reduce(0) { $0 + self[$1, $1] }
        return total == 0 ? 0 : Double(right) / Double(total)
    }

    /// The scores of one class against all others, or of one label.
    public struct ClassScore: Sendable, Hashable {
        /// The name of the class or label.
        public let name: String
        /// The fraction of the rows predicted as this class that belong to it, or 0 if none were predicted.
        public let precision: Double
        /// The fraction of the rows of this class that were predicted as it, or 0 if there are none.
        public let recall: Double
        /// The harmonic mean of precision and recall.
        public let f1: Double
        /// The number of rows of this class.
        public let support: Int

        /// Creates the scores from their values.
        init(name: String, precision: Double, recall: Double, f1: Double, support: Int) {
            self.name = name
            self.precision = precision
            self.recall = recall
            self.f1 = f1
            self.support = support
        }

        /// Computes the scores from counts.
        ///
        /// - Parameters:
        ///   - name: The name of the class or label.
        ///   - hits: The number of rows of this class that were predicted as it.
        ///   - predicted: The number of rows predicted as this class.
        ///   - support: The number of rows of this class.
        init(name: String, hits: Int, predicted: Int, support: Int) {
            self.name = name
            self.support = support
            precision = predicted == 0 ? 0 : Double(hits) / Double(predicted)
            recall = support == 0 ? 0 : Double(hits) / Double(support)
            f1 = support + predicted == 0 ? 0 : 2 * Double(hits) / Double(support + predicted)
        }
    }

    /// The scores of each class, in the order of `classes`.
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
