/// Statistics of the numbers in a column.
struct ColumnStatistics {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0
    private var least = Double.infinity
    private var greatest = -Double.infinity
    /// The number of rows without a number.
    var missing = 0
    /// All numbers, if they are needed for the median.
    private var values: [Double]?

    init(keepsValues: Bool = false) {
        values = keepsValues ? [] : nil
    }

    /// Adds a number to the sums (Welford's algorithm, which avoids cancellation).
    mutating func add(_ value: Double) {
        count += 1
        let before = value - mean
        mean += before / Double(count)
        squares += before * (value - mean)
        least = min(least, value)
        greatest = max(greatest, value)
        values?.append(value)
    }

    /// Returns the scale of the column, as in scikit-learn's StandardScaler and MinMaxScaler. The variance is that of
    /// the population. If all numbers are equal up to rounding, the divisor is 1.
    ///
    /// - Throws: `.badData` if the numbers are too far apart for a finite scale.
    func scale(
        _ scaling: TableOptions.Scaling, column: String, file: String
    ) throws(FastTrainError) -> Preprocessing.Scale {
        let scale = scale(scaling)
        guard scale.offset.isFinite, scale.divisor.isFinite else {
            throw .badData(
                file: file, place: .file, expected: "numbers with finite variance in column '\(column)'",
                found: "larger ones")
        }
        return scale
    }

    private func scale(_ scaling: TableOptions.Scaling) -> Preprocessing.Scale {
        switch scaling {
        case .unscaled: return .identity
        case .minMax: return .init(offset: least, divisor: greatest > least ? greatest - least : 1)
        case .standard:
            let variance = squares / Double(count)
            let rounding = Double(count) * Double.ulpOfOne
            let isConstant =
                variance.isFinite && variance <= rounding * variance + (rounding * mean) * (rounding * mean)
            return .init(offset: mean, divisor: isConstant ? 1 : variance.squareRoot())
        }
    }

    /// Returns the replacement for missing numbers.
    func fill(_ fill: TableOptions.Fill) -> Double {
        guard fill == .median, let sorted = values?.sorted() else { return mean }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2
    }
}
