import FastTrainSupport

/// A bitmap to draw on. Coordinates are in pixels from the top left, and drawing outside the bitmap is clipped.
package struct Canvas: Sendable {
    package let width: Int
    package let height: Int
    /// The red, green and blue values of each pixel, row after row.
    package private(set) var pixels: [UInt8]

    /// Creates a white canvas.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt8](repeating: 255, count: width * height * 3)
    }

    /// Returns the content of a PNG file with this picture.
    package func png() throws(FastTrainError) -> [UInt8] {
        try PNG.encode(width: width, height: height, .rgb, pixels)
    }

    /// The color of a pixel.
    package subscript(x: Int, y: Int) -> PixelColor {
        let place = (y * width + x) * 3
        return PixelColor(pixels[place], pixels[place + 1], pixels[place + 2])
    }

    /// Blends a color over a pixel. `share`, from 0 to 1, is the covered part of the pixel.
    package mutating func blend(_ x: Int, _ y: Int, _ color: PixelColor, _ share: Double = 1) {
        guard (0..<width).contains(x), (0..<height).contains(y), share > 0 else { return }
        let result = share >= 1 ? color : self[x, y].mixed(color, share)
        let place = (y * width + x) * 3
        pixels[place] = result.red
        pixels[place + 1] = result.green
        pixels[place + 2] = result.blue
    }

    /// Fills a rectangle.
    package mutating func fill(x: Range<Int>, y: Range<Int>, _ color: PixelColor) {
        for row in y { for column in x { blend(column, row, color) } }
    }

    /// Draws the outline of a rectangle, one pixel outside of it.
    package mutating func frame(x: Range<Int>, y: Range<Int>, _ color: PixelColor) {
        let (columns, rows) = (x.lowerBound - 1..<x.upperBound + 1, y.lowerBound - 1..<y.upperBound + 1)
        for edge in [rows.lowerBound, rows.upperBound - 1] { fill(x: columns, y: edge..<edge + 1, color) }
        for edge in [columns.lowerBound, columns.upperBound - 1] { fill(x: edge..<edge + 1, y: rows, color) }
    }

    /// The shape of a data point.
    package enum Marker: Sendable { case disc, diamond }

    /// Draws a data point at (x, y) with an outline and smooth edges.
    package mutating func mark(
        _ marker: Marker, x: Double, y: Double, radius: Double, _ color: PixelColor, outline: PixelColor = .ink
    ) {
        func coverage(_ dx: Double, _ dy: Double, _ radius: Double) -> Double {
            let distance =
                switch marker {
                case .disc: (dx * dx + dy * dy).squareRoot()
                case .diamond: (dx.magnitude + dy.magnitude) * 0.8
                }
            return min(max(radius - distance + 0.5, 0), 1)
        }
        let reach = Int(radius * 1.5) + 3
        for row in Int(y) - reach...Int(y) + reach {
            for column in Int(x) - reach...Int(x) + reach {
                let (dx, dy) = (Double(column) - x, Double(row) - y)
                blend(column, row, .white, coverage(dx, dy, radius + 2) * 0.7)
                blend(column, row, outline, coverage(dx, dy, radius + 1))
                blend(column, row, color, coverage(dx, dy, radius - 0.4))
            }
        }
    }
}

// MARK: - Text

extension Canvas {
    /// The part of a text that is placed at its coordinate.
    package enum Anchor: Sendable { case start, middle, end }

    /// Draws text with its baseline at `y` and its start, middle or end at `x`.
    package mutating func text(
        _ text: String, x: Int, y: Int, _ anchor: Anchor = .start, scale: Int = 2, _ color: PixelColor = .ink
    ) {
        let mask = BitmapFont.mask(text, scale: scale)
        let left = x - offset(mask.width, anchor)
        for row in 0..<mask.height {
            for column in 0..<mask.width {
                blend(left + column, y - mask.baseline + row, color, mask[column, row])
            }
        }
    }

    /// Draws text that runs upward, with its baseline at `x` and its start, middle or end at `y`.
    package mutating func upwardText(
        _ text: String, x: Int, y: Int, _ anchor: Anchor = .start, scale: Int = 2, _ color: PixelColor = .ink
    ) {
        let mask = BitmapFont.mask(text, scale: scale)
        let bottom = y + offset(mask.width, anchor)
        for row in 0..<mask.height {
            for column in 0..<mask.width {
                blend(x - mask.baseline + row, bottom - column, color, mask[column, row])
            }
        }
    }

    private func offset(_ width: Int, _ anchor: Anchor) -> Int {
        switch anchor {
        case .start: 0
        case .middle: width / 2
        case .end: width
        }
    }
}
