import Platform

/// The beginning of an open file, by which it can be refused before the rest is read.
package struct FileStart {
    let descriptor: Int32
    /// The size of the whole file in bytes.
    package let fileSize: Int
    /// The name of the file in messages.
    package let name: String

    /// Returns the first `count` bytes, fewer if the file is shorter.
    ///
    /// - Throws: `.inputOutput` if reading fails.
    package func bytes(_ count: Int) throws(FastTrainError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let read = pread(descriptor, &bytes[done], count - done, done)
            if read < 0 && errno == EINTR { continue }
            guard read >= 0 else { throw .inputOutput(path: name, operation: "read", reason: System.reason) }
            guard read > 0 else { break }
            done += read
        }
        return Array(bytes[..<done])
    }
}
