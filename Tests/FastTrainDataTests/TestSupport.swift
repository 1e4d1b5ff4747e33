import Glibc
import Testing

@testable import FastTrainData
@testable import FastTrainSupport

/// A folder for one test's files, removed with it.
final class ScratchFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/fasttrain-test-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The names of what lies in the folder, sorted.
    var names: [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file, not by the code under test, and returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = fopen(self(name), "w")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return self(name)
    }

    func read(_ name: String) -> [UInt8] { contents(of: self(name)) }
}

/// The bytes of a file, not by the code under test.
func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}

/// The `FastTrainError` that `body` throws; records an issue when it throws none.
func failure(
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation, of body: () throws -> Void
) -> FastTrainError {
    do {
        try body()
        Issue.record(comment ?? "nothing was thrown", sourceLocation: sourceLocation)
        return .internalError("nothing was thrown")
    } catch let error as FastTrainError {
        return error
    } catch {
        Issue.record(error, comment, sourceLocation: sourceLocation)
        return .internalError("\(error)")
    }
}

extension FastTrainError {
    /// Where a `.badData` says that the fault lies.
    var place: Place? {
        if case .badData(_, let place, _, _) = self { return place }
        return nil
    }
}

/// A safetensors file from the text of its header, as another program might write it.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

func littleEndian<Word: FixedWidthInteger>(_ word: Word) -> [UInt8] {
    withUnsafeBytes(of: word.littleEndian) { Array($0) }
}

func bigEndian(_ word: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(word).bigEndian) { Array($0) }
}

/// An IDX file of unsigned bytes.
func idx(_ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap(bigEndian) + elements
}

/// `content`, at most 65,535 bytes, as one gzip member, stored rather than packed, made without zlib.
func gzip(_ content: [UInt8]) -> [UInt8] {
    var member: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let length = UInt16(content.count)  // the most that one stored block holds
    member += [1]
    member += littleEndian(length) + littleEndian(~length) + content
    member += littleEndian(crc32(content)) + littleEndian(UInt32(content.count))
    return member
}

/// The checksum of gzip, bit by bit.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB8_8320 }
    }
    return ~crc
}
