import Platform

extension RunReport {
    /// The machine that a run was trained on.
    struct Machine: Sendable {
        var processor: String?
        var threads: Int
        var cpus: CPUs
        var instructionSet: InstructionSet
    }
}

extension RunReport.Machine {
    /// Describes the machine that this process runs on.
    static func current(threads: Int, instructionSet: InstructionSet) -> Self {
        Self(
            processor: Platform.Machine.processorName, threads: threads, cpus: .usable(), instructionSet: instructionSet
        )
    }
}
