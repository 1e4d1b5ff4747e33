import FastTrainPictures

/// The shape of rows that are images: [height, width].
struct PictureShape: Sendable, Equatable {
    let height: Int
    let width: Int

    /// Creates the shape, or returns `nil` if rows of this shape cannot be shown as images.
    init?(_ shape: [Int]) {
        guard shape.count == 2 || (shape.count == 3 && shape[2] == 1), shape[0] >= 4, shape[1] >= 4,
            max(shape[0], shape[1]) <= 128
        else { return nil }
        (height, width) = (shape[0], shape[1])
    }

    /// Returns a PNG file for each row. The lowest number of all rows is black and the highest is white.
    func pictures(of rows: [Int], _ split: DataSplit) throws(FastTrainError) -> [[UInt8]] {
        let values = rows.map { split.features(of: $0) }
        let low = values.joined().min() ?? 0
        let extent = (values.joined().max() ?? 0) - low
        var pictures: [[UInt8]] = []
        for row in values {
            let pixels = row.map { UInt8(extent > 0 ? (($0 - low) / extent * 255).rounded() : 0) }
            pictures.append(try PNG.encode(width: width, height: height, .gray, pixels))
        }
        return pictures
    }
}
