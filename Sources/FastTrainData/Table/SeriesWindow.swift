/// The last rows read of a time series, as many as a window has.
struct SeriesWindow {
    let length: Int
    let width: Int
    private var values: [Float] = []

    init(length: Int, width: Int) {
        self.length = length
        self.width = width
    }

    /// Appends the next row. Returns the window that ends with it, oldest row first, or `nil` if there are not enough
    /// rows yet.
    mutating func append(_ row: [Float]) -> [Float]? {
        if values.count == length * width { values.removeFirst(width) }
        values += row
        return values.count == length * width ? values : nil
    }
}
