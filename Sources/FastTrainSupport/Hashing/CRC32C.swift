/// The 32-bit cyclic redundancy check with Castagnoli's polynomial, as defined in RFC 3720 (iSCSI).
package enum CRC32C {
    /// The remainder for each byte, by the polynomial 0x1EDC6F41 with its bits reversed.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 0 ? 0 : 0x82F6_3B78) }
    }

    /// Returns the checksum of `bytes`. It processes one byte at a time, which is fast enough for small records.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { rest, byte in rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    }
}
