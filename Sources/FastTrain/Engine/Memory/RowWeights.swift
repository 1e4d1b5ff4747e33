/// The weights of the training rows: a row's weight in the data set, times the weight of its class.
struct RowWeights: Sendable {
    private let split: DataSplit
    /// The weight of each class. Empty if all classes count alike.
    private let classes: Buffer<Float>
    private let isByClass: Bool
    /// The weights of the rows of a pass.
    private let gathered: Buffer<Float>

    /// Creates the weights, or returns `nil` if all rows count alike.
    ///
    /// - Parameters:
    ///   - classWeight: The weights of the classes, if any.
    ///   - task: The task of the data set.
    ///   - split: The data set.
    ///   - trainRows: The rows to train on; balanced weights follow from their labels.
    ///   - rows: The largest number of rows that are in use at once.
    init?(_ classWeight: ClassWeight?, task: Dataset.Task, split: DataSplit, trainRows: [Int32], rows: Int) {
        guard classWeight != nil || split.weights != nil else { return nil }
        var weights: [Float] = []
        if case .classification(let names) = task, let classWeight {
            weights = classWeight.weights(of: names.count, labels: trainRows.lazy.map { split.label(Int($0)) })
        }
        self.split = split
        classes = Buffer(count: weights.count)
        classes.base.update(from: weights, count: weights.count)
        isByClass = !weights.isEmpty
        gathered = Buffer(count: rows)
    }

    /// Returns the weight of a row of the data set.
    private func weight(_ row: Int32) -> Float {
        (split.weights?[Int(row)] ?? 1) * (isByClass ? classes.base[split.label(Int(row))] : 1)
    }

    /// Returns the sum of some rows' weights, added in their order.
    func sum(_ rows: UnsafePointer<Int32>, count: Int) -> Double {
        (0..<count).reduce(0) { $0 + Double(weight(rows[$1])) }
    }

    /// Gathers the weight of the data set's row `indices[r]` into row `r`, for each r in `rows`, and returns the weights of
    /// the pass.
    func gather(_ indices: UnsafePointer<Int32>, rows: Range<Int>) -> UnsafePointer<Float> {
        for row in rows { gathered.base[row] = weight(indices[row]) }
        return UnsafePointer(gathered.base)
    }
}

extension ClassWeight {
    /// Returns the weight of each class. A class without rows has the weight 0.
    func weights(of classCount: Int, labels: some Sequence<Int>) -> [Float] {
        switch self {
        case .given(let weights): return weights.map { Float($0) }
        case .balanced:
            var counts = [Int](repeating: 0, count: classCount)
            var rows = 0
            for label in labels {
                counts[label] += 1
                rows += 1
            }
            return counts.map { $0 == 0 ? 0 : Float(Double(rows) / Double(classCount * $0)) }
        }
    }
}
