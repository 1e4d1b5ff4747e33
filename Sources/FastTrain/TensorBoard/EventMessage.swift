/// One event of TensorBoard's files, in the encoding of Protocol Buffers.
///
/// The message `Event` of tensorflow/core/util/event.proto and what it holds, the fields that are needed of them.
struct EventMessage: Equatable {
    /// Seconds since 1970.
    var wallTime: Double
    /// What TensorBoard draws on the horizontal axis: the epoch.
    var step: Int
    var content: Content

    enum Content: Equatable {
        /// The first event of each file.
        case fileVersion
        /// What readers hold of this step and later ones, from earlier files, no longer counts.
        case restart
        /// Numbers by their names ("tags").
        case scalars([(name: String, value: Float)])

        static func == (one: Self, other: Self) -> Bool {
            switch (one, other) {
            case (.fileVersion, .fileVersion), (.restart, .restart): true
            case (.scalars(let some), .scalars(let others)): some.elementsEqual(others, by: ==)
            default: false
            }
        }
    }

    var encoded: [UInt8] {
        var event = ProtocolBuffer()
        event.add(1, wallTime)
        event.add(2, step)
        switch content {
        case .fileVersion: event.add(3, Array("brain.Event:2".utf8))
        case .restart:
            var log = ProtocolBuffer()
            log.add(1, 1)  // status: START
            event.add(7, log.bytes)
        case .scalars(let scalars):
            var summary = ProtocolBuffer()
            for (name, number) in scalars {
                var value = ProtocolBuffer()
                value.add(1, Array(name.utf8))
                value.add(2, number)
                summary.add(1, value.bytes)
            }
            event.add(5, summary.bytes)
        }
        return event.bytes
    }
}

/// A message of Protocol Buffers, field after field: protobuf.dev/programming-guides/encoding.
private struct ProtocolBuffer {
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

    /// A text in UTF-8, or a message.
    mutating func add(_ field: UInt64, _ content: [UInt8]) {
        addKey(field, .length)
        addVarint(UInt64(content.count))
        bytes += content
    }

    private mutating func addKey(_ field: UInt64, _ type: WireType) { addVarint(field << 3 | type.rawValue) }

    /// Seven bits a byte, the lowest first; the eighth says that there are more.
    private mutating func addVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// The bytes of a number, the lowest first.
func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
