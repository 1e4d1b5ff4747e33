import KernelTypes
import Platform

/// The checks before processes train together: they must have the same program, recipe and data.
extension ProcessGroup {
    /// Checks that all processes were given the same.
    ///
    /// - Parameter values: The name and the value of everything that must be equal.
    /// - Throws: `.badData` that names the first process that differs from rank 0, in all processes.
    func expectSame(_ values: [(name: String, value: String)]) throws(FastTrainError) {
        for (name, value) in values {
            let all = try gather(Array(value.utf8)).map { String(decoding: $0, as: UTF8.self) }
            guard let other = all.indices.first(where: { all[$0] != all[0] }) else { continue }
            throw .badData(
                file: self.name(other), place: .named(name),
                expected: "\(ProcessGroup.clipped(all[0])), as in \(self.name(0))",
                found: ProcessGroup.clipped(all[other]))
        }
    }

    /// Checks that all processes have the same program and train the same run.
    func expectSame(
        _ run: RunDescription, _ setup: Training.Setup, output: String?, initial: Parameters?
    ) throws(FastTrainError) {
        let shape = Format.shape(setup.data.featureShape)
        try expectSame([
            ("program", ProcessGroup.programDigest),
            ("recipe", JSON.object(run.recipe.jsonMembers).text),
            ("data set", "\(run.fingerprint), \(setup.data.train.count) rows of \(shape)"),
            ("output", output ?? "none"),
            ("checkpoint every", run.checkpointEvery.map { "\($0) steps" } ?? "epoch"),
            ("time limit", setup.maxTime.map { "\($0) s" } ?? "none"),
            ("initial parameters", initial?.digest ?? "random"),
        ])
    }

    private static func clipped(_ text: String) -> String {
        text.count <= 200 ? text : String(text.prefix(100)) + "…" + String(text.suffix(100))
    }

    /// Returns the smallest instruction set of all processes. Matrices have panels of different widths otherwise.
    func smallestInstructionSet(_ mine: InstructionSet) throws(FastTrainError) -> InstructionSet {
        let all = InstructionSet.allCases
        let indices = try gather([UInt8(all.firstIndex(of: mine) ?? 0)]).compactMap(\.first)
        return all[Int(indices.min() ?? 0)]
    }

    /// The digest of the running program's file: processes of different builds are not sure to compute the same bits.
    static var programDigest: String {
        guard let path = Machine.program, let bytes = try? FileSystem.readBytes(path, maxBytes: .max) else { return "" }
        return bytes.withUnsafeBytes { String(XXH64.hash($0), radix: 16) }
    }

    // MARK: - CPUs

    /// The CPUs of this process.
    struct SharedCPUs {
        /// The number of processes on the same machine.
        let processes: Int
        /// The number of CPUs that this process may use.
        let usable: Int
        /// The number of CPUs for this process alone: all of its own if the launcher has bound it to some, and otherwise its
        /// share of those that all processes of the machine may use.
        let share: Int
    }

    /// Determines the CPUs of this process and of the others on the same machine.
    func cpus() throws(FastTrainError) -> SharedCPUs {
        let processes = hosts.count { $0 == hosts[rank] }
        let usable = CPUs.usable()
        let isBound = usable.count * processes <= usable.machine
        return SharedCPUs(
            processes: processes, usable: usable.count,
            share: isBound ? usable.count : max(1, usable.count / processes))
    }

    /// Returns a warning for each machine whose processes have more threads than it has CPUs for them. All processes get the
    /// same warnings.
    func oversubscription(threads: Int, cpus: SharedCPUs?) throws(FastTrainError) -> [String] {
        guard let cpus else { return [] }
        let all = try gather(Array("\(threads) \(max(cpus.share * cpus.processes, cpus.usable))".utf8)).map { bytes in
            String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        }
        var warnings: [String] = []
        for host in Set(hosts).sorted() {
            let own = hosts.indices.filter { hosts[$0] == host }
            let threads = own.reduce(0) { $0 + all[$1][0] }
            let cpus = own.map { all[$0][1] }.max() ?? 0
            guard threads > cpus else { continue }
            warnings.append(
                "host \(host): \(Format.count(own.count, "process", "processes")) with "
                    + "\(Format.count(threads, "thread")) in all for \(Format.count(cpus, "CPU"))")
        }
        return warnings
    }
}

extension Parameters {
    /// The digest of all numbers.
    fileprivate var digest: String {
        var hash = XXH64()
        for layer in layers {
            for values in [layer.weight, layer.bias] { values.withUnsafeBytes { hash.update($0) } }
            for values in [layer.normalization?.scale, layer.normalization?.shift] {
                values?.withUnsafeBytes { hash.update($0) }
            }
        }
        return String(hash.value, radix: 16)
    }
}
