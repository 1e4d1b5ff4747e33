import Platform

/// The CPUs that this process may use, which determine the default number of threads.
package struct CPUs: Sendable, Equatable {
    /// The number of threads that can run at once; at least 1.
    package let count: Int
    /// The number of CPUs of the machine.
    package let machine: Int
    /// The reason why `count` is less than `machine`: "affinity" or "cpu.max"; empty if it is not.
    package let limit: String

    /// Determines the usable CPUs from the affinity mask and the quotas (`cpu.max`) of the process's control group and
    /// its ancestors.
    ///
    /// A quota that is not a whole number of CPUs is rounded.
    package static func usable() -> CPUs {
        usable(
            machine: Machine.cpuCount, affinity: Machine.affinityCPUCount,
            quota: quota(ControlGroup()))
    }

    /// Combines the limits.
    ///
    /// - Parameters:
    ///   - machine: The number of CPUs of the machine.
    ///   - affinity: The number of CPUs in the affinity mask; 0 if it is unknown.
    ///   - quota: The number of CPUs that the control groups allow; `nil` means no quota.
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

    /// Returns the lowest quota, in CPUs, from the process's control group up to the root, or `nil` if there is none.
    static func quota(_ group: ControlGroup) -> Double? {
        group.folders(controller: "cpu").compactMap { folder in
            if folder.isVersion2 { return ControlGroup.read(folder.path + "/cpu.max").flatMap(parseMax) }
            guard let quota = ControlGroup.read(folder.path + "/cpu.cfs_quota_us"),
                let period = ControlGroup.read(folder.path + "/cpu.cfs_period_us")
            else { return nil }
            return parseMax(quota.filter { $0 != "\n" } + " " + period)
        }.min()
    }

    /// Returns the number of CPUs in a text such as "max 100000" or "<quota> <period>" (in microseconds), which is the
    /// format of `cpu.max`; `nil` if there is no quota.
    static func parseMax(_ text: String) -> Double? {
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0
        else { return nil }
        return quota / period
    }
}
