import Glibc

/// A folder for the files of one test, removed with this object.
package final class ScratchFolder {
    package let path: String

    private struct NotCreated: Error {
        let reason: String
    }

    package init() throws {
        var template = Array("/tmp/fasttrain-test-XXXXXX".utf8CString)
        guard let folder = mkdtemp(&template) else { throw NotCreated(reason: String(cString: strerror(errno))) }
        path = String(cString: folder)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The sorted names of the files in the folder.
    package var names: [String] {
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

    /// Returns the path of a file in the folder.
    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file without the code under test and returns its path.
    @discardableResult
    package func write(_ name: String, _ bytes: [UInt8]) -> String {
        let file = fopen(self(name), "w")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return self(name)
    }

    /// Reads a file without the code under test.
    package func read(_ name: String) -> [UInt8] { contents(of: self(name)) }
}

/// Returns the bytes of a file, read without the code under test.
package func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}
