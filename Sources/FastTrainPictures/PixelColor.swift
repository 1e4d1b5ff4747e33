/// An sRGB color with 8 bits per channel.
package struct PixelColor: Sendable, Equatable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8
    package var alpha: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: UInt8 = 255) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    package static let white = PixelColor(255, 255, 255)
    /// The color of text and axes.
    package static let ink = PixelColor(38, 38, 44)

    /// Returns a mixture of this color with a share, from 0 to 1, of another. The result is opaque.
    package func mixed(_ other: PixelColor, _ share: Double) -> PixelColor {
        func channel(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * (0...1).share(share)).rounded())
        }
        return PixelColor(channel(red, other.red), channel(green, other.green), channel(blue, other.blue))
    }

    /// Returns the color of class `index`. The first eight are distinguishable with color blindness (after Okabe & Ito
    /// 2008). Colors repeat after ten classes.
    package static func category(_ index: Int) -> PixelColor { categories[index % categories.count] }

    private static let categories = [
        PixelColor(0, 114, 178), PixelColor(230, 120, 20), PixelColor(0, 158, 115), PixelColor(204, 90, 155),
        PixelColor(232, 196, 20), PixelColor(86, 180, 233), PixelColor(150, 60, 20), PixelColor(110, 110, 118),
        PixelColor(110, 70, 180), PixelColor(140, 190, 60),
    ]

    /// Returns the color of a value from 0 to 1. Higher values are lighter.
    package static func ramp(_ share: Double) -> PixelColor {
        let place = (0...1).share(share) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        return stops[index].mixed(stops[index + 1], place - Double(index))
    }

    private static let stops = [
        PixelColor(38, 30, 92), PixelColor(42, 82, 140), PixelColor(36, 132, 142), PixelColor(60, 178, 122),
        PixelColor(160, 212, 80), PixelColor(250, 232, 90),
    ]
}
