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
        usable(
            machine: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), affinity: Int(ft_affinity_cpus()),
            quota: quota(ControlGroup()))
    }

    /// Of so many, of which the affinity mask has `affinity` (0: not known) and the control groups allow `quota`.
    static func usable(machine: Int, affinity: Int, quota: Double?) -> CPUs {
        var count = machine
        var limit = ""
        if affinity > 0 && affinity < count {
            count = affinity
            limit = "affinity"
        }
        if let quota {
            let whole = max(1, Int(quota.rounded()))
            if whole < count {
                count = whole
                limit = "cpu.max"
            }
        }
        return CPUs(count: count, machine: machine, limit: limit)
    }

    /// The least quota from the process's control group up to the root, in CPUs; nil when there is none.
    static func quota(_ group: ControlGroup) -> Double? {
        group.folders(controller: "cpu").compactMap { folder in
            if folder.isVersion2 { return ControlGroup.read(folder.path + "/cpu.max").flatMap(parseMax) }
            guard let quota = ControlGroup.read(folder.path + "/cpu.cfs_quota_us"),
                let period = ControlGroup.read(folder.path + "/cpu.cfs_period_us")
            else { return nil }
            return parseMax(quota.filter { $0 != "\n" } + " " + period)
        }.min()
    }

    /// `cpu.max` holds "max 100000" or "<quota> <period>", in microseconds.
    static func parseMax(_ text: String) -> Double? {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0
        else { return nil }
        return quota / period
    }
}
