/// What each training row counts: its own weight in the data set times its class's.
struct RowWeights: Sendable {
    private let split: DataSplit
    /// Of each class; empty: all count 1.
    private let classes: Buffer<Float>
    private let isByClass: Bool
    /// Of the rows at hand.
    private let atHand: Buffer<Float>

    /// nil when all rows count alike. `rows`: how many there may be at hand at once.
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
        atHand = Buffer(count: rows)
    }

    /// What a row of the split counts.
    private func weight(_ row: Int32) -> Float {
        (split.weights?[Int(row)] ?? 1) * (isByClass ? classes.base[split.label(Int(row))] : 1)
    }

    /// The sum of some rows' weights, in their order.
    func sum(_ rows: UnsafePointer<Int32>, count: Int) -> Double {
        (0..<count).reduce(0) { $0 + Double(weight(rows[$1])) }
    }

    /// Fetches the weight of data row `indices[r]` to row `r`, r in `rows`.
    func gather(_ indices: UnsafePointer<Int32>, rows: Range<Int>) -> UnsafePointer<Float> {
        for row in rows { atHand.base[row] = weight(indices[row]) }
        return UnsafePointer(atHand.base)
    }
}

extension ClassWeight {
    /// Of each class; one that no row has counts nothing.
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
