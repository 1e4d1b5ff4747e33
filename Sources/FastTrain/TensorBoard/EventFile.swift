import Glibc

/// A file of events that TensorBoard reads, written at its end: TFRecord, each record with checks of its length and content.
///
/// What has been appended survives the end of the process; after `synchronize` a power cut, too.
final class EventFile {
    let path: String
    private let descriptor: Int32

    /// A new file in a folder that no other process writes to, made if missing; with it come its first events. When this
    /// returns, they are on the storage device: after a kill or a power cut before that there is no file. TensorBoard takes
    /// files in the order of their names, so its name is after those of all that are there (but for one that no clock gives).
    ///
    /// Throws `.cannotCreate`, `.inputOutput`.
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

    /// Appends records, by one call of the system. Throws `.inputOutput`; readers pass over a record that is not whole.
    func append(_ events: [EventMessage]) throws(FastTrainError) {
        guard Self.records(events).withUnsafeBytes({ System.writeAll(descriptor, $0) }) else { throw failure("write") }
    }

    /// Waits until all is on the storage device. Throws `.inputOutput`.
    func synchronize() throws(FastTrainError) {
        guard System.synchronize(descriptor) else { throw failure("fsync") }
    }

    private func failure(_ operation: String) -> FastTrainError {
        .inputOutput(path: path, operation: operation, reason: System.reason)
    }

    // MARK: - The format

    private static func records(_ events: [EventMessage]) -> [UInt8] { events.flatMap { record($0.encoded) } }

    /// Length (8 bytes), its check, the content, its check.
    static func record(_ content: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(content.count))
        return length + littleEndian(masked(length)) + content + littleEndian(masked(content))
    }

    /// A check as TFRecord stores it: turned and shifted, lest a check of data that holds checks be trivial.
    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        let check = CRC32C.checksum(bytes)
        return (check >> 15 | check << 17) &+ 0xA282_EAD8
    }

    private static let prefix = "events.out.tfevents."

    /// Whether a file of this name is one that TensorBoard reads.
    static func isOne(_ name: String) -> Bool { name.contains("tfevents") }

    /// The seconds since 1970 that are the first part of a file's name.
    private static func seconds(ofName name: String) -> Int? {
        guard name.hasPrefix(prefix) else { return nil }
        return Int(name.dropFirst(prefix.count).prefix { $0.isNumber })
    }
}
