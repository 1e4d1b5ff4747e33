/// Renders ASCII text as pixels, with a font of 5 × 7 dots whose corners are smoothed.
package enum BitmapFont {
    /// The coverage of each pixel of a rendered text, from 0 to 1.
    package struct Mask: Sendable {
        package let width: Int
        package let height: Int
        /// The number of pixel rows above the baseline.
        package let baseline: Int
        fileprivate var coverage: [Double]

        package subscript(x: Int, y: Int) -> Double { coverage[y * width + x] }
    }

    /// The height of a text in dots: seven above the baseline and two below.
    private static let rows = 9
    private static let space = 3

    /// Returns the width of a text in pixels.
    package static func width(_ text: String, scale: Int) -> Int { dots(text).width * scale }

    /// Renders a text with dots that are `scale` pixels wide.
    package static func mask(_ text: String, scale: Int) -> Mask {
        let dots = dots(text)
        // Double the resolution twice, smoothing diagonals (the Scale2x algorithm), then average over the area of each
        // pixel.
        let fine = dots.doubled.doubled
        let (width, height) = (dots.width * scale, rows * scale)
        var mask = Mask(
            width: width, height: height, baseline: 7 * scale, coverage: [Double](repeating: 0, count: width * height))
        let samples = 4
        for y in 0..<height {
            for x in 0..<width {
                var inked = 0
                for sample in 0..<samples * samples {
                    let column = (samples * x + sample % samples) * 4 / (samples * scale)
                    let row = (samples * y + sample / samples) * 4 / (samples * scale)
                    if fine[column, row] { inked += 1 }
                }
                mask.coverage[y * width + x] = Double(inked) / Double(samples * samples)
            }
        }
        return mask
    }

    private static func dots(_ text: String) -> Dots {
        let drawings = text.map { $0 == " " ? nil : Glyphs.drawings[$0] ?? Glyphs.unknown }
        let widths = drawings.map { drawing in drawing.map { $0.prefix { $0 != "/" }.count } ?? space }
        var dots = Dots(width: max(0, widths.reduce(0) { $0 + $1 + 1 } - 1), height: rows)
        var left = 0
        for (drawing, width) in zip(drawings, widths) {
            for (y, row) in (drawing ?? "").split(separator: "/").enumerated() {
                for (x, dot) in row.enumerated() where dot == "#" { dots[left + x, y] = true }
            }
            left += width + 1
        }
        return dots
    }
}

/// A bitmap of dots that are inked or not.
private struct Dots {
    let width: Int
    let height: Int
    private var inked: [Bool]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        inked = [Bool](repeating: false, count: width * height)
    }

    /// Whether a dot is inked. Dots outside the bitmap are not.
    subscript(x: Int, y: Int) -> Bool {
        get { (0..<width).contains(x) && (0..<height).contains(y) && inked[y * width + x] }
        set { inked[y * width + x] = newValue }
    }

    /// The bitmap at twice the resolution. Each dot becomes four, and a corner takes the value of its two neighbors if
    /// they agree and the opposite ones do not.
    var doubled: Dots {
        var result = Dots(width: 2 * width, height: 2 * height)
        for y in 0..<height {
            for x in 0..<width {
                let (dot, up, down, left, right) = (
                    self[x, y], self[x, y - 1], self[x, y + 1], self[x - 1, y], self[x + 1, y]
                )
                let isFlat = up == down || left == right
                result[2 * x, 2 * y] = !isFlat && left == up ? left : dot
                result[2 * x + 1, 2 * y] = !isFlat && up == right ? right : dot
                result[2 * x, 2 * y + 1] = !isFlat && left == down ? left : dot
                result[2 * x + 1, 2 * y + 1] = !isFlat && down == right ? right : dot
            }
        }
        return result
    }
}
