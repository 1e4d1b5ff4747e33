/// Returns a safetensors file with the given header, as another program might write it.
package func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

/// Returns the bytes of a number, least significant first.
package func littleEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    withUnsafeBytes(of: word.littleEndian) { Array($0) }
}

/// Returns four bytes of a number, most significant first.
package func bigEndian(_ word: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(word).bigEndian) { Array($0) }
}

/// Returns an IDX file of unsigned bytes.
package func idx(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap(bigEndian) + elements
}

/// Returns a gzip member that stores `content`, of at most 65,535 bytes, without compression. It does not use zlib.
package func gzip(_ content: [UInt8]) -> [UInt8] {
    var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let length = UInt16(content.count)  // the maximum for a stored block
    member += [1]
    member += littleEndian(length) + littleEndian(~length) + content
    member += littleEndian(crc32(content)) + littleEndian(UInt32(content.count))
    return member
}

/// Returns the checksum of gzip, computed bit by bit.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB8_8320 }
    }
    return ~crc
}
