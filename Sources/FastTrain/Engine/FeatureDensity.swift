/// How many of a split's features are not zero: the share of each column in some rows spread evenly over the split.
struct FeatureDensity: Sendable {
    /// Of each column.
    let columns: [Double]
    /// Of all.
    let mean: Double

    init(_ split: DataSplit, width: Int) {
        let samples = min(split.count, 256)
        var counts = [Int](repeating: 0, count: width)
        for sample in 0..<samples {
            let row = split.count * sample / samples * width
            switch split.features {
            case .u8(let bytes, _): for column in 0..<width where bytes[row + column] != 0 { counts[column] += 1 }
            case .f32(let values): for column in 0..<width where values[row + column] != 0 { counts[column] += 1 }
            }
        }
        extendLifetime(split)
        columns = counts.map { Double($0) / Double(samples) }
        mean = columns.reduce(0, +) / Double(width)
    }
}
