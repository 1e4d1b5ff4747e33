import Platform

/// An event file for TensorBoard, to which records are appended. Its format is TFRecord: each record has checksums of
/// its length and its content.
///
/// Appended records survive the end of the process. After `synchronize` they also survive a power failure.
final class EventFile {
    let path: String
    private let descriptor: Int32

    /// Creates a file with its first events in a folder that no other process writes to. The folder is created if
    /// missing.
    ///
    /// When this returns, the events are on the storage device; after a kill or power failure before that, there is no
    /// file. TensorBoard reads files in the order of their names, so the name sorts after those of all existing files
    /// (except a name that no clock can produce).
    ///
    /// - Parameters:
    ///   - folder: The folder of the file.
    ///   - wallTime: The current time in seconds since 1970.
    ///   - events: The first events.
    /// - Throws: `.cannotCreate` if the file cannot be created; `.inputOutput` if writing fails.
    init(in folder: String, wallTime: Double, _ events: [EventMessage]) throws(FastTrainError) {
        try FileSystem.makeFolder(folder)
        AtomicFile.removeLeftovers(in: folder)
        let newest = try System.names(in: folder).compactMap(Self.seconds).filter { $0 < Int.max }.max()
        let digits = String(max(Int(wallTime), (newest ?? 0) + 1))
        let zeros = String(repeating: "0", count: max(0, 10 - digits.count))
        path = folder + "/" + Self.prefix + zeros + digits + ".fasttrain"
        let version = EventMessage(wallTime: wallTime, step: 0, content: .fileVersion)
        try AtomicFile.write(Self.records([version] + events), to: path)
        descriptor = System.openToAppend(path)
        guard descriptor >= 0 else { throw failure("open") }
    }

    deinit { close(descriptor) }

    /// Appends records with a single system call. Throws `.inputOutput`; readers skip an incomplete record.
    func append(_ events: [EventMessage]) throws(FastTrainError) {
        guard Self.records(events).withUnsafeBytes({ System.writeAll(descriptor, $0) }) else { throw failure("write") }
    }

    /// Waits until everything is on the storage device. Throws `.inputOutput`.
    func synchronize() throws(FastTrainError) {
        guard System.synchronize(descriptor) else { throw failure("fsync") }
    }

    private func failure(_ operation: String) -> FastTrainError {
        .inputOutput(path: path, operation: operation, reason: System.reason)
    }

    // MARK: - Format

    private static func records(_ events: [EventMessage]) -> [UInt8] { events.flatMap { record($0.encoded) } }

    /// Returns a record: length (8 bytes), checksum of the length, content, checksum of the content.
    static func record(_ content: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(content.count))
        return length + littleEndian(masked(length)) + content + littleEndian(masked(content))
    }

    /// Returns a checksum as TFRecord stores it. It is rotated and shifted so that the checksum of data that contains
    /// checksums is not trivial.
    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        let check = CRC32C.checksum(bytes)
        return (check >> 15 | check << 17) &+ 0xA282_EAD8
    }

    private static let prefix = "events.out.tfevents."

    /// Returns whether TensorBoard reads a file of this name.
    static func isOne(_ name: String) -> Bool { name.contains("tfevents") }

    /// Returns the first part of a file's name, which is a number of seconds since 1970.
    private static func seconds(ofName name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        return Int(name.dropFirst(prefix.count).prefix { $0.isNumber })
    }
}
