import Glibc

/// A small disk to fill up, which is removed with its owner. Only root can mount one.
public final class SmallDisk {
    /// The mount point.
    public let path: String

    /// Whether this process can mount a disk.
    public static let isAvailable = (try? SmallDisk(kilobytes: 64)) != nil

    private struct NotMounted: Error {
        let reason: String
    }

    /// Mounts a disk. Throws if this fails.
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
