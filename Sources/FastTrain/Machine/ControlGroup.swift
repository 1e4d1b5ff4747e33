import Glibc

/// The control groups of this process, which hold a container's limits.
struct ControlGroup {
    /// The file that lists the groups of this process.
    var membership = "/proc/self/cgroup"
    /// The path where the groups are mounted.
    var root = "/sys/fs/cgroup"

    /// A group of the process, or an ancestor of one.
    struct Folder {
        let path: String
        /// Whether the group belongs to the unified hierarchy; otherwise it belongs to one controller of version 1.
        let isVersion2: Bool
    }

    /// Returns the groups whose limits for a controller ("cpu" or "memory") apply to this process, innermost first.
    func folders(controller: String) -> [Folder] {
        var folders: [Folder] = []
        for line in (Self.read(membership) ?? "").split(separator: "\n") {
            // The format is hierarchy:controllers:path. Version 2 has hierarchy 0 and no controllers.
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

    /// Returns the first 4 KiB of one of the kernel's small files, or `nil` if it cannot be read.
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
