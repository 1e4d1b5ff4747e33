import KernelTypes

extension Kernels {
    /// Moves an average towards the newest values: a += rate · (x − a). If `rate` is 1, a becomes x.
    public static func average(
        _ average: UnsafeMutablePointer<Float>, towards newest: UnsafePointer<Float>, count: Int, rate: Float
    ) {
        let share = Wide(repeating: rate)
        for i in stride(from: 0, to: count, by: wideCount) {
            let (old, new) = (loadWide(average + i), loadWide(newest + i))
            storeWide(rate == 1 ? new : old.addingProduct(new - old, share), to: average + i)
        }
    }

    /// Sums a · b over the rows of two panels for each column, in four chains over every fourth row.
    public static func columnProducts(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, rows: Int, into sums: UnsafeMutablePointer<Float>
    ) {
        for lane in stride(from: 0, to: panelWidth, by: wideCount) {
            var (zeroth, first, second, third) = (Wide.zero, Wide.zero, Wide.zero, Wide.zero)
            var row = 0
            var place = lane
            while row + 4 <= rows {
                zeroth.addProduct(loadWide(a + place), loadWide(b + place))
                first.addProduct(loadWide(a + place + panelWidth), loadWide(b + place + panelWidth))
                second.addProduct(loadWide(a + place + 2 * panelWidth), loadWide(b + place + 2 * panelWidth))
                third.addProduct(loadWide(a + place + 3 * panelWidth), loadWide(b + place + 3 * panelWidth))
                row += 4
                place += 4 * panelWidth
            }
            if row < rows { zeroth.addProduct(loadWide(a + place), loadWide(b + place)) }
            if row + 1 < rows { first.addProduct(loadWide(a + place + panelWidth), loadWide(b + place + panelWidth)) }
            if row + 2 < rows {
                second.addProduct(loadWide(a + place + 2 * panelWidth), loadWide(b + place + 2 * panelWidth))
            }
            storeWide((zeroth + first) + (second + third), to: sums + lane)
        }
    }

    /// Multiplies each column of a panel by its own factor.
    public static func scaleColumns(_ values: UnsafeMutablePointer<Float>, rows: Int, by factors: UnsafePointer<Float>)
    {
        for lane in stride(from: 0, to: panelWidth, by: wideCount) {
            let factor = loadWide(factors + lane)
            for row in 0..<rows {
                let place = values + row * panelWidth + lane
                storeWide(loadWide(place) * factor, to: place)
            }
        }
    }

    /// Computes target = a + factor · b by fused multiply-adds.
    public static func combine(
        _ target: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, factor: Float,
        count: Int
    ) {
        let factor = Wide(repeating: factor)
        for i in stride(from: 0, to: count, by: wideCount) {
            storeWide(loadWide(a + i).addingProduct(loadWide(b + i), factor), to: target + i)
        }
    }
}
