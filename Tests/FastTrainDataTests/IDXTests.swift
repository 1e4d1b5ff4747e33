import Testing
import _TestSupport

@testable import FastTrainData
@testable import FastTrainSupport

@Suite struct IDXTests {
    private static let elements: [UInt8] = (0..<24).map { $0 * 10 }
    private static let sound = idx([2, 3, 4], elements)

    @Test func plainAndCompressed() throws {
        let folder = try ScratchFolder()
        let members = gzip(Array(Self.sound[..<20])) + gzip([]) + gzip(Array(Self.sound[20...]))
        for bytes in [Self.sound, gzip(Self.sound), members] {
            let file = try IDXFile(path: folder.write("file", bytes))
            defer { extendLifetime(file) }
            #expect(file.shape == [2, 3, 4])
            #expect(Array(file.bytes) == Self.elements)
        }
    }

    /// A file compressed by `gzip -9`, not merely stored: IDX [600] with the number 7.
    @Test func compressedByGzip() throws {
        let packed: [UInt8] = [
            0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x63, 0x60, 0xE0, 0x60, 0x64, 0x60,
            0x60, 0x8A, 0x60, 0x1F, 0x05, 0xA3, 0x80, 0x06, 0x00, 0x00, 0x05, 0xE2, 0xEC, 0x17, 0x60, 0x02,
            0x00, 0x00,
        ]
        let folder = try ScratchFolder()
        let file = try IDXFile(path: folder.write("file", packed))
        defer { extendLifetime(file) }
        #expect(Array(file.bytes) == [UInt8](repeating: 7, count: 600))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var offset: UInt64
        var says: String

        init(_ name: String, _ bytes: [UInt8], _ offset: UInt64, _ says: String) {
            (testDescription, self.bytes, self.offset, self.says) = (name, bytes, offset, says)
        }
    }

    /// Errors in the content of a plain or compressed file. Offsets refer to the decompressed data.
    static let contentCases: [Case] = [
        Case("cut in the magic", [0, 0, 8], 3, "the end of the file"),
        Case("first byte", [1, 0, 8, 1, 0, 0, 0, 1, 5], 0, "0x0100"),
        Case("second byte", [0, 2, 8, 1, 0, 0, 0, 1, 5], 0, "0x0002"),
        Case("floats", [0, 0, 0x0D, 1, 0, 0, 0, 1, 0, 0, 0, 0], 2, "0x0D"),
        Case("no dimensions", [0, 0, 8, 0, 5], 3, "at least one dimension"),
        Case("cut in the extents", Array(sound[..<15]), 15, "3 extents"),
        Case("255 dimensions, cut", [0, 0, 8, 255, 0, 0, 0, 1], 8, "255 extents"),
        Case("extent 0", idx([2, 0, 4], []), 8, "at least 1"),
        Case("extents overflow", idx([1 << 31, 1 << 31, 1 << 31], [1]), 12, "fewer than 2^63"),
        Case("one element missing", Array(sound.dropLast()), 39, "the end of the file after 23"),
        Case("all elements missing", Array(sound[..<16]), 16, "the end of the file after 0"),
        Case("one element too many", sound + [1], 40, "more bytes"),
        Case("larger count than elements", idx([3, 3, 4], elements), 40, "36 bytes"),
        Case("smaller count than elements", idx([1, 3, 4], elements), 28, "more bytes"),
    ]

    @Test(arguments: contentCases, [false, true])
    func malformedContent(_ item: Case, compressed: Bool) throws {
        let folder = try ScratchFolder()
        let path = folder.write("file", compressed ? gzip(item.bytes) : item.bytes)
        let error = failure { _ = try IDXFile(path: path) }
        #expect(error.exitCode == 65)
        #expect(error.place == .byte(item.offset), "\(error)")
        #expect(error.description.hasPrefix(path) && error.description.contains(item.says), "\(error)")
    }

    /// Errors in the compression. Offsets refer to the compressed file.
    static let compressionCases: [Case] = {
        let packed = gzip(sound)
        func changed(_ index: Int, by bits: UInt8) -> [UInt8] {
            var bytes = packed
            bytes[index] ^= bits
            return bytes
        }
        return [
            Case("wrong method", changed(2, by: 1), 4, "unknown compression method"),
            Case("reserved flags", changed(3, by: 0x80), 4, "unknown header flags"),
            Case("invalid block", changed(10, by: 6), 11, "invalid block type"),
            Case("wrong block length", changed(11, by: 1), 15, "invalid stored block lengths"),
            Case("wrong checksum", changed(packed.count - 8, by: 1), UInt64(packed.count - 4), "incorrect data check"),
            Case("wrong length", changed(packed.count - 1, by: 1), UInt64(packed.count), "incorrect length check"),
            Case("flipped element", changed(40, by: 1), UInt64(packed.count - 4), "incorrect data check"),
            Case("garbage at the end", packed + [1], UInt64(packed.count), "byte 0x01"),
            Case("zeros at the end", packed + [0, 0], UInt64(packed.count), "byte 0x00"),
            Case("half a second member", packed + [0x1F, 0x8B, 8], UInt64(packed.count + 3), "the end of the file"),
        ]
    }()

    @Test(arguments: compressionCases)
    func malformedCompression(_ item: Case) throws {
        let folder = try ScratchFolder()
        let path = folder.write("file.gz", item.bytes)
        let error = failure { _ = try IDXFile(path: path) }
        #expect(error.exitCode == 65)
        #expect(error.place == .byte(item.offset), "\(error)")
        #expect(error.description.contains(item.says), "\(error)")
    }

    @Test func truncatedAnywhere() throws {
        let folder = try ScratchFolder()
        for whole in [Self.sound, gzip(Self.sound)] {
            for count in 0..<whole.count {
                let path = folder.write("file", Array(whole[..<count]))
                let error = failure("\(count) bytes") { _ = try IDXFile(path: path) }
                #expect(error.exitCode == 65, "\(count) bytes: \(error)")
            }
        }
    }

    /// A few bytes that claim to hold 2^62 are refused before memory is allocated.
    @Test func claimedSizeIsNotTrusted() throws {
        let folder = try ScratchFolder()
        let path = folder.write("file.gz", gzip(idx([1 << 31, 1 << 31], [1])))
        let error = failure { _ = try IDXFile(path: path) }
        #expect(error.place == .byte(4), "\(error)")
    }

    /// Labels whose number does not match the images are refused before they are decompressed, so a truncation goes
    /// unnoticed.
    @Test func wrongRowCountIsRefusedUnread() throws {
        let folder = try ScratchFolder()
        let whole = gzip(idx([5], [0, 1, 2, 3, 4]))
        for bytes in [idx([5], [0, 1]), Array(whole.dropLast(12)), whole] {
            let path = folder.write("file", bytes)
            let error = failure { _ = try IDXFile(path: path, rows: 3) }
            #expect(error.place == .file && error.description.contains("targets for 3 rows"), "\(error)")
        }
        #expect(try IDXFile(path: folder.write("file", whole), rows: 5).shape == [5])
    }

    @Test func missingFile() throws {
        let folder = try ScratchFolder()
        #expect(failure { _ = try IDXFile(path: folder("nothing")) }.exitCode == 66)
        #expect(failure { _ = try IDXFile(path: folder.path) }.exitCode == 66)
    }
}
