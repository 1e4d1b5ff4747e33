import CZlib
import Testing

@testable import FastTrainPictures

@Suite struct PNGTests {
    /// Returns the chunks of a PNG file, parsed without the encoder's code, after verifying the checksum of each.
    private func chunks(_ file: [UInt8]) throws -> [(name: String, content: [UInt8])] {
        #expect(Array(file.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
        var chunks: [(String, [UInt8])] = []
        var place = 8
        func number(_ at: Int) -> Int { file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        while place < file.count {
            let length = number(place)
            let named = Array(file[place + 4..<place + 8 + length])
            #expect(number(place + 8 + length) == Int(crc32(0, named, UInt32(named.count))))
            chunks.append((String(decoding: named.prefix(4), as: UTF8.self), Array(named.dropFirst(4))))
            place += 12 + length
        }
        return chunks
    }

    private func inflated(_ packed: [UInt8], count: Int) -> [UInt8] {
        var size = UInt(count)
        var bytes = [UInt8](repeating: 0, count: count)
        #expect(uncompress(&bytes, &size, packed, UInt(packed.count)) == Z_OK)
        #expect(size == UInt(count))
        return bytes
    }

    @Test func gray() throws {
        let file = try chunks(PNG.encode(width: 3, height: 2, .gray, [0, 128, 255, 1, 2, 3]))
        #expect(file.map(\.name) == ["IHDR", "IDAT", "IEND"])
        #expect(file[0].content == [0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0])
        #expect(inflated(file[1].content, count: 8) == [0, 0, 128, 255, 0, 1, 2, 3])
    }

    @Test func palette() throws {
        let colors = [PixelColor(1, 2, 3), PixelColor(4, 5, 6, alpha: 7)]
        let file = try chunks(PNG.encode(width: 2, height: 1, .palette(colors), [1, 0]))
        #expect(file.map(\.name) == ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"])
        #expect(file[1].content == [1, 2, 3, 4, 5, 6])
        #expect(file[2].content == [255, 7])
        #expect(inflated(file[3].content, count: 3) == [0, 1, 0])
    }

    @Test func canvas() throws {
        var canvas = Canvas(width: 4, height: 3)
        canvas.fill(x: 1..<2, y: 0..<9, PixelColor(10, 20, 30))  // beyond the edge, too
        let file = try chunks(canvas.png())
        let row: [UInt8] = [0, 255, 255, 255, 10, 20, 30, 255, 255, 255, 255, 255, 255]
        #expect(inflated(file[1].content, count: 39) == row + row + row)
    }
}
