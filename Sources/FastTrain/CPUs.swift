import CThreadTeam
import Glibc

/// The CPUs that this process may really use: what the number of threads defaults to.
public struct CPUs: Sendable, Equatable {
    /// How many threads can run at once, at least 1.
    public let count: Int
    /// CPUs of the machine.
    public let machine: Int
    /// What makes `count` less than `machine`: "affinity", "cpu.max", or nothing.
    public let limit: String

    /// Asks the affinity mask and the quotas (`cpu.max`) of the process's control group and the groups above it.
    ///
    /// A quota that is no whole number of CPUs is rounded.
    public static func usable() -> CPUs {
        let machine = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var count = machine
        var limit = ""
        let allowed = Int(ft_affinity_cpus())
        if allowed > 0 && allowed < count {
            count = allowed
            limit = "affinity"
        }
        if let quota = quota() {
            let whole = max(1, Int(quota.rounded()))
            if whole < count {
                count = whole
                limit = "cpu.max"
            }
        }
        return CPUs(count: count, machine: machine, limit: limit)
    }

    /// The least quota from the process's control group up to the root, in CPUs; nil when there is none.
    private static func quota() -> Double? {
        var least: Double?
        for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
            // hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isVersion2 = parts[0] == "0" && parts[1].isEmpty
            guard isVersion2 || parts[1].split(separator: ",").contains("cpu") else { continue }
            let root = isVersion2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu"
            var folder = parts[2] == "/" ? "" : String(parts[2])
            while true {
                let found = isVersion2 ? quotaVersion2(root + folder) : quotaVersion1(root + folder)
                if let found { least = min(least ?? found, found) }
                guard let slash = folder.lastIndex(of: "/") else { break }
                folder = String(folder[..<slash])
            }
        }
        return least
    }

    /// `cpu.max` holds "max 100000" or "<quota> <period>", in microseconds.
    static func parseMax(_ text: String) -> Double? {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0 else {
            return nil
        }
        return quota / period
    }

    private static func quotaVersion2(_ folder: String) -> Double? { read(folder + "/cpu.max").flatMap(parseMax) }

    private static func quotaVersion1(_ folder: String) -> Double? {
        guard let quota = read(folder + "/cpu.cfs_quota_us"), let period = read(folder + "/cpu.cfs_period_us") else {
            return nil
        }
        return parseMax(quota.filter { $0 != "\n" } + " " + period)
    }

    /// The first 4 KiB of a small file of the kernel's; nil when it cannot be read.
    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
