/// One event of an event file for TensorBoard, encoded as Protocol Buffers.
///
/// It is the message `Event` of tensorflow/core/util/event.proto, with only the fields that are needed.
struct EventMessage: Equatable {
    /// The time in seconds since 1970.
    var wallTime: Double
    /// The position on TensorBoard's horizontal axis, which is the epoch.
    var step: Int
    var content: Content

    enum Content: Equatable {
        /// The version of the format; the first event of each file.
        case fileVersion
        /// An instruction to discard this step and later ones read from earlier files.
        case restart
        /// Numbers by name; TensorBoard calls the names "tags".
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
