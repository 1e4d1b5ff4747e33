import Glibc

/// What the control groups of this process (a container's limits) say.
struct ControlGroup {
    /// Which groups the process is in.
    var membership = "/proc/self/cgroup"
    /// Where the groups are mounted.
    var root = "/sys/fs/cgroup"

    /// A group that the process is in, or one above it.
    struct Folder {
        let path: String
        /// Of the unified hierarchy; else one controller's of version 1.
        let isVersion2: Bool
    }

    /// The groups whose limits for `controller` ("cpu", "memory") hold for this process, innermost first.
    func folders(controller: String) -> [Folder] {
        var folders: [Folder] = []
        for line in (Self.read(membership) ?? "").split(separator: "\n") {
            // hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isVersion2 = parts[0] == "0" && parts[1].isEmpty
            guard isVersion2 || parts[1].split(separator: ",").contains(controller[...]) else { continue }
            let root = isVersion2 ? root : root + "/" + controller
            var path = parts[2] == "/" ? "" : String(parts[2])
            while true {
                folders.append(Folder(path: root + path, isVersion2: isVersion2))
                guard let slash = path.lastIndex(of: "/") else { break }
                path = String(path[..<slash])
            }
        }
        return folders
    }

    /// The first 4 KiB of a small file of the kernel's; nil when it cannot be read.
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
