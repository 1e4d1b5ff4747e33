import Glibc

/// A small disk of its own, to be filled; it goes with its owner. Only root may make one.
public final class SmallDisk {
    /// Where it is mounted.
    public let path: String

    /// Whether this process may mount one.
    public static let isAvailable = (try? SmallDisk(kilobytes: 64)) != nil

    private struct NotMounted: Error {
        let reason: String
    }

    /// Throws when it cannot be mounted.
    public init(kilobytes: Int) throws {
        var template = Array("/tmp/fasttrain-disk-XXXXXX".utf8CString)
        guard let folder = mkdtemp(&template) else { throw NotMounted(reason: String(cString: strerror(errno))) }
        path = String(cString: folder)
        guard mount("fasttrain-test", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else {
            let reason = String(cString: strerror(errno))
            rmdir(path)
            throw NotMounted(reason: reason)
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}
