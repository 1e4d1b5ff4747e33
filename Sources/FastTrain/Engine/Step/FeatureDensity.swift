import KernelTypes

/// The share of features that are not zero, estimated from up to 256 rows spread evenly over the data set.
struct FeatureDensity: Sendable {
    /// The share of rows in each column.
    private let columns: [Double]
    /// The share of all numbers.
    private let numbers: Double
    /// The share of pairs of neighboring columns.
    private let pairs: Double

    /// Creates the density of features of which a share is not zero, in every column.
    init(uniform share: Double, width: Int) {
        columns = [Double](repeating: share, count: width)
        numbers = share
        pairs = share
    }

    /// Estimates the density of the features of a split.
    init(_ split: DataSplit, width: Int) {
        let samples = min(split.count, 256)
        var counts = [Int](repeating: 0, count: width)
        var pairs = 0
        func count(_ isZero: (Int) -> Bool) {
            for column in 0..<width where !isZero(column) { counts[column] += 1 }
            for column in stride(from: 0, to: width, by: 2)
            where !isZero(column) || column + 1 < width && !isZero(column + 1) { pairs += 1 }
        }
        for sample in 0..<samples {
            let row = split.count * sample / samples * width
            switch split.features {
            case .u8(let bytes, _): count { bytes[row + $0] == 0 }
            case .f32(let values): count { values[row + $0] == 0 }
            }
        }
        extendLifetime(split)
        columns = counts.map { Double($0) / Double(samples) }
        numbers = columns.reduce(0, +) / Double(width)
        self.pairs = Double(pairs) / Double(samples * ((width + 1) / 2))
    }

    /// Returns whether the first layer's product over some rows is faster with lists of the features that are not zero,
    /// by a sample of four rows. This allocates nothing.
    ///
    /// - Parameters:
    ///   - features: The features.
    ///   - rows: The rows.
    ///   - indices: The index of each row in the features; `nil` means all rows in order.
    ///   - width: The number of features of a row.
    ///   - precision: The format of the factors.
    static func isWorthLists(
        _ features: Features, rows: Range<Int>, indices: UnsafePointer<Int32>?, width: Int, _ precision: KernelPrecision
    ) -> Bool {
        let samples = min(rows.count, 4)
        let step = precision.isPaired ? 2 : 1
        func count(_ isZero: (Int) -> Bool) -> Int {
            var count = 0
            for sample in 0..<samples {
                let row = rows.lowerBound + rows.count * sample / samples
                let first = (indices.map { Int($0[row]) } ?? row) * width
                for column in stride(from: 0, to: width, by: step)
                where !isZero(first + column) || step == 2 && column + 1 < width && !isZero(first + column + 1) {
                    count += 1
                }
            }
            return count
        }
        let found =
            switch features {
            case .u8(let bytes, _): count { bytes[$0] == 0 }
            case .f32(let values): count { values[$0] == 0 }
            }
        return Double(found) <= SparsePlan.densest * Double(samples * ((width + step - 1) / step))
    }

    /// Returns the density of what a product reads whose sums run over columns: numbers, or pairs in bf16.
    func alongColumns(_ precision: KernelPrecision) -> Double { precision == .f32 ? numbers : pairs }

    /// Returns the density of each column of what a product reads whose sums run over rows: numbers, or pairs in bf16. The
    /// rows of a pair are taken to be independent, as rows are shuffled.
    func alongRows(_ precision: KernelPrecision) -> [Double] {
        precision == .f32 ? columns : columns.map { 1 - (1 - $0) * (1 - $0) }
    }
}
