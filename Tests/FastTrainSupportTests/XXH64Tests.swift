import Testing

@testable import FastTrainSupport

@Suite struct XXH64Tests {
    /// Test vectors from the xxHash repository: 0, 1, 14 and 222 bytes of its generator, with two seeds.
    @Test(arguments: [
        (0, UInt64(0), UInt64(0xEF46_DB37_51D8_E999)),
        (0, 2_654_435_761, 0xAC75_FDA2_929B_17EF),
        (1, 0, 0xE934_A84A_DB05_2768),
        (1, 2_654_435_761, 0x5014_607643A9B4C3),
        (4, 0, 0x9136_A0DC_A574_57EE),
        (14, 0, 0x8282_DCC4_994E_35C8),
        (14, 2_654_435_761, 0xC3BD_6BF6_3DEB_6DF0),
        (222, 0, 0xB641_AE8C_B691_C174),
        (222, 2_654_435_761, 0x20CB_8AB7_AE10_C14A),
    ])
    func publishedVectors(count: Int, seed: UInt64, expected: UInt64) {
        let bytes = Self.sanityBuffer(count)
        #expect(bytes.withUnsafeBytes { XXH64.hash($0, seed: seed) } == expected)
    }

    @Test func textVector() {
        var hash = XXH64()
        hash.update("Nobody inspects the spammish repetition")
        #expect(hash.value == 0xFBCE_A83C_8A37_8BF1)
    }

    @Test func hashDoesNotDependOnCuts() {
        let bytes = Self.sanityBuffer(200)
        let whole = bytes.withUnsafeBytes { XXH64.hash($0) }
        for first in 0...200 {
            for second in stride(from: first, through: 200, by: 7) {
                var hash = XXH64()
                for part in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    Array(part).withUnsafeBytes { hash.update($0) }
                }
                #expect(hash.value == whole, "cut at \(first) and \(second)")
            }
        }
    }

    /// The generator of xxHash's own sanity check.
    private static func sanityBuffer(_ count: Int) -> [UInt8] {
        var state: UInt64 = 2_654_435_761
        return (0..<count).map { _ in
            defer { state = state &* 11_400_714_785_074_694_797 }
            return UInt8(state >> 56)
        }
    }
}
