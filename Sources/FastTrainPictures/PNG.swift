import CZlib
import FastTrainSupport

/// An encoder for PNG files (ISO/IEC 15948) with 8 bits per sample, unfiltered rows and zlib compression.
package enum PNG {
    /// The format of a pixel.
    package enum Format {
        /// One byte: 0 black, 255 white.
        case gray
        /// Three bytes: red, green, blue.
        case rgb
        /// One byte, which is an index into this palette of at most 256 colors.
        case palette([PixelColor])
    }

    /// Returns the content of a PNG file.
    ///
    /// - Parameters:
    ///   - width: The width in pixels.
    ///   - height: The height in pixels.
    ///   - format: The format of a pixel.
    ///   - pixels: `height` rows of `width` pixels, row after row, from the top left.
    /// - Throws: `.internalError` if zlib fails.
    package static func encode(
        width: Int, height: Int, _ format: Format, _ pixels: [UInt8]
    ) throws(FastTrainError) -> [UInt8] {
        var (samples, type, tables) = (1, UInt8(0), [] as [(String, [UInt8])])
        switch format {
        case .gray: break
        case .rgb: (samples, type) = (3, 2)
        case .palette(let colors):
            precondition(colors.count <= 256, "a palette of \(colors.count) colors")
            type = 3
            tables = [("PLTE", colors.flatMap { [$0.red, $0.green, $0.blue] })]
            if colors.contains(where: { $0.alpha < 255 }) { tables.append(("tRNS", colors.map(\.alpha))) }
        }
        let rowBytes = width * samples
        precondition(width > 0 && height > 0 && pixels.count == rowBytes * height, "the pixels do not match the size")
        var rows: [UInt8] = []
        rows.reserveCapacity(pixels.count + height)
        for row in 0..<height {
            rows.append(0)  // filter type: none
            rows += pixels[row * rowBytes..<(row + 1) * rowBytes]
        }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, type, 0, 0, 0])
        for (name, content) in tables { file += chunk(name, content) }
        file += chunk("IDAT", try deflated(rows))
        file += chunk("IEND", [])
        return file
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let named = Array(name.utf8) + content
        return bigEndian(content.count) + named + bigEndian(Int(crc32(0, named, UInt32(named.count))))
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func deflated(_ bytes: [UInt8]) throws(FastTrainError) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(size))
        let status = compress2(&packed, &size, bytes, UInt(bytes.count), 9)
        guard status == Z_OK else { throw .internalError("zlib's compress2 returned \(status)") }
        return Array(packed.prefix(Int(size)))
    }
}
