/// What the loss needs of the rows at hand: labels or target values, and room for each row's loss.
struct RowTargets: Sendable {
    private let labels: Buffer<Int32>
    private let values: Buffer<Float>
    private let losses: Buffer<Float>
    private let outputs: Int
    private let isRegression: Bool

    init(rows: Int, outputs: Int, task: Dataset.Task) {
        if case .regression = task { isRegression = true } else { isRegression = false }
        labels = Buffer(count: isRegression ? 0 : rows)
        values = Buffer(count: isRegression ? rows * outputs : 0)
        losses = Buffer(count: rows)
        self.outputs = outputs
    }

    /// Fetches the targets of data row `indices[r]` to row `r`, r in `rows`.
    func gather(_ targets: Targets, indices: UnsafePointer<Int32>, rows: Range<Int>) {
        switch targets {
        case .u8(let source): for row in rows { labels.base[row] = Int32(source[Int(indices[row])]) }
        case .u16(let source): for row in rows { labels.base[row] = Int32(source[Int(indices[row])]) }
        case .i64(let source): for row in rows { labels.base[row] = Int32(source[Int(indices[row])]) }
        case .values(let source, _):
            for row in rows {
                (values.base + row * outputs).update(from: source + Int(indices[row]) * outputs, count: outputs)
            }
        }
    }

    /// The class of each row; nil for regression.
    var labelBase: UnsafePointer<Int32>? { isRegression ? nil : UnsafePointer(labels.base) }

    /// [rows, outputs]; nil for classes.
    var valueBase: UnsafePointer<Float>? { isRegression ? UnsafePointer(values.base) : nil }

    /// The loss of each row.
    var lossBase: UnsafeMutablePointer<Float> { losses.base }
}
