/// The control groups of this process, which hold a container's limits. Linux has them; elsewhere there are none.
package struct ControlGroup {
    /// The file that lists the groups of this process.
    private let membership: String
    /// The path where the groups are mounted.
    private let root: String

    /// Creates a description of the groups of this process.
    ///
    /// - Parameters:
    ///   - membership: The file that lists them.
    ///   - root: The path where the groups are mounted.
    package init(membership: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") {
        self.membership = membership
        self.root = root
    }

    /// A group of the process, or an ancestor of one.
    package struct Folder {
        package let path: String
        /// Whether the group belongs to the unified hierarchy; otherwise it belongs to one controller of version 1.
        package let isVersion2: Bool
    }

    /// Returns the groups whose limits for a controller ("cpu" or "memory") apply to this process, innermost first.
    package func folders(controller: String) -> [Folder] {
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
    package static func read(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return ferror(file) != 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
