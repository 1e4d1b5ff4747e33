/// The handler that ends the process when there is no memory for a buffer. An error cannot be thrown inside a thread
/// team.
package enum OutOfMemory {
    /// Called with the number of bytes that were requested. Replace it, if at all, before any computation starts.
    nonisolated(unsafe) package static var end: @Sendable (Int) -> Never = { bytes in
        fatalError("out of memory: \(bytes) bytes asked for")
    }
}
