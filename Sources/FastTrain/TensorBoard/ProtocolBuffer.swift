/// A message of Protocol Buffers, built field by field (protobuf.dev/programming-guides/encoding).
struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    private enum WireType: UInt64 {
        case varint = 0
        case eightBytes = 1
        case length = 2
        case fourBytes = 5
    }

    mutating func add(_ field: UInt64, _ value: Int) {
        addKey(field, .varint)
        addVarint(UInt64(bitPattern: Int64(value)))
    }

    mutating func add(_ field: UInt64, _ value: Double) {
        addKey(field, .eightBytes)
        bytes += littleEndian(value.bitPattern)
    }

    mutating func add(_ field: UInt64, _ value: Float) {
        addKey(field, .fourBytes)
        bytes += littleEndian(value.bitPattern)
    }

    /// Adds a UTF-8 text or a nested message.
    mutating func add(_ field: UInt64, _ content: [UInt8]) {
        addKey(field, .length)
        addVarint(UInt64(content.count))
        bytes += content
    }

    private mutating func addKey(_ field: UInt64, _ type: WireType) { addVarint(field << 3 | type.rawValue) }

    /// Appends seven bits per byte, lowest first. The eighth bit is set if more bytes follow.
    private mutating func addVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Returns the bytes of an integer, lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
