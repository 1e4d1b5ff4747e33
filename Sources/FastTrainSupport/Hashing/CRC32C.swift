/// The cyclic redundancy check of 32 bits with Castagnoli's polynomial, as RFC 3720 (iSCSI) defines it.
package enum CRC32C {
    /// The remainder of each byte, by the polynomial 0x1EDC6F41 with its bits reversed.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 0 ? 0 : 0x82F6_3B78) }
    }

    /// The check of `bytes`. A byte at a time: for small records.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { rest, byte in rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    }
}
