import Platform

/// The limits to the memory of this process. What a run needs is compared with them before it starts, so that it does
/// not fail in the middle.
struct MemoryLimit {
    /// The bytes that the limit leaves.
    let bytes: Double
    /// A few words that describe the limit in a message.
    let name: String
    /// Whether address space counts, used or not; otherwise memory that is used.
    let countsMapped: Bool

    /// Throws `.unsuitableSetting` if a run needs more memory than this process can have.
    ///
    /// - Parameters:
    ///   - threads: The number of threads of the run.
    ///   - what: The run, for a message.
    ///   - need: Returns the estimated need for a number of threads.
    static func check(threads: Int, _ what: String, _ need: (Int) -> MemoryNeed) throws(FastTrainError) {
        let whole = need(threads)
        guard let limit = all(ControlGroup()).first(where: { !$0.allows(whole) }) else { return }
        let most = "expected at most \(text(limit.bytes)), \(limit.name)"
        let found = "needs \(text(limit.part(of: whole))) of memory"
        guard threads == 1 || !limit.allows(need(1)) else {
            throw .unsuitableSetting(
                name: "threads", reason: "`threads`: \(what) on \(threads) threads \(found), \(most)")
        }
        throw .unsuitableSetting(name: "hidden", reason: "`hidden`, `batchSize`: \(what) \(found), \(most)")
    }

    /// Returns whether this process can have the memory that a run needs.
    static func allows(_ need: MemoryNeed) -> Bool { all(ControlGroup()).allSatisfy { $0.allows(need) } }

    private func part(of need: MemoryNeed) -> Double { countsMapped ? need.mapped : need.resident }

    private func allows(_ need: MemoryNeed) -> Bool { part(of: need) <= bytes }

    /// Returns all limits: the memory of the machine and the control group, and `ulimit`'s.
    static func all(_ group: ControlGroup) -> [MemoryLimit] {
        let own = ControlGroup.read("/proc/self/statm")?.split { $0 == " " || $0 == "\n" }.map { Double($0) ?? 0 } ?? []
        let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
        /// Returns what a limit of address space leaves besides what is mapped already: a number of /proc/self/statm.
        func left(_ resource: __rlimit_resource, _ index: Int, _ name: String) -> MemoryLimit? {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != rlim_t.max else {
                return nil
            }
            let used = index < own.count ? own[index] * pageSize : 0
            return MemoryLimit(bytes: max(0, Double(limit.rlim_cur) - used), name: name, countsMapped: true)
        }
        let memory = MemoryLimit(
            bytes: usable(group), name: "the memory available to this process", countsMapped: false)
        return [
            memory, left(RLIMIT_AS, 0, "what the limit of address space (ulimit -v) leaves"),
            left(RLIMIT_DATA, 5, "what the limit of data (ulimit -d) leaves"),
        ].compactMap(\.self)
    }

    /// Returns the bytes of the machine's memory or the limit of the tightest control group, whichever is lower.
    static func usable(_ group: ControlGroup) -> Double {
        var least = Machine.memory
        for folder in group.folders(controller: "memory") {
            let name = folder.isVersion2 ? "/memory.max" : "/memory.limit_in_bytes"
            if let limit = ControlGroup.read(folder.path + name).flatMap({ Double($0.filter { $0 != "\n" }) }) {
                least = min(least, limit)
            }
        }
        return least
    }

    /// Returns the number in MB or GB, rounded to about three digits.
    private static func text(_ bytes: Double) -> String {
        let megabytes = (bytes / 1e6).rounded()
        if megabytes < 10_000 { return "\(Int(megabytes)) MB" }
        let gigabytes = (bytes / 1e9).rounded()
        return gigabytes < 1e15 ? "\(Int(gigabytes)) GB" : "\(gigabytes) GB"
    }
}
