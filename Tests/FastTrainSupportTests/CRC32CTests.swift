import Testing

@testable import FastTrainSupport

@Suite struct CRC32CTests {
    /// The vectors of RFC 3720, B.4, and the check value of CRC catalogs.
    @Test(
        arguments: [
            ([UInt8](repeating: 0, count: 32), UInt32(0x8A91_36AA)), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C),
            (Array("123456789".utf8), 0xE306_9283),
            ([], 0),
        ] as [([UInt8], UInt32)])
    func publishedVectors(bytes: [UInt8], expected: UInt32) { #expect(CRC32C.checksum(bytes) == expected) }
}
