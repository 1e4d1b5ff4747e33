/// The labels or target values of the rows of a pass, and memory for their losses.
struct RowTargets: Sendable {
    private let labels: Buffer<Int32>
    private let values: Buffer<Float>
    private let losses: Buffer<Float>
    private let outputs: Int
    private let isRegression: Bool
    private let lastLabel: Int32

    init(rows: Int, outputs: Int, task: Dataset.Task) {
        switch task {
        case .classification(let classes): (isRegression, lastLabel) = (false, Int32(classes.count - 1))
        case .regression: (isRegression, lastLabel) = (true, 0)
        }
        labels = Buffer(count: isRegression ? 0 : rows)
        values = Buffer(count: isRegression ? rows * outputs : 0)
        losses = Buffer(count: rows)
        self.outputs = outputs
    }

    /// Gathers the targets of the data set's row `indices[r]` into row `r`, for each r in `rows`.
    func gather(_ targets: Targets, indices: UnsafePointer<Int32>, rows: Range<Int>) {
        /// Labels were checked when the file was opened, but it may have changed since: clamped, none leads out of a row.
        func gather<Label: FixedWidthInteger>(_ source: UnsafePointer<Label>) {
            for row in rows {
                labels.base[row] = min(max(Int32(truncatingIfNeeded: source[Int(indices[row])]), 0), lastLabel)
            }
        }
        switch targets {
        case .u8(let source): gather(source)
        case .u16(let source): gather(source)
        case .i64(let source): gather(source)
        case .values(let source, _):
            for row in rows {
                (values.base + row * outputs).update(from: source + Int(indices[row]) * outputs, count: outputs)
            }
        }
    }

    /// The class of each row; `nil` for regression.
    var labelBase: UnsafePointer<Int32>? { isRegression ? nil : UnsafePointer(labels.base) }

    /// The target values, [rows, outputs]; `nil` for classification.
    var valueBase: UnsafePointer<Float>? { isRegression ? UnsafePointer(values.base) : nil }

    /// The loss of each row.
    var lossBase: UnsafeMutablePointer<Float> { losses.base }
}
