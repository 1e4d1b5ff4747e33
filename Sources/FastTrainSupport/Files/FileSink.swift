/// The sink that the body of `AtomicFile.write` writes the content of a file to, front to back.
package struct FileSink: ~Copyable {
    let descriptor: Int32
    private let path: String
    /// The number of bytes written so far.
    package private(set) var count = 0

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Appends `bytes` without buffering, in one system call if possible. Throws `.inputOutput` if writing fails.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FastTrainError) {
        guard System.writeAll(descriptor, bytes) else {
            throw .inputOutput(path: path, operation: "write", reason: System.reason)
        }
        count += bytes.count
    }

    /// Appends `bytes`. Throws `.inputOutput` if writing fails.
    package mutating func write(_ bytes: [UInt8]) throws(FastTrainError) {
        let written = bytes.withUnsafeBytes { System.writeAll(descriptor, $0) }
        guard written else { throw .inputOutput(path: path, operation: "write", reason: System.reason) }
        count += bytes.count
    }

    /// Appends `text`, encoded as UTF-8. Throws `.inputOutput` if writing fails.
    package mutating func write(_ text: String) throws(FastTrainError) { try write(Array(text.utf8)) }
}
